"""Percentiles of single calls with intervals from order statistics; a call that failed took for ever."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from statistics import NormalDist
from typing import Any

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
CONFIDENCE = 0.95


def summary(milliseconds: Sequence[float], *, failures: int = 0, confidence: float = CONFIDENCE) -> dict[str, Any]:
    """Return ``mean``, ``p50``, ``p95`` and ``p99``, each with ``_low`` and ``_high``, ``n`` and ``failures``.

    Args:
        milliseconds: of the calls that were answered.
        failures: calls that were not. They stand in the percentiles as longer than any other call, so that a system does not
            look faster by failing; the mean is that of the answered calls. A figure that would be infinite is None.
    """
    ordered = sorted(milliseconds)
    count = len(ordered) + failures
    mean, low, high = _mean(ordered, confidence)
    found: dict[str, Any] = {"mean": mean, "mean_low": low, "mean_high": high}
    for name, share in PERCENTILES.items():
        below, above = ranks(count, share, confidence) if count else (None, None)
        found |= {name: percentile(ordered, share, failures=failures), f"{name}_low": _at(ordered, below),
                  f"{name}_high": _at(ordered, above)}
    return found | {"n": count, "failures": failures}


def percentile(ordered: Sequence[float], share: float, *, failures: int = 0) -> float | None:
    """Return a percentile of a sorted series, interpolated linearly between neighbours (``numpy.percentile``'s default).

    Returns:
        None where there is no value, or one of the neighbours is a failed call.
    """
    place = share * (len(ordered) + failures - 1)
    below, above = math.floor(place), math.ceil(place)
    if place < 0 or above >= len(ordered):
        return None
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@lru_cache(maxsize=256)
def ranks(count: int, share: float, confidence: float = CONFIDENCE) -> tuple[int | None, int | None]:
    """Return the ranks (from 1) of the two values between which the true percentile lies; free of any assumed distribution.

    The number of values below the true percentile is binomial, so each end is wrong in at most half of ``1 - confidence``
    of all series (David and Nagaraja, Order Statistics, §7.1). The calls are taken for independent; where neighbours are alike,
    the interval is too narrow.

    Returns:
        None at an end that so few calls cannot bound: 200 calls have no upper end of their 99th percentile.
    """
    tail = (1 - confidence) / 2
    at_most = list(accumulate(_binomial(count, share)))
    low = sum(1 for each in at_most[:-1] if each <= tail)
    high = next((place for place, each in enumerate(at_most[:-1], start=1) if each >= 1 - tail), None)
    return low or None, high


def failure_bound(calls: int, failures: int, *, confidence: float = CONFIDENCE) -> float:
    """Return the highest share of failures that is compatible with what was seen: the exact one-sided bound (Clopper and Pearson).

    No failure in 1,000 calls: at most 0.30 %.
    """
    if failures >= calls:
        return 1.0
    low, high = failures / calls, 1.0
    for _ in range(80):  # of a function that falls from 1 to 0: halving finds it to the last bit
        middle = (low + high) / 2
        if math.fsum(_binomial(calls, middle)[: failures + 1]) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _binomial(count: int, share: float) -> list[float]:
    """Return the probabilities of 0 … count successes."""
    if share in (0.0, 1.0):
        return [float(each == count * share) for each in range(count + 1)]
    whole, yes, no = math.lgamma(count + 1), math.log(share), math.log1p(-share)
    return [math.exp(whole - math.lgamma(each + 1) - math.lgamma(count - each + 1) + each * yes + (count - each) * no)
            for each in range(count + 1)]


def _at(ordered: Sequence[float], rank: int | None) -> float | None:
    return ordered[rank - 1] if rank is not None and rank <= len(ordered) else None


def _mean(values: Sequence[float], confidence: float) -> tuple[float | None, float | None, float | None]:
    """Return the mean and its normal interval; of fewer than two values there is none."""
    if not values:
        return None, None, None
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, None, None
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (len(values) - 1))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * spread / math.sqrt(len(values))
    return mean, mean - half, mean + half
