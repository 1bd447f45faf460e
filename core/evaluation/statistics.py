"""Uncertainty of mean measures: bootstrap over groups of queries, paired randomisation, Holm's correction.

Queries that share a family or a source item are not independent. They are drawn, and their signs turned, together:
resampling correlated families query by query covers 76–83 % instead of 95 % (simulated).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
SEED = 20261122
CONFIDENCE = 0.95
_CHUNK = 1_000
"""Draws held in memory at once: a thousand draws of a thousand groups are 8 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its percentile bootstrap interval, in the measure's own unit; ``groups`` is what was resampled."""

    value: float
    low: float
    high: float
    queries: int
    groups: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of a − b over the same queries, its interval, and the two-sided p of the paired randomisation test."""

    value: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int
    queries: int


def resampled_means(values: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
                    seed: int = SEED) -> NDArray[np.float64]:
    """Return bootstrap means, shape (draws, systems); every system sees the same draws, so differences are paired.

    Args:
        values: shape (systems, queries), finite.
        groups: one label a query; queries of one label are drawn together (cluster bootstrap, Davison & Hinkley 1997, 3.8).

    Raises:
        ValueError: no query, a value that is not finite, or labels of another number.
    """
    sums, counts = _by_group(values, groups)
    number = len(counts)
    rng = np.random.default_rng(seed)
    means = np.empty((draws, values.shape[0]))
    for start in range(0, draws, _CHUNK):
        rows = min(_CHUNK, draws - start)
        drawn = rng.integers(number, size=(rows, number)) + (np.arange(rows) * number)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * number).reshape(rows, number).astype(np.float64)
        means[start : start + rows] = (times @ sums) / (times @ counts)[:, None]
    return means


def intervals(values: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
              seed: int = SEED) -> list[Interval]:
    """Return each system's mean with its 95 % interval.

    Args:
        values: shape (systems, queries), finite.
        groups: one label a query.

    Raises:
        ValueError: as of ``resampled_means``.
    """
    low, high = _bounds(resampled_means(values, groups, draws=draws, seed=seed))
    means, number = values.mean(axis=1), len(set(groups))
    return [Interval(float(mean), float(below), float(above), values.shape[1], number)
            for mean, below, above in zip(means, low, high, strict=True)]


def difference(a: NDArray[np.float64], b: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
               seed: int = SEED) -> Difference:
    """Compare two systems over the same queries, shape (queries,) each.

    The p is (1 + draws at least as far from 0) / (1 + draws), so it is never 0 (Phipson & Smyth 2010); the signs of one
    group turn together.

    Raises:
        ValueError: as of ``resampled_means``.
    """
    deltas = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    sums, _ = _by_group(deltas[None, :], groups)
    observed = abs(deltas.sum())
    rng = np.random.default_rng(seed)
    as_far = 0
    for start in range(0, draws, _CHUNK):
        signs = rng.integers(2, size=(min(_CHUNK, draws - start), len(sums))) * 2.0 - 1.0
        # A permutation that equals the observed sum must count, whatever the order of the additions did to its last bit.
        as_far += int((np.abs(signs @ sums[:, 0]) >= observed - 1e-9).sum())
    low, high = _bounds(resampled_means(deltas[None, :], groups, draws=draws, seed=seed))
    return Difference(float(deltas.mean()), float(low[0]), float(high[0]), (1 + as_far) / (1 + draws),
                      int((deltas > 0).sum()), int((deltas == 0).sum()), int((deltas < 0).sum()), len(deltas))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p values in the order given (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def _by_group(values: NDArray[np.float64], groups: Sequence[Hashable]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sums of shape (groups, systems) and how many queries each group has."""
    if values.ndim != 2 or values.shape[1] != len(groups) or not len(groups):
        raise ValueError(f"{values.shape} values do not go with {len(groups)} groups")
    if not np.isfinite(values).all():
        raise ValueError("a measure is not finite")
    places = {label: place for place, label in enumerate(dict.fromkeys(groups))}
    index = np.array([places[label] for label in groups])
    sums = np.zeros((len(places), values.shape[0]))
    np.add.at(sums, index, values.T)
    return sums, np.bincount(index, minlength=len(places)).astype(np.float64)


def _bounds(means: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, (tail, 1 - tail), axis=0)
    return low, high
