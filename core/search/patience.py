"""Waiting for an engine whose queue is full: long work does not give up over a busy minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from core.errors import EngineBusyError

T = TypeVar("T")
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds between one attempt and the next."""


def patiently(call: Callable[[], T], *, stopped: Callable[[], bool] = lambda: False) -> T:
    """Return ``call()``, tried again for a while where the engine is busy; ``stopped`` ends the waiting.

    Raises:
        EngineBusyError: it was busy to the last, or the work was stopped meanwhile.
    """
    for pause in PAUSES:
        try:
            return call()
        except EngineBusyError:
            if stopped():
                raise
            time.sleep(pause)
    return call()
