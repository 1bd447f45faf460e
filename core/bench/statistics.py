"""Summaries of measured series: percentiles as numpy counts them, and the slope of a series that a few jumps cannot bend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

MOST_POINTS = 2000
"""A longer series is thinned evenly before its slope is taken: two million pairs say what two hundred million would."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A series of times in the unit it was given in."""

    calls: int
    mean: float
    p50: float
    p95: float
    p99: float

    def as_dict(self) -> dict[str, float | int]:
        """Return plain numbers for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Slope:
    """Theil–Sen slope in units of y per unit of x, with its confidence interval."""

    points: int
    slope: float
    low: float
    high: float
    confidence: float

    @property
    def rising(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    def as_dict(self) -> dict[str, float | int | bool]:
        """Return plain numbers for JSON."""
        return {**asdict(self), "rising": self.rising}


def spread(values: Sequence[float]) -> Spread:
    """Summarise a series; percentiles between two values are interpolated linearly (``numpy.percentile``'s default).

    Raises:
        ValueError: there is no value.
    """
    if not len(values):
        raise ValueError("no values to summarise")
    p50, p95, p99 = (float(value) for value in np.percentile(np.asarray(values, dtype=np.float64), (50, 95, 99)))
    return Spread(len(values), float(np.mean(values)), p50, p95, p99)


def theil_sen(y: Sequence[float], x: Sequence[float] | None = None, *, confidence: float = 0.95) -> Slope:
    """The median of the slopes between all pairs of points, with Sen's interval from Kendall's statistic.

    Jumps (a cache filled once, a collection of garbage) do not bend it, so a leak of a few bytes a call shows under them.
    The interval takes the points for independent; memory in use is not, so a small slope just above zero says little.
    Sources: Theil 1950; Sen, J. Am. Stat. Assoc. 63 (1968) 1379, with the variance corrected for ties in y.

    Args:
        y: the series.
        x: where each value was taken; the positions 0, 1, 2 … where None.

    Raises:
        ValueError: fewer than two points, or all of them at one x.
    """
    heights = np.asarray(y, dtype=np.float64)
    places = np.arange(len(heights), dtype=np.float64) if x is None else np.asarray(x, dtype=np.float64)
    if len(heights) > MOST_POINTS:
        kept = np.linspace(0, len(heights) - 1, MOST_POINTS).round().astype(int)
        heights, places = heights[kept], places[kept]
    first, second = np.triu_indices(len(heights), k=1)
    run = places[second] - places[first]
    if not run.any():
        raise ValueError("a slope needs two points at different places")
    slopes = np.sort((heights[second] - heights[first])[run != 0] / run[run != 0])
    half = _normal_quantile(confidence) * math.sqrt(_kendall_variance(heights, places))
    below = max(0, round((len(slopes) - half) / 2) - 1)
    above = min(len(slopes) - 1, round((len(slopes) + half) / 2))
    return Slope(len(heights), float(np.median(slopes)), float(slopes[below]), float(slopes[above]), confidence)


def _kendall_variance(y: np.ndarray, x: np.ndarray) -> float:
    count = len(y)
    full = count * (count - 1) * (2 * count + 5)
    tied = [np.unique(values, return_counts=True)[1] for values in (x, y)]
    less = sum(float((groups * (groups - 1) * (2 * groups + 5)).sum()) for groups in tied)
    return max(0.0, (full - less) / 18)


def _normal_quantile(confidence: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + confidence) / 2)
