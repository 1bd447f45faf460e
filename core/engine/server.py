"""The engine process: who may connect, and until when it listens."""

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

from core.daemon import FileLock
from core.engine import wire
from core.engine.handler import Connection
from core.engine.host import ENDED, Host
from core.engine.lanes import BUSY
from core.engine.messages import error_to
from core.engine.places import Places
from core.engine.slots import Source
from core.errors import EngineBusyError

log = logging.getLogger(__name__)
IDLE_SECONDS = 15 * 60.0
"""Without any client for this long, the engine ends."""
MOST_CONNECTIONS = 128
ALREADY_RUNNING = 3
"""Exit code beside those of the host."""
_LAST_WORDS_SECONDS = 2.0


class Server:
    """The listening half of the engine."""

    def __init__(self, host: Host, *, places: Places, idle_seconds: float = IDLE_SECONDS) -> None:
        self._host, self._places, self._idle_seconds = host, places, idle_seconds
        self._connections: set[Connection] = set()
        self._last_client = time.monotonic()
        self._changed = threading.Condition()

    def run(self) -> int:
        """Serve until asked to stop or nobody has been there for long; return the exit code."""
        alive = FileLock(self._places.alive, timeout=10.0)
        try:
            alive.acquire()
        except TimeoutError:
            log.error("another engine serves this data folder")
            return ALREADY_RUNNING
        pid = self._host.pid
        self._places.pid.write_text(str(pid))
        with _listener(self._places.socket) as listener:
            self._host.start()
            log.info("engine %d listens on %s", pid, self._places.socket)
            code = self._accept_until_end(listener)
            self._places.socket.unlink(missing_ok=True)
        self._host.wind_up()
        self._let_go()
        if code == ENDED:
            self._places.pid.unlink(missing_ok=True)
        log.info("engine %d ends with %d", pid, code)
        return code

    def _accept_until_end(self, listener: socket.socket) -> int:
        watched = select.poll()
        watched.register(listener, select.POLLIN)
        watched.register(self._host.wake_fd, select.POLLIN)
        while not self._host.ending:
            left = self._idle_left()
            if left is not None and left <= 0:
                log.info("no client for %.0f s", self._idle_seconds)
                return ENDED
            for fd, _ in watched.poll(None if left is None else left * 1000 + 1):
                if fd == listener.fileno():
                    self._welcome(listener)
                else:
                    os.eventfd_read(self._host.wake_fd)
        return ENDED if self._host.exit_code is None else self._host.exit_code

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
        connection = Connection(sock, self._host, closed=self._closed)
        with self._changed:
            self._connections.add(connection)
            self._host.clients = len(self._connections)
        connection.start()

    def _idle_left(self) -> float | None:
        with self._changed:
            return None if self._connections else self._last_client + self._idle_seconds - time.monotonic()

    def _closed(self, connection: Connection) -> None:
        """A connection's thread is about to end."""
        with self._changed:
            self._connections.discard(connection)
            self._host.clients = len(self._connections)
            if not connection.only_looked:  # whoever only watches would keep the models in memory for ever
                self._last_client = time.monotonic()
            self._changed.notify_all()
        self._host.wake()

    def _let_go(self) -> None:
        """Give connections the time to pass on their last words."""
        with self._changed:
            for connection in self._connections:
                connection.hear_no_more()
            self._changed.wait_for(lambda: not self._connections, _LAST_WORDS_SECONDS)


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
    host = Host(source, fingerprint=fingerprint, restarts=restarts)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: host.end(polite=False))
    return Server(host, places=Places(data_dir), idle_seconds=idle_seconds).run()
