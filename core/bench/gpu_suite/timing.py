"""Calls timed one by one, failures counted and never retried."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.bench.statistics import spread

_MOST_KINDS = 5


@dataclass(slots=True)
class Calls:
    """What a series of calls took, and what went wrong in it."""

    milliseconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        """Return how many calls failed."""
        return self.failures.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the series for JSON; without one good call there is no latency."""
        return {
            "calls": len(self.milliseconds) + self.failed,
            "failures": self.failed,
            "errors": dict(self.failures.most_common(_MOST_KINDS)),
            "latency_ms": spread(self.milliseconds).as_dict() if self.milliseconds else None,
        }


def synchronise(device: str) -> None:
    """Wait until the device has done what it was given."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()


def timed(call: Callable[[int], Any], *, calls: int, warmup: int, device: str, after: Callable[[int], None] | None = None) -> Calls:
    """Call again and again and time each call from the outside, the copy back to memory included.

    Args:
        call: gets the number of the turn; a result that is not finite counts as a failure.
        warmup: calls beforehand that are neither timed nor counted; a failure there ends the series as it would any.
        after: called after each timed call, outside its time.
    """
    for turn in range(warmup):
        call(turn)
    done = Calls()
    for turn in range(calls):
        synchronise(device)
        start = time.perf_counter()
        try:
            values = call(turn)
            synchronise(device)
            taken = (time.perf_counter() - start) * 1000
            if not np.isfinite(values).all():
                raise ValueError("a value is not finite")
        except Exception as error:  # counted, shown by name, never retried: that is what the series is for
            done.failures[told(error)] += 1
        else:
            done.milliseconds.append(taken)
        if after is not None:
            after(turn)
    return done


def told(error: BaseException) -> str:
    """Return an error with what caused it, on one line."""
    parts, seen = [], error
    while seen is not None and len(parts) < 4:
        parts.append(f"{type(seen).__name__}: {' '.join(str(seen).split())[:400]}")
        seen = seen.__cause__
    return " ← ".join(parts)
