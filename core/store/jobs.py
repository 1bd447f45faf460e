"""Jobs: long work in processes of its own. A job is alive while its process holds the job's advisory lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg import Connection, sql
from psycopg.rows import class_row

from core.errors import NotFoundError
from core.store.locks import held

State = Literal["queued", "running", "cancelling", "done", "failed", "cancelled", "interrupted"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "interrupted")
SILENT_SECONDS = 15.0
"""A job that holds no lock and has reported nothing for so long is dead: it may have been connecting anew until then."""

_ALIVE = held("job", "jobs")
_COLUMNS = sql.SQL("""id, arguments, title, takes_engine, state, done, total, words, done_before, error, attempts, asked_by,
       created_at, started_at, reported_at, ended_at""")
_ADD = sql.SQL("""
INSERT INTO jobs (arguments, title, takes_engine, asked_by) VALUES (%(arguments)s, %(title)s, %(takes_engine)s, %(asked_by)s)
ON CONFLICT (arguments) WHERE state IN ('queued', 'running', 'cancelling') DO NOTHING
RETURNING {}
""").format(_COLUMNS)
_UNDER_WAY = sql.SQL("""
SELECT {} FROM jobs WHERE arguments = %(arguments)s AND state IN ('queued', 'running', 'cancelling')
""").format(_COLUMNS)
_GET = sql.SQL("SELECT {} FROM jobs WHERE id = %(job_id)s").format(_COLUMNS)
_DEAD = sql.SQL("""
CASE WHEN state IN ('queued', 'running', 'cancelling')
      AND reported_at < clock_timestamp() - make_interval(secs => %(silent)s) THEN NOT {} ELSE false END
""").format(_ALIVE)
# Whoever looks sees a dead job as interrupted and need not write it: pages only read.
_SEEN = sql.SQL("""
SELECT id, arguments, title, takes_engine, CASE WHEN dead THEN 'interrupted' ELSE state END AS state, done, total, words, done_before,
       error, attempts, asked_by, created_at, started_at, reported_at, CASE WHEN dead THEN reported_at ELSE ended_at END AS ended_at
  FROM (SELECT *, {dead} AS dead FROM jobs WHERE {which} ORDER BY id DESC LIMIT %(limit)s) AS latest ORDER BY id DESC
""")
_LISTING = _SEEN.format(dead=_DEAD, which=sql.SQL("true"))
_LATEST = _SEEN.format(dead=_DEAD, which=sql.SQL("arguments = %(arguments)s"))
_BURY = sql.SQL("UPDATE jobs SET state = 'interrupted', ended_at = reported_at WHERE {}").format(_DEAD)
_AGAIN = sql.SQL("""
UPDATE jobs SET state = 'queued', attempts = attempts + 1, error = '', words = '', started_at = NULL, ended_at = NULL,
                reported_at = clock_timestamp()
 WHERE id = %(job_id)s AND state IN ('done', 'failed', 'cancelled', 'interrupted')
RETURNING {}
""").format(_COLUMNS)
_CANCEL = sql.SQL("""
UPDATE jobs SET state = 'cancelling' WHERE id = %(job_id)s AND state IN ('queued', 'running') RETURNING {}
""").format(_COLUMNS)
_HOLD = "SELECT pg_try_advisory_lock(hashtext('job'), %(job_id)s)"
_TURN = sql.SQL("""
SELECT NOT EXISTS (SELECT 1 FROM jobs WHERE takes_engine AND state IN ('queued', 'running', 'cancelling')
                      AND id < %(job_id)s AND {})
   AND pg_try_advisory_lock(hashtext('job that computes'), 0)
""").format(_ALIVE)
_BEGIN = """
UPDATE jobs SET state = CASE state WHEN 'cancelling' THEN state ELSE 'running' END, started_at = clock_timestamp(),
                reported_at = clock_timestamp()
 WHERE id = %(job_id)s
"""
_REPORT = """
UPDATE jobs SET done = %(done)s, total = %(total)s, words = %(words)s, done_before = %(done_before)s,
                started_at = coalesce(%(since)s, started_at), reported_at = clock_timestamp()
 WHERE id = %(job_id)s RETURNING state
"""
_END = """
UPDATE jobs SET state = %(state)s, error = %(error)s, ended_at = clock_timestamp(), reported_at = clock_timestamp()
 WHERE id = %(job_id)s
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands."""

    id: int
    arguments: list[str]
    """The verb and its arguments, without ``--job``."""
    title: str
    takes_engine: bool
    """It computes with models; such jobs take turns."""
    state: State
    done: int
    total: int | None
    """Steps in all; None until known."""
    words: str
    """What is done now, in Korean."""
    done_before: int
    """Steps that were there when the count began: they say nothing of the pace."""
    error: str
    """The Korean sentence where it failed."""
    attempts: int
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    """When what is counted now began; a verb may count one model's items after another's."""
    reported_at: datetime
    ended_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether it waits or works."""
        return self.state not in ENDED

    @property
    def rate(self) -> float | None:
        """Steps a second since the count began, None before it is known."""
        if self.started_at is None or self.done <= self.done_before:
            return None
        seconds = (self.reported_at - self.started_at).total_seconds()
        return (self.done - self.done_before) / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at this pace, None where nobody can say."""
        return (self.total - self.done) / self.rate if self.rate and self.total is not None else None


def add(conn: Connection, arguments: Sequence[str], *, title: str, takes_engine: bool, asked_by: str) -> tuple[Job, bool]:
    """Return a new job, or the one that does the same already; and whether it is new."""
    values = {"arguments": list(arguments), "title": title, "takes_engine": takes_engine, "asked_by": asked_by}
    bury(conn)
    with conn.transaction(), conn.cursor(row_factory=class_row(Job)) as cursor:
        for _ in range(2):  # the one under way may end between the two statements
            if made := cursor.execute(_ADD, values).fetchone():
                return made, True
            if there := cursor.execute(_UNDER_WAY, values).fetchone():
                return there, False
    raise AssertionError("a job is neither new nor under way")


def get(conn: Connection, job_id: int) -> Job:
    """Return a job.

    Raises:
        NotFoundError: there is none of that number.
    """
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        found = cursor.execute(_GET, {"job_id": job_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{job_id}번 작업이 없습니다. `python -m core jobs`로 번호를 확인해 주세요.")
    return found


def listing(conn: Connection, *, limit: int = 50) -> list[Job]:
    """Return the newest jobs, newest first; dead ones are interrupted."""
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(_LISTING, {"limit": limit, "silent": SILENT_SECONDS}).fetchall()


def latest(conn: Connection, arguments: Sequence[str]) -> Job | None:
    """Return the newest job of exactly these arguments, None where there was none; a dead one is interrupted."""
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(_LATEST, {"arguments": list(arguments), "limit": 1, "silent": SILENT_SECONDS}).fetchone()


def bury(conn: Connection) -> int:
    """Mark jobs whose process is gone as interrupted; return how many."""
    return conn.execute(_BURY, {"silent": SILENT_SECONDS}).rowcount


def again(conn: Connection, job_id: int) -> Job | None:
    """Queue an ended job once more; None where it has not ended, or the same work is under way as another job."""
    bury(conn)
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        same = cursor.execute(_UNDER_WAY, {"arguments": get(conn, job_id).arguments}).fetchone()
        try:
            return None if same else cursor.execute(_AGAIN, {"job_id": job_id}).fetchone()
        except psycopg.errors.UniqueViolation:  # another job of the same work was queued between the two statements
            return None


def cancel(conn: Connection, job_id: int) -> Job | None:
    """Ask a job to stop; None where it has ended or was asked already."""
    bury(conn)
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(_CANCEL, {"job_id": job_id}).fetchone()


def hold(conn: Connection, job_id: int) -> bool:
    """Take a job's lock for as long as this connection lives; False where another process has it."""
    return conn.execute(_HOLD, {"job_id": job_id}).fetchone()[0]


def take_turn(conn: Connection, job_id: int) -> bool:
    """Take the engine's turn for as long as this connection lives; False while another job has it or came first."""
    return conn.execute(_TURN, {"job_id": job_id}).fetchone()[0]


def begin(conn: Connection, job_id: int) -> None:
    """Say that a job works now."""
    conn.execute(_BEGIN, {"job_id": job_id})


def report(conn: Connection, job_id: int, *, done: int, total: int | None, words: str, done_before: int,
           since: datetime | None) -> State:
    """Say how far a job is; return its state, which tells whether somebody asked it to stop.

    Raises:
        NotFoundError: there is no such job.
    """
    values = {"job_id": job_id, "done": done, "total": total, "words": words, "done_before": done_before, "since": since}
    found = conn.execute(_REPORT, values).fetchone()
    if found is None:
        raise NotFoundError(f"{job_id}번 작업이 없습니다. 다시 시작해 주세요.")
    return found[0]


def end(conn: Connection, job_id: int, state: State, *, error: str = "") -> None:
    """Say how a job ended."""
    conn.execute(_END, {"job_id": job_id, "state": state, "error": error})
