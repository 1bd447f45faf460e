"""The sockets on which one process asks the engine: one call at a time on each, kept for the next."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.engine import wire
from core.engine.launch import Launcher
from core.engine.messages import RETIRED, Packed, error_from
from core.engine.wire import Frame, WireError
from core.errors import EngineDiedError, EngineError

MOST_IDLE = 8
_GRACE_SECONDS = 10.0
"""The engine answers at the deadline by itself; this much later it is taken for hung."""
DIED = "계산하던 엔진이 갑자기 멈췄습니다. 다시 시도하면 엔진을 새로 시작합니다."
HUNG = "계산 엔진이 응답하지 않습니다. 잠시 뒤에 다시 시도하고, 되풀이되면 엔진을 다시 시작해 주세요."


class _NotTakenError(Exception):
    """The engine had stopped listening before the whole request was sent, so it has not begun with it."""


class Sockets:
    """Connections to the engine that a launcher finds or starts. Safe in threads."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()

    def ask(self, packed: Packed, *, deadline: float) -> Frame:
        """Send a request, starting the engine if need be, and return the answer.

        Args:
            deadline: on the monotonic clock; the engine is told how much is left of it.

        Raises:
            EngineDiedError: the engine ended in the middle of the call.
            EngineError: it cannot start or does not answer.
            UserError: what the engine answered instead, of the same kind as there.
        """
        for _ in range(3):
            try:
                pooled = self._pooled()
                sock, keep = (pooled, True) if pooled is not None else self._launcher.connect()
                frame = self._exchange(sock, packed, deadline=deadline, keep=keep)
            except _NotTakenError:
                frame = None
            # An ending engine has not begun with the call, so its successor may be asked instead.
            if frame is not None and frame.header.get("error") != RETIRED:
                return _checked(frame)
            self.close()
        raise EngineDiedError(DIED)

    def ask_running(self, packed: Packed, *, deadline: float) -> Frame | None:
        """Send a request to the engine that runs, whichever it is; None without one. Errors as in :meth:`ask`."""
        greeted = self._launcher.find()
        if greeted is None:
            return None
        try:
            # Whichever engine runs was asked; a call that computes must find out first whether it is the right one.
            frame = self._exchange(greeted.sock, packed, deadline=deadline, keep=False)
        except _NotTakenError:
            return None
        return None if frame.header.get("error") == RETIRED else _checked(frame)

    def close(self) -> None:
        """Close those that no call is using."""
        with self._lock:
            idle, self._idle = self._idle, []
        for sock in idle:
            sock.close()

    def _exchange(self, sock: socket.socket, packed: Packed, *, deadline: float, keep: bool = True) -> Frame:
        seconds = max(0.0, deadline - time.monotonic())
        with self._returning(sock, keep=keep):
            sock.settimeout(seconds + _GRACE_SECONDS)
            try:
                wire.send(sock, {**packed.header, "timeout_s": seconds}, packed.blobs)
            except BrokenPipeError as error:
                raise _NotTakenError from error
            except TimeoutError as error:
                raise EngineError(HUNG) from error
            try:
                frame = wire.receive(sock)
            except TimeoutError as error:
                raise EngineError(HUNG) from error
            except (OSError, WireError) as error:
                raise EngineDiedError(DIED) from error
            if frame is None:
                raise EngineDiedError(DIED)
            return frame

    @contextmanager
    def _returning(self, sock: socket.socket, *, keep: bool) -> Iterator[None]:
        """Keep the connection for the next call, unless something went wrong on it (an interrupt too)."""
        try:
            yield
        except EngineError:
            # The kernel closes a dead process's sockets one by one; those that look alive yet are of no more use.
            sock.close()
            self.close()
            raise
        except BaseException:
            sock.close()
            raise
        with self._lock:
            if keep and len(self._idle) < MOST_IDLE:
                self._idle.append(sock)
                return
        sock.close()

    def _pooled(self) -> socket.socket | None:
        """Return an idle connection that is still good."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                sock = self._idle.pop()
            watched = select.poll()
            watched.register(sock, select.POLLIN | select.POLLHUP)
            if not watched.poll(0):
                return sock
            sock.close()


def _checked(frame: Frame) -> Frame:
    if "error" in frame.header:
        raise error_from(frame.header)
    return frame
