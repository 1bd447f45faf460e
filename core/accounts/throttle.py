"""Failed tries to log in: few for one name from one address, more for an address in all. Kept in this process only."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW = 15 * 60.0
"""Seconds a failed try counts."""
PER_NAME, PER_ADDRESS = 5, 50
_MOST = 20_000


class Throttle:
    """Counts failed tries; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def take(self, name: str, address: str) -> float:
        """Count a try as failed before its password is checked; in one step, so that tries at once cannot slip past.

        Returns:
            Seconds this name must wait at this address; 0 where the try was counted and may be made.
        """
        now = self._clock()
        with self._guard:
            waiting = max(self._left((name, address), PER_NAME), self._left(("", address), PER_ADDRESS))
            if waiting > 0:
                return waiting
            for key in ((name, address), ("", address)):
                times = [moment for moment in self._failed.pop(key, []) if moment > now - WINDOW]
                self._failed[key] = [*times, now]
            while len(self._failed) > _MOST:
                self._failed.popitem(last=False)
        return 0.0

    def passed(self, name: str, address: str) -> None:
        """Forget the failed tries of a name that has now logged in, and take back the try that succeeded."""
        with self._guard:
            self._failed.pop((name, address), None)
            if times := self._failed.get(("", address)):
                times.pop()

    def _left(self, key: tuple[str, str], most: int) -> float:
        now = self._clock()
        times = [moment for moment in self._failed.get(key, []) if moment > now - WINDOW]
        return times[-most] + WINDOW - now if len(times) >= most else 0.0
