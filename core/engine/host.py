"""What all connections of an engine share: the calls that wait, the models, how it is, and its end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from core.engine import fingerprint as fingerprints
from core.engine.compute import DEVICE_LOST, Compute
from core.engine.lanes import Lanes
from core.engine.messages import EngineStatus
from core.engine.pace import Pace
from core.engine.rows import Bench, Counters
from core.engine.shelf import Shelf
from core.engine.slots import Source
from core.errors import EngineError

STOPPED = "계산 엔진이 요청을 받아 멈췄습니다. 다시 시도하면 새로 시작합니다."
ENDED, BROKEN = 0, 70
"""Exit codes: asked to end, or nobody there; the GPU's context is lost."""
POLITE_SECONDS = 20.0
"""How long an engine that is being replaced finishes what it was given."""


class Host:
    """The one of an engine's process. Safe in threads."""

    def __init__(self, source: Source, *, fingerprint: str | None = None, restarts: int = 0) -> None:
        self.pid = os.getpid()
        self.fingerprint = fingerprint or fingerprints.current()
        self.lanes = Lanes()
        self.bench = Bench(Shelf(source), Pace(), Counters())
        self.exit_code: int | None = None
        self.clients = 0
        """Connections that are open; the server counts them."""
        self.wake_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        """Readable when there is a reason for the listening thread to look up."""
        self._source, self._restarts, self._started = source, restarts, time.monotonic()
        self._compute = Compute(self.lanes, self.bench.shelf, source, device_lost=lambda: self._finish(BROKEN))
        self._retiring = False
        self._answering = 0
        self._quiet = threading.Condition()

    def start(self) -> None:
        """Let the compute thread begin."""
        self._compute.start()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Hold the end of the process back until an answer is on its way."""
        with self._quiet:
            self._answering += 1
        try:
            yield
        finally:
            with self._quiet:
                self._answering -= 1
                self._quiet.notify_all()

    @property
    def ending(self) -> bool:
        """Whether new calls belong to this engine's successor."""
        return self._retiring or self.exit_code is not None

    def end(self, *, polite: bool) -> None:
        """Ask the engine to end: politely, after what was asked before; else at once."""
        if polite:
            self._retiring = True
            self.wake()
        else:
            self._finish(ENDED)

    def wake(self) -> None:
        """Let the listening thread look up."""
        os.eventfd_write(self.wake_fd, 1)

    def wind_up(self) -> None:
        """Let answers out: all that are due when retiring, else only the news that there will be none."""
        with self._quiet:
            if self._retiring:
                self._quiet.wait_for(lambda: self._answering == 0 or self.exit_code is not None, POLITE_SECONDS)
        reason = EngineError(DEVICE_LOST if self.exit_code == BROKEN else STOPPED)
        self.lanes.close(reason)
        current = self._compute.current
        if current is not None:
            current.fail(reason)

    def reset_peaks(self) -> None:
        """Let the GPU's peaks begin anew."""
        self._source.reset_peaks()

    def status(self) -> EngineStatus:
        """Look at everything without disturbing the compute thread."""
        counters, shelf = self.bench.counters, self.bench.shelf
        return EngineStatus(
            running=True,
            pid=self.pid,
            device=self._source.device,
            activity=self._activity(),
            uptime_s=time.monotonic() - self._started,
            clients=self.clients,
            waiting_interactive=self.lanes.waiting("interactive"),
            waiting_batch=self.lanes.waiting("batch"),
            loaded=shelf.listing(),
            rss_bytes=psutil.Process().memory_info().rss,
            memory=self._source.memory(),
            events=shelf.diary.events(),
            calls=counters.calls,
            rows=counters.rows,
            nan_retries=counters.nan_retries,
            failures=counters.failures,
            ooms=counters.ooms + shelf.diary.load_ooms,
            restarts=self._restarts,
        )

    def _finish(self, code: int) -> None:
        self.exit_code = code
        self.wake()
        with self._quiet:
            self._quiet.notify_all()

    def _activity(self) -> str:
        if self._compute.preparing:
            return "준비 중"
        if loading := self.bench.shelf.loading:
            return f"모델 {loading}을(를) 불러오는 중"
        return "계산 중" if self._compute.current is not None else "대기 중"
