"""The nightly backup: when it is due, that one process starts it, that a missed or failed one is made up for, how many stay."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from core.accounts import logins
from core.backup import keeping, schedule
from core.cli.main import main
from core.errors import StoreError
from core.jobs import launching
from core.settings import settings
from core.store import jobs, users
from core.store.database import Database
from tests import apart
from tests.eventually import eventually
from tests.fixtures_store import another
from tests.test_jobs import SILENCE


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone()


@pytest.mark.parametrize(("hour", "now", "last", "after"), [
    ("03:00", "2026-11-23 14:00", "2026-11-23 03:00", "2026-11-24 03:00"),
    ("03:00", "2026-11-23 02:59:59", "2026-11-22 03:00", "2026-11-23 03:00"),
    ("03:00", "2026-11-23 03:00", "2026-11-23 03:00", "2026-11-24 03:00"),
    ("23:30", "2026-03-01 00:10", "2026-02-28 23:30", "2026-03-01 23:30"),
])
def test_when_the_last_one_was_due_and_when_the_next_one_is(hour, now, last, after):
    assert schedule.due(hour, at(now)) == (at(last), at(after))


@pytest.fixture(scope="module")
def team(database) -> Database:
    """A database of its own in which somebody logs in."""
    with another(database) as made:
        with made.connection() as conn:
            users.add(conn, name="김선임", role="senior", password_hash="x")
        yield made


@pytest.fixture
def launched(team, monkeypatch, tmp_path):
    """Switch the nightly backup on, and count the processes that would have begun; every job of before is gone."""
    begun: list[int] = []
    monkeypatch.setattr(launching, "_launch", lambda database, job: begun.append(job.id))
    on = settings().model_copy(update={"backup_at": "03:00", "backup_dir": tmp_path, "backup_keep": 2})
    for module in (schedule, keeping):
        monkeypatch.setattr(module, "settings", lambda: on)
    with team.connection() as conn:
        conn.execute("DELETE FROM jobs")
    return begun


def end(team, job_id, state, *, ago=timedelta(0)):
    with team.connection() as conn:
        jobs.end(conn, job_id, state, error="디스크가 가득 찼습니다." if state == "failed" else "")
        conn.execute("UPDATE jobs SET created_at = created_at - %(ago)s, ended_at = ended_at - %(ago)s WHERE id = %(id)s",
                     {"ago": ago, "id": job_id})


@pytest.mark.slow
def test_one_is_made_however_many_look_and_the_next_one_the_night_after(team, launched):
    now = datetime.now().astimezone()
    job = schedule.look(team, now=now)
    assert job.arguments == ["backup", "--nightly"] and not job.takes_engine
    assert [schedule.look(team, now=now + timedelta(days=days)) for days in (0, 1)] == [None, None], "it is still going on"
    end(team, job.id, "done")
    assert schedule.look(team, now=now) is None
    with team.connection() as conn, conn.transaction():
        assert schedule.backups.night_watch(conn)
        assert schedule.look(team, now=now + timedelta(days=1)) is None, "another process is looking after it"
    again = schedule.look(team, now=now + timedelta(days=1))
    assert again.id > job.id and launched == [job.id, again.id]


@pytest.mark.slow
def test_a_missed_night_is_caught_up_a_failed_one_tried_again_after_an_hour_a_broken_one_at_once(team, launched):
    now = datetime.now().astimezone()
    old = schedule.look(team, now=now)
    end(team, old.id, "done", ago=timedelta(days=5))
    job = schedule.look(team, now=now)
    assert job.id != old.id
    end(team, job.id, "failed")
    assert schedule.state(team).job.error == "디스크가 가득 찼습니다."
    now = datetime.now().astimezone()
    assert schedule.look(team, now=now + timedelta(minutes=59)) is None
    again = schedule.look(team, now=now + timedelta(minutes=61))
    assert (again.id, again.attempts) == (job.id, 2)
    with team.connection() as conn:
        conn.execute(SILENCE, {"id": job.id})
    assert schedule.look(team, now=now).attempts == 3, "its process was killed"
    end(team, job.id, "cancelled")
    assert schedule.look(team, now=now) is None, "somebody did not want it"


@pytest.mark.slow
def test_nothing_is_made_where_nobody_logs_in_or_it_is_switched_off(database, team, launched, monkeypatch):
    off = settings().model_copy(update={"backup_at": "off"})
    monkeypatch.setattr(schedule, "settings", lambda: off)
    assert schedule.look(team) is None and schedule.state(team).next is None
    monkeypatch.undo()
    monkeypatch.setattr(logins, "demanded", lambda db=None: False)
    on = settings().model_copy(update={"backup_at": "03:00"})
    monkeypatch.setattr(schedule, "settings", lambda: on)
    assert schedule.look(team) is None and not schedule.state(team).on
    assert launched == []


def test_only_the_newest_nightly_ones_stay_and_nothing_that_people_made(tmp_path):
    made = [keeping.new(tmp_path, reason, now=datetime(2026, 11, day, 3)) for day in (1, 2, 3) for reason in ("nightly", "")]
    for path in made:
        path.write_bytes(b"x" * 10)
    (tmp_path / "notes.txt").write_text("x")
    assert [kept.at.day for kept in keeping.listing(tmp_path)] == [3, 3, 2, 2, 1, 1]
    assert [path.name for path in keeping.prune(tmp_path, 1)] == ["itembank-20261102-030000-nightly.backup",
                                                                 "itembank-20261101-030000-nightly.backup"]
    assert [(kept.at.day, kept.reason) for kept in keeping.listing(tmp_path)] == [(3, ""), (3, "nightly"), (2, ""), (1, "")]
    assert keeping.new(tmp_path, now=datetime(2026, 11, 3, 3)).name == "itembank-20261103-030000.1.backup"


def test_a_backup_that_is_older_than_a_night_explains_is_told(tmp_path):
    kept = [keeping.Kept(tmp_path, datetime(2026, 11, 22, 3), "nightly", 1)]
    state = schedule.State(True, None, None, kept)
    assert not state.old(datetime(2026, 11, 23, 14)) and state.old(datetime(2026, 11, 23, 16))
    assert not schedule.State(False, None, None, kept).old(datetime(2027, 1, 1)), "nobody promised one"


def test_the_watch_goes_on_after_a_failure_and_ends_when_told(monkeypatch):
    seen, twice = [], threading.Event()

    def look(database):
        seen.append(database)
        if len(seen) == 1:
            raise StoreError("데이터베이스가 없습니다.")
        twice.set()

    for name, value in (("look", look), ("open_database", lambda: "db"), ("_FIRST", 0.0), ("_LOOK", 0.0)):
        monkeypatch.setattr(schedule, name, value)
    on = settings().model_copy(update={"backup_at": "03:00"})
    monkeypatch.setattr(schedule, "settings", lambda: on)
    schedule.watch()
    schedule.watch()
    assert [thread.name for thread in threading.enumerate()].count("nightly backup") == 1
    assert twice.wait(10)
    schedule.stop_watch()
    assert "nightly backup" not in {thread.name for thread in threading.enumerate()} and set(seen) == {"db"}


@pytest.mark.slow
def test_whoever_serves_the_dashboard_watches(monkeypatch):
    import app

    told = []
    for module, name in ((app, "sampler"), (app, "stop_sampler"), (app, "close_database"), (schedule, "watch"), (schedule, "stop_watch")):
        monkeypatch.setattr(module, name, lambda name=name: told.append(name))

    async def served():
        async with app.lifespan(app.app):
            assert told[-1] == "watch"

    apart.run(served)
    assert told.index("stop_watch") < told.index("close_database")


@pytest.mark.slow
def test_the_job_makes_one_prunes_and_can_be_seen_to_the_end(database, conn, data_dir, capsys):
    before = keeping.listing(data_dir / "backups")
    job, _ = launching.start(database, schedule.NIGHTLY, title=schedule.TITLE, asked_by=schedule.ASKED_BY)
    done = eventually(lambda: (found := jobs.get(conn, job.id)).state not in ("queued", "running") and found)
    assert (done.state, done.done) == ("done", done.total) and done.words
    found = [kept for kept in keeping.listing(data_dir / "backups") if kept not in before]
    assert [kept.reason for kept in found] == ["nightly"]
    assert main(["backup", "--list"]) == 0 and found[0].path.name in capsys.readouterr().out
    for kept in found:
        kept.path.unlink()
