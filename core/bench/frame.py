"""A bench under way: it numbers what comes, writes it down as it comes, tells how far it is and hears that it shall stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from core.bench import reading
from core.bench.asking import Asked
from core.bench.calling import Answer
from core.bench.subject import Subject
from core.engine.client import EngineClient
from core.engine.messages import EngineStatus
from core.errors import StoreError
from core.jobs.working import Worker
from core.store import bench_samples, server
from core.store.bench_samples import BenchRun, Sample
from core.store.database import Database

log = logging.getLogger(__name__)
_WRITE_SECONDS = 0.5
_HOPELESS = 20
"""Failed calls in a row after which more of them say nothing."""
_PAUSE = 0.5
"""Seconds between a failed call and the next one: an engine that died needs them to come back."""
HOPELESS = "{count}번 이어서 실패해 측정을 멈추었습니다. 마지막 이유: {error}"
Show = Callable[[int, int, str], None]


class HopelessError(Exception):
    """Call after call fails: the bench ends with what it has."""


class Bench:
    """Where a bench's calls go. Safe in threads.

    Args:
        engine, subject: what computes and what is measured; None where only the database is.
        db: where samples are stored, over a connection of the bench's own, which also holds its lock.
        show: called with (samples so far, samples expected, Korean words), beside the job's own progress.
    """

    def __init__(self, db: Database, engine: EngineClient | None, subject: Subject | None, asked: Asked, worker: Worker,
                 show: Show) -> None:
        self.db, self.asked, self.worker = db, asked, worker
        self._engine, self._subject = engine, subject
        self.samples: list[Sample] = []
        self.finished = False
        """Whether all that was asked for was done."""
        self.ended_early = ""
        """The Korean reason where it was not, and nobody stopped it."""
        self.run: BenchRun | None = None
        self._show, self._total, self._words = show, 0, ""
        self._conn: psycopg.Connection | None = None
        self._waiting: list[Sample] = []
        self._written = self._began = time.monotonic()
        self._failing = 0
        self._lock = threading.RLock()

    @property
    def engine(self) -> EngineClient:
        """What computes."""
        assert self._engine is not None
        return self._engine

    @property
    def subject(self) -> Subject:
        """What is measured."""
        assert self._subject is not None
        return self._subject

    @property
    def left_out(self) -> dict[str, str]:
        """The parts of queries that are not measured, and why."""
        return dict(self._subject.left_out) if self._subject is not None else {}

    def status(self) -> EngineStatus:
        """Look at the engine; none is running where only the database is measured."""
        return reading.status(self._engine) if self._engine is not None else EngineStatus(running=False)

    def open(self, *, device: str, system: str, config: Mapping[str, Any], environment: Mapping[str, Any]) -> None:
        """Begin: the bench is there for everybody to see."""
        self._conn = server.connect(self.db.conninfo)
        self.run = bench_samples.open_run(self._conn, kind=self.asked.kind, system=system, device=device,
                                          miniature=self._subject is not None and self._subject.miniature, config=config,
                                          environment=environment)
        self._began = time.monotonic()

    def expect(self, total: int, words: str) -> None:
        """Say how many samples there will be in all, and what is done now."""
        self._total, self._words = total, words
        self._tell()

    def step(self, done: int, total: int, words: str) -> None:
        """Tell of work that has no samples; those that wait are stored, so that whoever looks on has them meanwhile."""
        if time.monotonic() - self._written >= _WRITE_SECONDS:
            self.write()
        self.worker.progress(done, total, words)
        self._show(done, total, words)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the end."""
        return self.worker.cancelled()

    def record(self, series: str, answer: Answer, given: Mapping[str, Any], *, counted: bool = True, read: bool = True,
               began: float | None = None) -> Sample:
        """Number a call and keep it.

        Args:
            given: what was asked, enough to ask it again.
            counted: False for a warm-up or a cold call.
            read: whether to read the memory now; a look at the engine takes a millisecond or two, outside any timed span.
            began: ``time.monotonic()`` of the call's beginning, where calls overlap.

        Raises:
            HopelessError: too many calls in a row have failed.
        """
        memory = reading.of(self.status()) if read else {}
        given = dict(given) | ({"stepped": stepped} if (stepped := self._stepped(answer)) else {})
        start = time.monotonic() - answer.total_ms / 1000 if began is None else began
        with self._lock:
            sample = Sample(len(self.samples), series, counted, round(start - self._began, 6), answer.outcome,
                            round(answer.total_ms, 4), *(_rounded(each) for each in (answer.encode_ms, answer.search_ms, answer.rerank_ms)),
                            answer.error, given, memory)
            self.samples.append(sample)
            self._waiting.append(sample)
            if time.monotonic() - self._written >= _WRITE_SECONDS:
                self.write()
            self._tell()
            self._failing = 0 if answer.outcome == "ok" else self._failing + 1
            failing = self._failing
        if failing >= _HOPELESS:
            raise HopelessError(HOPELESS.format(count=failing, error=answer.error))
        if failing:
            time.sleep(_PAUSE)
        return sample

    def write(self) -> bool:
        """Store what waits; where the database is away it goes on waiting. Return whether nothing waits any more."""
        with self._lock:
            self._written = time.monotonic()
            if self.run is None or not self._waiting:
                return True
            try:
                bench_samples.add(self.connection(), self.run.id, self._waiting)
            except (psycopg.Error, StoreError):
                log.warning("samples of bench %d wait for the database", self.run.id, exc_info=True)
                return False
            self._waiting = []
            return True

    def connection(self) -> psycopg.Connection:
        """Return the bench's own connection, made anew where it broke.

        Raises:
            StoreError: the database is away.
        """
        if self._conn is None or self._conn.closed or self._conn.broken:
            if self.db.embedded is not None:
                self.db.embedded.ensure_running()
            self._conn = server.connect(self.db.conninfo)
            if self.run is not None:
                bench_samples.hold(self._conn, self.run.id)
        return self._conn

    def close(self) -> None:
        """Let go of the lock."""
        if self._conn is not None:
            self._conn.close()

    def _stepped(self, answer: Answer) -> dict[str, str]:
        """Return the precisions of models that answered in another one than the bench began with: ``auto`` had to step down."""
        begun = {model.key: model.precision for model in self._subject.models} if self._subject is not None else {}
        return {model.key: model.precision for model in answer.models
                if begun.get(model.key, "auto") not in ("auto", model.precision)}

    def _tell(self) -> None:
        done = len(self.samples)
        self.worker.progress(done, max(done, self._total), self._words)
        self._show(done, max(done, self._total), self._words)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
