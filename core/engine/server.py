"""The engine process: who may connect, what it says about itself, when it ends."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.daemon import FileLock
from core.engine import fingerprint as fingerprints
from core.engine import wire
from core.engine.compute import DEVICE_LOST, Compute
from core.engine.handler import Connection
from core.engine.lanes import BUSY, Lanes
from core.engine.messages import EngineStatus, error_to
from core.engine.pace import Pace
from core.engine.places import Places
from core.engine.rows import Bench, Counters
from core.engine.shelf import Shelf
from core.engine.slots import Source
from core.errors import EngineBusyError, EngineError

log = logging.getLogger(__name__)
IDLE_SECONDS = 15 * 60.0
"""Without any client for this long, the engine ends."""
POLITE_SECONDS = 20.0
"""How long an engine that is being replaced finishes what it was given."""
MOST_CONNECTIONS = 128
_LAST_WORDS_SECONDS = 2.0
STOPPED = "계산 엔진이 요청을 받아 멈췄습니다. 다시 시도하면 새로 시작합니다."
ENDED, ALREADY_RUNNING, BROKEN = 0, 3, 70
"""Exit codes."""


class Server:
    """The listening half of the engine."""

    def __init__(self, source: Source, *, places: Places, idle_seconds: float = IDLE_SECONDS,
                 fingerprint: str | None = None, restarts: int = 0) -> None:
        self.pid = os.getpid()
        self.fingerprint = fingerprint or fingerprints.current()
        self.lanes = Lanes()
        self.bench = Bench(Shelf(source), Pace(), Counters())
        self._retiring = False
        self._source, self._places, self._idle_seconds, self._restarts = source, places, idle_seconds, restarts
        self._compute = Compute(self.lanes, self.bench.shelf, source, device_lost=lambda: self._finish(BROKEN))
        self._started = time.monotonic()
        self._connections: set[Connection] = set()
        self._last_client = self._started
        self._answering = 0
        self._quiet = threading.Condition()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._exit_code: int | None = None

    def run(self) -> int:
        """Serve until asked to stop or nobody has been there for long; return the exit code."""
        alive = FileLock(self._places.alive, timeout=10.0)
        try:
            alive.acquire()
        except TimeoutError:
            log.error("another engine serves this data folder")
            return ALREADY_RUNNING
        self._places.pid.write_text(str(self.pid))
        with _listener(self._places.socket) as listener:
            self._compute.start()
            log.info("engine %d listens on %s", self.pid, self._places.socket)
            code = self._accept_until_end(listener)
            self._places.socket.unlink(missing_ok=True)
        self._wind_up()
        if code == ENDED:
            self._places.pid.unlink(missing_ok=True)
        log.info("engine %d ends with %d", self.pid, code)
        return code

    def _accept_until_end(self, listener: socket.socket) -> int:
        watched = select.poll()
        watched.register(listener, select.POLLIN)
        watched.register(self._wake, select.POLLIN)
        while not self.ending:
            left = self._idle_left()
            if left is not None and left <= 0:
                log.info("no client for %.0f s", self._idle_seconds)
                return ENDED
            for fd, _ in watched.poll(None if left is None else left * 1000 + 1):
                if fd == listener.fileno():
                    self._welcome(listener)
                else:
                    os.eventfd_read(self._wake)
        return ENDED if self._exit_code is None else self._exit_code

    def _welcome(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        if (uid := wire.peer_uid(sock)) != os.geteuid():
            log.warning("refused a connection from uid %d", uid)
            sock.close()
            return
        if len(self._connections) >= MOST_CONNECTIONS:
            with sock:
                wire.send(sock, error_to(EngineBusyError(BUSY)))
            return
        connection = Connection(sock, self)
        with self._quiet:
            self._connections.add(connection)
        connection.start()

    def _idle_left(self) -> float | None:
        with self._quiet:
            return None if self._connections else self._last_client + self._idle_seconds - time.monotonic()

    def closed(self, connection: Connection) -> None:
        """A connection's thread is about to end."""
        with self._quiet:
            self._connections.discard(connection)
            if not connection.only_looked:  # whoever only watches would keep the models in memory for ever
                self._last_client = time.monotonic()
            self._quiet.notify_all()
        os.eventfd_write(self._wake, 1)

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
        return self._retiring or self._exit_code is not None

    def end(self, *, polite: bool) -> None:
        """Ask the engine to end: politely, after what was asked before; else at once."""
        if polite:
            self._retiring = True
            os.eventfd_write(self._wake, 1)
        else:
            self._finish(ENDED)

    def _finish(self, code: int) -> None:
        self._exit_code = code
        os.eventfd_write(self._wake, 1)
        with self._quiet:
            self._quiet.notify_all()

    def _wind_up(self) -> None:
        """Let answers out: all that are due when retiring, else only the news that there will be none."""
        with self._quiet:
            if self._retiring:
                self._quiet.wait_for(lambda: self._answering == 0 or self._exit_code is not None, POLITE_SECONDS)
        reason = EngineError(DEVICE_LOST if self._exit_code == BROKEN else STOPPED)
        self.lanes.close(reason)
        current = self._compute.current
        if current is not None:
            current.fail(reason)
        with self._quiet:
            for connection in self._connections:
                connection.hear_no_more()
            self._quiet.wait_for(lambda: not self._connections, _LAST_WORDS_SECONDS)

    def reset_peaks(self) -> None:
        """Let the GPU's peaks begin anew."""
        self._source.reset_peaks()

    def status(self) -> EngineStatus:
        """Look at everything without disturbing the compute thread."""
        counters, shelf = self.bench.counters, self.bench.shelf
        loading = shelf.loading
        with self._quiet:
            clients = len(self._connections)
        if self._compute.preparing:
            activity = "준비 중"
        elif loading:
            activity = f"모델 {loading}을(를) 불러오는 중"
        else:
            activity = "계산 중" if self._compute.current is not None else "대기 중"
        return EngineStatus(
            running=True,
            pid=self.pid,
            device=self._source.device,
            activity=activity,
            uptime_s=time.monotonic() - self._started,
            clients=clients,
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


@contextmanager
def _listener(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        old = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(old)
        listener.listen(MOST_CONNECTIONS)
        yield listener


def serve(source: Source, *, data_dir: Path, idle_seconds: float = IDLE_SECONDS, fingerprint: str | None = None,
          restarts: int = 0) -> int:
    """Run an engine in this process until it ends; SIGTERM and SIGINT end it in order. Returns the exit code."""
    server = Server(source, places=Places(data_dir), idle_seconds=idle_seconds, fingerprint=fingerprint,
                    restarts=restarts)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.end(polite=False))
    return server.run()
