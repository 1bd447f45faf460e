"""The backup of every night: when it is due, who starts it, what became of it.

Each process that serves the dashboard looks once a minute. The look itself is one at a time over all of them, and what it starts is a
job: two dashboards on one database make one backup, and a night on which nothing ran is caught up at the first look.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from core.accounts import logins
from core.backup import keeping
from core.backup.keeping import Kept
from core.errors import UserError
from core.jobs import launching
from core.settings import settings
from core.store import backups, jobs, open_database
from core.store.database import Database
from core.store.jobs import Job

NIGHTLY = ("backup", "--nightly")
BY_HAND = ("backup",)
TITLE, ASKED_BY = "매일 밤 백업", "자동"
_FIRST, _LOOK = 30.0, 60.0
_AGAIN = timedelta(hours=1)
"""After a failure, such as a full disk; a night's job is one row, however often it is tried."""
_OLD = timedelta(hours=36)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """How the backups stand."""

    on: bool
    """A nightly one is made: people log in, and it is not switched off."""
    next: datetime | None
    """By the clock of this machine; None where none is made."""
    job: Job | None
    """The newest nightly one."""
    kept: list[Kept]
    """Newest first."""

    def old(self, now: datetime) -> bool:
        """Say whether the newest backup is older than a night explains."""
        return self.on and bool(self.kept) and now.replace(tzinfo=None) - self.kept[0].at > _OLD


def due(at: str, now: datetime) -> tuple[datetime, datetime]:
    """Return when the latest backup was due and when the next one is.

    Args:
        at: HH:MM by the clock of this machine.
        now: by the same clock; what is returned bears its zone.
    """
    here = now.astimezone().replace(tzinfo=None)
    hour, minute = map(int, at.split(":"))
    last = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if last > here:
        last -= timedelta(days=1)
    return last.astimezone(), (last + timedelta(days=1)).astimezone()


def state(database: Database, *, now: datetime | None = None) -> State:
    """Return how the backups stand."""
    on = _on(database)
    with database.connection() as conn:
        job = jobs.latest(conn, NIGHTLY)
    return State(on, due(settings().backup_at, now or datetime.now().astimezone())[1] if on else None, job,
                 keeping.listing(keeping.folder()))


def look(database: Database, *, now: datetime | None = None) -> Job | None:
    """Start the backup that is due, or try one again that failed; return its job, None where there is nothing to do.

    Raises:
        StoreError: the database cannot be reached, or no process can be started.
    """
    if not _on(database):
        return None
    now = now or datetime.now().astimezone()
    last, _ = due(settings().backup_at, now)
    with database.connection() as conn, conn.transaction():
        if not backups.night_watch(conn):
            return None
        job = jobs.latest(conn, NIGHTLY)
        if job is None or (not job.active and job.created_at < last):
            return launching.start(database, NIGHTLY, title=TITLE, asked_by=ASKED_BY)[0]
        if job.state == "interrupted" or (job.state == "failed" and now - (job.ended_at or job.reported_at) >= _AGAIN):
            return launching.resume(database, job.id)
    return None


def _on(database: Database) -> bool:
    return settings().backup_at != "off" and logins.demanded(db=database)


class _Watch(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="nightly backup", daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        wait = _FIRST
        while not self._ended.wait(wait):
            wait = _LOOK
            try:
                look(open_database())
            except (UserError, psycopg.Error):
                _log.warning("the nightly backup could not be looked after; trying again", exc_info=True)

    def stop(self) -> None:
        self._ended.set()
        self.join(timeout=5)


_only: list[_Watch] = []


def watch() -> None:
    """Look after the nightly backup in this process until ``stop_watch``."""
    if not _only and settings().backup_at != "off":
        _only.append(_Watch())
        _only[0].start()


def stop_watch() -> None:
    """End it."""
    while _only:
        _only.pop().stop()
