"""Whether memory grows with every call: a slope that a cache filled once, a jump or noise cannot feign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.bench.statistics import theil_sen

LEAST_BYTES = 1024
"""Per call. A smaller slope is not called a leak: 1 kB a call is 1 GB only after a million calls."""
CLEAR = 8.0
FEWEST = 100
"""Readings below which nothing is said."""
_SETTLING = 0.2
"""Of the readings at the beginning, in which caches fill, are left out."""
_BLOCKS, _QUARTERS = 40, 4
_CONFIDENCE = 0.99
_SIGMA = 1.4826
"""From a median absolute deviation to a standard deviation."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A gauge over a series of calls. Bytes per call."""

    readings: int
    slope: float | None
    low: float | None
    """Of the slope's 99 % interval."""
    high: float | None
    first: int | None
    last: int | None
    """Bytes at the first and the last reading, the settling included."""
    leak: bool | None
    """None: cannot be told, for too few readings or too much noise."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers for JSON."""
        return asdict(self)


def trend(values: Sequence[int], places: Sequence[int] | None = None) -> Trend:
    """Judge a gauge's readings.

    The first fifth is left out, the rest is put into 40 blocks whose medians are nearly independent (single readings are not),
    and Theil and Sen's slope is taken over these. It is a leak where the slope is at least ``LEAST_BYTES`` a call, its whole 99 %
    interval lies above zero, and three of the four quarters rise at least half as fast: what jumps once and stays rises in one. A
    rise that is not ``CLEAR`` times the noise around it cannot be told from slow noise: measure longer.

    Args:
        values: bytes, one a reading.
        places: number of the call after which each was taken; the positions where None.
    """
    at = np.arange(len(values), dtype=np.float64) if places is None else np.asarray(places, dtype=np.float64)
    heights = np.asarray(values, dtype=np.float64)
    ends = (int(heights[0]), int(heights[-1])) if len(heights) else (None, None)
    if len(heights) < FEWEST:
        return Trend(len(heights), None, None, None, *ends, None)
    settled = int(len(heights) * _SETTLING)
    y, x = _blocks(heights[settled:]), _blocks(at[settled:])
    if np.ptp(y) == 0:
        return Trend(len(heights), 0.0, 0.0, 0.0, *ends, False)
    whole = theil_sen(y, x, confidence=_CONFIDENCE)
    parts = [theil_sen(*part).slope for part in zip(np.array_split(y, _QUARTERS), np.array_split(x, _QUARTERS), strict=True)]
    rises = whole.slope >= LEAST_BYTES and whole.low > 0 and sum(each >= whole.slope / 2 for each in parts) >= _QUARTERS - 1
    around = y - whole.slope * x
    noise = _SIGMA * float(np.median(np.abs(around - np.median(around))))
    leak = False if not rises else True if whole.slope * np.ptp(x) >= CLEAR * noise else None
    return Trend(len(heights), *(round(each, 3) for each in (whole.slope, whole.low, whole.high)), *ends, leak)


def _blocks(values: np.ndarray) -> np.ndarray:
    return np.array([np.median(part) for part in np.array_split(values, min(_BLOCKS, len(values)))])
