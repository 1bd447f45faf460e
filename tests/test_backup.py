"""Backup and restore: every bit comes back, damage is found before anything is touched, what was there is kept or stays as it was."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import contextmanager

import psycopg
import pytest

from core import decision as deciding
from core.backup import container, keeping, making, restoring
from core.cli.main import main
from core.errors import InputError, StoreError
from core.jobs import working
from core.jobs.working import StoppedError
from core.review import freezing as sample_freezing
from core.saving import writing
from core.settings import PROJECT_DIR
from core.store import Database, collections, decisions, migrate, reviews
from tests.backup_data import COLLECTION, contents, empty, fill_0004, fill_rest
from tests.eventually import eventually
from tests.fixtures_store import another

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def full(database):
    """A database with rows in every table."""
    with another(database) as made:
        with made.connection() as conn:
            fill_0004(conn)
        fill_rest(made)
        yield made


@pytest.fixture(scope="module")
def backup(full, tmp_path_factory):
    """Its backup."""
    return make(full, tmp_path_factory.mktemp("backups") / "all.backup").path


@pytest.fixture(scope="module")
def before(full):
    """Its rows."""
    with full.connection() as conn:
        return contents(conn)


@pytest.fixture
def nothing(database):
    """The address of a database without anything in it."""
    with empty(database) as address:
        yield address


def make(database, path):
    with database.connection() as conn:
        return making.make(conn, path)


def restore(path, address, tmp_path, **more):
    return restoring.restore(path, data_dir=tmp_path, url=address, kept_in=tmp_path / "kept", **more)


@contextmanager
def looked(address):
    with psycopg.connect(address, autocommit=True) as conn:
        yield conn


def rows(address):
    with looked(address) as conn:
        return contents(conn)


def test_every_row_of_every_table_comes_back_bit_by_bit_in_a_fresh_folder(full, backup, before, cluster_dir):
    assert not [name for name, found in before.items() if not found], "a table nobody fills is a table nobody proves"
    found = restoring.restore(backup, data_dir=cluster_dir)
    assert found.kept is None and found.upgraded == ()
    again = Database(data_dir=cluster_dir)
    try:
        with again.connection() as conn:
            after = contents(conn)
            assert before["logins"] and after.pop("logins") == []
            assert after == {name: held for name, held in before.items() if name != "logins"}
            assert "NaN" in str(after["run_hits"]) and "-0" in str(after["run_hits"]) and "[-0,1e-45,0.1" in str(after["embeddings"])
            assert {part.name: part.rows for part in found.manifest.parts if part.set_id is None} == {
                name: len(held) for name, held in after.items() if name != "(counters)" and not name.startswith("embeddings")}
            sample = collections.get(conn, COLLECTION)
            frozen = reviews.freezes(conn, sample.id)[0]
            decided = decisions.listing(conn, sample.id)[0]
            assert deciding.verify(conn, decided).unchanged
            # Numbering goes on behind what there is, and what may not be changed still may not.
            assert conn.execute("INSERT INTO collections (name) VALUES ('neu') RETURNING id").fetchone()[0] > sample.id
            with pytest.raises(psycopg.errors.RestrictViolation):
                conn.execute("DELETE FROM decisions")
        assert sample_freezing.drift(again, frozen).none
    finally:
        again.close()


def test_the_same_rows_are_the_same_bytes_in_another_database(full, backup, nothing, tmp_path):
    manifest = restore(backup, nothing, tmp_path).manifest
    with looked(nothing) as conn:
        conn.execute("UPDATE items SET record = record WHERE item_id < 'm-005'")  # the same rows, at another place of the disk
        conn.execute("UPDATE embeddings SET vector = vector WHERE item_id < 'm-005'")
        again = making.make(conn, tmp_path / "again.backup").manifest
    assert again.parts == manifest.parts and again.counters == manifest.counters and again.schema == manifest.schema


def test_a_backup_is_one_moment_whatever_is_written_meanwhile(full, tmp_path, before):
    def meanwhile(done, total):
        with looked(full.conninfo) as conn:
            conn.execute("INSERT INTO collections (name) VALUES ('spaet') ON CONFLICT DO NOTHING")
            conn.execute("INSERT INTO stated_value_events (uuid, collection_id, name, value, by_whom) "
                         "SELECT gen_random_uuid(), id, 'late', 1, 'x' FROM collections WHERE name = 'spaet'")

    with full.connection() as conn:
        try:
            manifest = making.make(conn, tmp_path / "moment.backup", told=meanwhile).manifest
        finally:
            conn.execute("ALTER TABLE stated_value_events DISABLE TRIGGER stated_values_are_append_only")
            conn.execute("DELETE FROM stated_value_events WHERE name = 'late'")
            conn.execute("ALTER TABLE stated_value_events ENABLE TRIGGER stated_values_are_append_only")
            conn.execute("DELETE FROM collections WHERE name = 'spaet'")
    counts = {part.table: part.rows for part in manifest.parts}
    assert counts["collections"] == len(before["collections"])
    assert counts["stated_value_events"] == len(before["stated_value_events"])


def test_one_changed_missing_or_added_byte_anywhere_is_found_before_anything_is_touched(backup, tmp_path):
    whole = backup.read_bytes()
    assert restoring.check(backup).rows > 100
    with zipfile.ZipFile(backup) as archive:
        starts = {entry.filename: entry.header_offset for entry in archive.infolist()}
    # A byte in the head and in the middle of each entry, in the directory, in the seal.
    places = sorted({*starts.values(), *(at + 40 for at in starts.values()), *range(0, len(whole), len(whole) // 40),
                     len(whole) - 100, len(whole) - 64, len(whole) - 1})
    broken = tmp_path / "broken.backup"
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1
        broken.write_bytes(changed)
        with pytest.raises(InputError, match=r"손상되었습니다.*그대로입니다"):
            restoring.check(broken)
    swapped = whole[:1000] + whole[1100:1200] + whole[1000:1100] + whole[1200:]
    for changed in (whole[:-1], whole[: len(whole) // 2], whole + b"\0", swapped, whole[:80], whole[80:], b""):
        broken.write_bytes(changed)
        with pytest.raises(InputError):
            restoring.check(broken)


def test_a_damaged_table_is_named_and_a_changed_row_under_a_new_seal_is_found_too(backup, nothing, tmp_path):
    with zipfile.ZipFile(backup) as archive:
        place = archive.getinfo("reports").header_offset
    whole = bytearray(backup.read_bytes())
    whole[whole.index(b"%PDF", place)] ^= 1
    broken = tmp_path / "broken.backup"
    broken.write_bytes(whole)
    with pytest.raises(InputError, match=r"\(reports\)"):
        restoring.check(broken)
    # Somebody who can compute the seal still meets the hash of the part, and the transaction.
    with container.opened(backup) as reader, container.written(broken) as writer:
        for part in reader.manifest.parts:
            writer.add(part.name, part.table, (chunk.replace(b"%PDF", b"%PDG") for chunk in reader.chunks(part)))
        writer.close(reader.manifest)
    with pytest.raises(InputError, match=r"\(reports\)"):
        restore(broken, nothing, tmp_path)
    assert tables(nothing) == []


def tables(address):
    with looked(address) as conn:
        return [name for (name,) in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def test_a_newer_or_another_schema_and_other_files_are_refused_in_one_sentence(backup, nothing, tmp_path, monkeypatch):
    steps = migrate.load()
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "load", lambda: steps[:-1])
        with pytest.raises(InputError, match="더 새로운 버전"):
            restore(backup, nothing, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "load", lambda: [*steps[:-1], migrate.Migration(steps[-1].number, steps[-1].name, "SELECT 1")])
        with pytest.raises(InputError, match=steps[-1].name):
            restore(backup, nothing, tmp_path)
    assert tables(nothing) == []
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", "{}")
    for path, words in ((other, "만든 백업이 아니"), (tmp_path / "none", "열 수 없습니다"), (tmp_path, "열 수 없습니다")):
        with pytest.raises(InputError, match=words):
            restore(path, nothing, tmp_path)


def test_what_is_there_is_kept_aside_or_not_touched(backup, before, nothing, tmp_path):
    restore(backup, nothing, tmp_path)
    with looked(nothing) as conn:
        conn.execute("INSERT INTO collections (name, note) VALUES ('내 것', '남아야 합니다')")
    held = rows(nothing)
    with pytest.raises(InputError, match="--replace"):
        restore(backup, nothing, tmp_path)
    with looked(nothing), pytest.raises(StoreError, match="모두 끈 뒤"):
        restore(backup, nothing, tmp_path, replace=True)
    assert rows(nothing) == held
    kept = restore(backup, nothing, tmp_path, replace=True).kept
    assert kept.parent == tmp_path / "kept" and "before-restore" in kept.name
    assert "내 것" not in str(rows(nothing))
    restore(kept, nothing, tmp_path, replace=True)
    assert rows(nothing) == held


def test_another_programs_tables_are_not_touched(backup, nothing, tmp_path):
    with looked(nothing) as conn:
        conn.execute("CREATE TABLE payroll (id integer PRIMARY KEY)")
    with pytest.raises(InputError, match="payroll"):
        restore(backup, nothing, tmp_path, replace=True)
    assert tables(nothing) == ["payroll"]


def test_a_restore_that_fails_at_its_end_leaves_the_database_as_it_was(backup, nothing, tmp_path, monkeypatch):
    restore(backup, nothing, tmp_path)
    with looked(nothing) as conn:
        conn.execute("INSERT INTO collections (name) VALUES ('내 것')")
    held = rows(nothing)
    for fails in (psycopg.errors.DiskFull("no space"), psycopg.errors.DataException("?"), KeyboardInterrupt()):
        def fail(*args, error=fails):
            raise error

        monkeypatch.setattr(migrate, "migrate", fail)
        with pytest.raises(KeyboardInterrupt if isinstance(fails, KeyboardInterrupt) else StoreError):
            restore(backup, nothing, tmp_path, replace=True)
        assert rows(nothing) == held
    monkeypatch.undo()
    # What was written is read back: a row that comes to lie differently takes everything back.
    monkeypatch.setattr(restoring, "_sha256", lambda conn, part: "0" * 64)
    with pytest.raises(StoreError, match="백업과 달라"):
        restore(backup, nothing, tmp_path, replace=True)
    assert rows(nothing) == held


def test_a_stopped_backup_and_a_full_disk_leave_no_file(full, tmp_path, monkeypatch):
    path = tmp_path / "new.backup"
    path.write_bytes(b"the old one")

    def told(done, total):
        if done:
            working.current().stop()

    worker = working.Worker()
    monkeypatch.setattr(working, "_current", worker)
    with full.connection() as conn, pytest.raises(StoppedError):
        making.make(conn, path, told=told)
    monkeypatch.undo()

    def full_disk(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with full.connection() as conn, pytest.raises(InputError, match="디스크가 가득"):
        making.make(conn, path)
    monkeypatch.undo()
    assert path.read_bytes() == b"the old one" and list(tmp_path.iterdir()) == [path]
    assert make(full, path).size == path.stat().st_size and path.stat().st_mode & 0o777 == 0o600


KILLED = """
import os, signal, sys
from pathlib import Path
from core.backup import making, restoring
from core.store import server

def told(*said):
    if sys.argv[1] == "backup" or said[0].startswith("되살린 것을"):
        os.kill(os.getpid(), signal.SIGKILL)

path, address = Path(sys.argv[2]), sys.argv[3]
if sys.argv[1] == "backup":
    making.make(server.connect(address), path, told=told)
else:
    restoring.restore(path, data_dir=path.parent, url=address, told=told)
"""


def test_a_killed_backup_leaves_no_backup_and_a_killed_restore_nothing(full, backup, nothing, tmp_path):
    def killed(*words):
        done = subprocess.run([sys.executable, "-c", KILLED, *map(str, words)], cwd=PROJECT_DIR, check=False)
        assert done.returncode == -signal.SIGKILL

    killed("backup", tmp_path / "itembank-20261123-030000.backup", full.conninfo)
    assert keeping.listing(tmp_path) == [] and [path.suffix for path in tmp_path.iterdir()] == [".writing"]
    killed("restore", backup, nothing)
    assert eventually(lambda: tables(nothing) == [])
    assert restore(backup, nothing, tmp_path).kept is None, "nothing of the killed one was there"


def test_only_one_backup_at_a_time(full, tmp_path):
    def second(done, total):
        with looked(full.conninfo) as conn, pytest.raises(InputError, match="다른 백업"):
            making.make(conn, tmp_path / "second.backup")

    with full.connection() as conn:
        making.make(conn, tmp_path / "first.backup", told=second)
        making.make(conn, tmp_path / "third.backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.backup", "third.backup"]


def test_a_killed_backups_half_is_removed_by_the_next_and_looks_like_none(tmp_path):
    with pytest.raises(RuntimeError), writing(tmp_path / "itembank-20261123-030000.backup") as file:
        file.write(b"half")
        half = next(tmp_path.iterdir())
        left = half.with_name(".killed.writing")
        os.link(half, left)
        raise RuntimeError
    assert keeping.listing(tmp_path) == []
    keeping.new(tmp_path)
    assert left.exists(), "somebody may be writing it"
    os.utime(left, (0, 0))
    keeping.new(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_commands(database, cluster_dir, tmp_path, monkeypatch, capsys):
    path = tmp_path / "here.backup"
    assert main(["backup", "--out", str(path), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["file"] == str(path) and made["bytes"] == path.stat().st_size and sum(made["parts"].values()) == made["rows"]
    assert main(["restore", str(path), "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["restored"] is False
    assert main(["restore", str(path)]) == 1
    assert "끈 뒤" in capsys.readouterr().err
