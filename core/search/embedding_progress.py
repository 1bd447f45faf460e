"""How far a run of embedding is, and how fast it goes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_RATE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``items_per_s`` is over the last seconds; it and ``seconds_left`` are None until known."""

    done: int
    total: int
    failed: int
    items_per_s: float | None
    seconds_left: float | None


class Meter:
    """Tells how far a run is, with the rate of its last twenty seconds."""

    def __init__(self, total: int, tell: Callable[[Progress], None]) -> None:
        self._total, self._tell = total, tell
        self._finished: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def report(self, *, done: int, failed: int) -> None:
        """Tell that so many items are done by now, those that failed among them."""
        now = time.monotonic()
        self._finished.append((now, done))
        while len(self._finished) > 2 and now - self._finished[0][0] > _RATE_SECONDS:
            self._finished.popleft()
        then, done_then = self._finished[0]
        rate = (done - done_then) / (now - then) if done > done_then and now > then else None
        left = max(0, self._total - done) / rate if rate else None
        self._tell(Progress(done, max(self._total, done), failed, rate, left))
