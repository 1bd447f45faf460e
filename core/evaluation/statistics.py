"""Uncertainty of mean measures in one call each; ``resampling`` holds the draws where many are asked for at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.resampling import CONFIDENCE, DRAWS, SEED, Difference, Interval, Resampling

__all__ = ["CONFIDENCE", "DRAWS", "SEED", "Difference", "Interval", "difference", "holm", "intervals", "resampled_means"]


def resampled_means(values: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
                    seed: int = SEED) -> NDArray[np.float64]:
    """Return bootstrap means, shape (draws, systems), of values of shape (systems, queries); see ``Resampling.means``."""
    return Resampling(groups, draws=draws, seed=seed).means(values)


def intervals(values: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
              seed: int = SEED) -> list[Interval]:
    """Return each system's mean with its 95 % interval, of values of shape (systems, queries)."""
    return Resampling(groups, draws=draws, seed=seed).intervals(values)


def difference(a: NDArray[np.float64], b: NDArray[np.float64], groups: Sequence[Hashable], *, draws: int = DRAWS,
               seed: int = SEED) -> Difference:
    """Compare two systems over the same queries, shape (queries,) each; see ``Resampling.differences``."""
    return Resampling(groups, draws=draws, seed=seed).differences(np.atleast_2d(a), np.atleast_2d(b))[0]


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p values in the order given (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted
