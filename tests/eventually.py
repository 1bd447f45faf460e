"""Waiting for what comes about by itself, without a time at which it has to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(holds: Callable[[], T], seconds: float = 120.0) -> T:
    """Return the first true answer; a test that waits so long has failed."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)
    return found
