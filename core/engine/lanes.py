"""The engine's two waiting lines, interactive before batch, bounded and with deadlines."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from core.engine.messages import PRIORITIES, Priority
from core.errors import EngineBusyError, EngineError, UserError

log = logging.getLogger(__name__)
MOST_WAITING: dict[Priority, int] = {"interactive": 64, "batch": 16}
BUSY = "지금 계산 엔진이 혼잡합니다. 잠시 뒤에 다시 시도해 주세요."

Steps = Generator[None, None, Any]
"""A call's work: every ``next()`` computes one small batch, and the result is what it returns."""


class Job:
    """One call on its way through the engine. The connection's thread waits for it, the compute thread works on it."""

    def __init__(self, make_steps: Callable[[], Steps], *, priority: Priority, deadline: float) -> None:
        """``deadline`` is in ``time.monotonic()`` seconds."""
        self.priority = priority
        self.deadline = deadline
        self.arrived = time.monotonic()
        self.queue_ms = 0.0
        self.abandoned = False
        self.result: Any = None
        self.error: UserError | None = None
        self._make_steps = make_steps
        self._steps: Steps | None = None
        self._lock = threading.Lock()
        self._over = False
        # A descriptor and not an Event: the waiting thread watches it together with its socket, without polling.
        self.done_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def step(self) -> bool:
        """Compute one batch; True when the call is finished. The call's own errors end it, others rise."""
        if self._steps is None:
            self._steps = self._make_steps()
            self.queue_ms = (time.monotonic() - self.arrived) * 1000
        try:
            next(self._steps)
        except StopIteration as finished:
            self.finish(finished.value)
            return True
        except UserError as error:
            self.fail(error)
            return True
        return False

    def finish(self, result: Any) -> None:
        """Hand the result to the waiting thread."""
        self._end(result, None)

    def fail(self, error: UserError) -> None:
        """Hand an error to the waiting thread."""
        self._end(None, error)

    def _end(self, result: Any, error: UserError | None) -> None:
        with self._lock:
            if self._over or self.abandoned:
                return
            self._over, self.result, self.error = True, result, error
            os.eventfd_write(self.done_fd, 1)

    def leave(self) -> None:
        """The waiting thread is done with this job, whether it has ended or not; nothing is delivered any more."""
        with self._lock:
            self.abandoned = True
            os.close(self.done_fd)

    @property
    def moot(self) -> bool:
        """Nobody waits for it, or its time is over."""
        return self.abandoned or time.monotonic() >= self.deadline


class Lanes:
    """The waiting calls. A call that has begun goes back to the front of its own lane after each batch."""

    def __init__(self, *, most_waiting: dict[Priority, int] | None = None) -> None:
        self._most = most_waiting or MOST_WAITING
        self._lanes: dict[Priority, deque[Job]] = {priority: deque() for priority in PRIORITIES}
        self._changed = threading.Condition()
        self._closed: EngineError | None = None

    def put(self, job: Job) -> None:
        """Append a call.

        Raises:
            EngineBusyError: its lane is full.
            EngineError: the engine is ending.
        """
        with self._changed:
            if self._closed is not None:
                raise self._closed
            lane = self._lanes[job.priority]
            if len(lane) >= self._most[job.priority]:
                kept = [waiting for waiting in lane if not waiting.moot]
                lane.clear()
                lane.extend(kept)
            if len(lane) >= self._most[job.priority]:
                raise EngineBusyError(BUSY)
            lane.append(job)
            self._changed.notify()

    def put_back(self, job: Job) -> None:
        """Return a call that has more batches to do."""
        with self._changed:
            if self._closed is not None:
                job.fail(self._closed)
                return
            self._lanes[job.priority].appendleft(job)

    def take(self, *, timeout: float | None) -> Job | None:
        """Return the next call, waiting for one; None when the time is over or the lanes were closed."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                for priority in PRIORITIES:
                    lane = self._lanes[priority]
                    while lane:
                        job = lane.popleft()
                        if not job.moot:
                            return job
                        job.fail(EngineBusyError(BUSY))
                left = None if until is None else until - time.monotonic()
                if self._closed is not None or (left is not None and left <= 0):
                    return None
                self._changed.wait(left)

    def close(self, reason: EngineError) -> None:
        """End every waiting call with the reason and refuse new ones."""
        with self._changed:
            self._closed = reason
            for lane in self._lanes.values():
                while lane:
                    lane.popleft().fail(reason)
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the engine is ending."""
        return self._closed is not None

    def waiting(self, priority: Priority) -> int:
        """Return how many calls wait in a lane."""
        with self._changed:
            return sum(not job.moot for job in self._lanes[priority])
