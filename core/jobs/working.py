"""Inside a job's process: holding its lock, waiting its turn, telling how far it is, hearing that it shall stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from core.errors import NotFoundError, StoreError, UserError
from core.store import jobs, server
from core.store.database import Database

log = logging.getLogger(__name__)
_BEAT = 1.0
"""Seconds between two reports, and the most that a cancel waits to be heard."""
_TURN_BEATS = 0.5
_LETTING_GO, _TRIES = 0.2, 15
"""An ended job is resumed at once by some: its last process has said so and still holds the lock."""
TAKEN = "이 작업은 다른 곳에서 이미 돌고 있어 여기서는 멈춥니다. `python -m core jobs`에서 확인해 주세요."
UNEXPECTED = "예상하지 못한 오류로 멈췄습니다. 로그 폴더의 core.log에 자세한 내용을 남겼습니다."
STOPPED = "요청대로 멈추었습니다. 그때까지 저장한 것은 그대로 남아 있습니다."


class StoppedError(UserError):
    """Somebody cancelled the job; what is stored stays."""


class Worker:
    """What a verb tells of its progress, and asks whether to go on. Without a job it tells nobody and always goes on."""

    def __init__(self, job_id: int | None = None) -> None:
        self.job_id = job_id
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {"done": 0, "total": None, "words": "", "done_before": 0, "since": None}

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say that ``done`` of ``total`` steps (None: nobody knows) are done, and in Korean what is done now.

        Fewer steps than before, or other words, begin a new count.
        """
        with self._lock:
            before = self._state
            words = words or before["words"]
            anew = before["since"] is None or done < before["done"] or words != before["words"]
            began = {"done_before": done, "since": datetime.now(UTC)} if anew else {}
            self._state = before | {"done": done, "total": total, "words": words} | began

    def cancelled(self) -> bool:
        """Return whether to stop at the next step."""
        return self._stop.is_set()

    def check(self) -> None:
        """Stop here where somebody asked for it.

        Raises:
            StoppedError: somebody did.
        """
        if self.cancelled():
            raise StoppedError(STOPPED)

    def state(self) -> dict[str, Any]:
        """Return what ``store.jobs.report`` takes."""
        with self._lock:
            return self._state

    def stop(self) -> None:
        """Ask the verb to stop at its next step."""
        self._stop.set()


_current = Worker()


def current() -> Worker:
    """Return the worker of this process's verb."""
    return _current


@contextmanager
def attached(database: Database, job_id: int) -> Iterator[Worker]:
    """Do a job: its lock, its turn, its state. The body is the verb; how it ends is how the job ends.

    Raises:
        StoppedError: it was cancelled, before its turn or in the middle.
        StoreError: another process does this job.
    """
    global _current
    worker = Worker(job_id)
    keeper = _Keeper(database, job_id, worker)
    keeper.begin()
    _current = worker
    try:
        keeper.wait_turn()
        yield worker
    except StoppedError:
        keeper.finish("cancelled")
        raise
    except KeyboardInterrupt:
        keeper.finish("interrupted")
        raise
    except BaseException as error:
        keeper.finish("failed", str(error) if isinstance(error, UserError) else UNEXPECTED)
        raise
    else:
        keeper.finish("done")
    finally:
        _current = Worker()


class _Keeper:
    """Holds the lock on a connection of its own and beats on it; connects anew where the server went away."""

    def __init__(self, database: Database, job_id: int, worker: Worker) -> None:
        self._database, self._id, self._worker = database, job_id, worker
        self._conn: psycopg.Connection | None = None
        self._turn = False
        self._takes_engine = False
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._beat, name=f"job:{job_id}", daemon=True)

    def begin(self) -> None:
        """Take the job's lock and begin to beat.

        Raises:
            StoreError: another process does the job; one that has just ended gets a moment to let go of the lock.
        """
        for wait in (*[_LETTING_GO] * _TRIES, 0.0):
            try:
                self._connect()
                break
            except StoreError as error:
                if str(error) != TAKEN or not wait:
                    raise
                time.sleep(wait)
        assert self._conn is not None
        self._takes_engine = jobs.get(self._conn, self._id).takes_engine
        self._thread.start()

    def wait_turn(self) -> None:
        """Return when this job may work."""
        while self._takes_engine and not self._turn:
            with self._guard:
                if self._conn is not None and not self._conn.closed:
                    self._turn = jobs.take_turn(self._conn, self._id)
            self._worker.check()
            if not self._turn:
                time.sleep(_TURN_BEATS)
        self._worker.check()
        with self._guard:
            jobs.begin(self._conn, self._id)

    def finish(self, state: jobs.State, error: str = "") -> None:
        """Write how the job ended, then let go of the lock."""
        self._ended.set()
        self._thread.join()
        try:
            if self._conn is None or self._conn.closed:
                self._connect()
            jobs.report(self._conn, self._id, **self._worker.state())
            jobs.end(self._conn, self._id, state, error=error)
        except (psycopg.Error, StoreError, NotFoundError):
            log.exception("the end of job %d could not be written", self._id)
        finally:
            if self._conn is not None:
                self._conn.close()

    def _connect(self) -> None:
        if self._database.embedded is not None:
            self._database.embedded.ensure_running()
        self._conn = server.connect(self._database.conninfo)
        if not jobs.hold(self._conn, self._id):
            self._conn.close()
            raise StoreError(TAKEN)
        self._turn = False

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT):
            with self._guard:
                try:
                    if self._conn is None or self._conn.closed or self._conn.broken:
                        had_turn = self._turn
                        self._connect()
                        self._turn = had_turn and jobs.take_turn(self._conn, self._id)
                    if jobs.report(self._conn, self._id, **self._worker.state()) == "cancelling":
                        self._worker.stop()
                except StoreError as error:
                    if str(error) == TAKEN:
                        self._worker.stop()
                        return
                    log.warning("job %d cannot reach the database; trying again", self._id)
                except (psycopg.Error, NotFoundError):
                    log.warning("job %d lost its connection; trying again", self._id, exc_info=True)
