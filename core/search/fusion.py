"""Late fusion of two channels' scores (system D)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FIXED_WEIGHTS = tuple(step / 10 for step in range(11))
DEFAULT_WEIGHT = 0.5
"""Shown until labels exist to choose by."""


def z_scores(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (score − mean) / standard deviation in float64, shape kept; all zeros where the scores do not vary."""
    wide = np.asarray(scores, dtype=np.float64)
    if wide.size == 0:
        return wide
    deviation = wide.std()
    return (wide - wide.mean()) / deviation if deviation > 0 else np.zeros_like(wide)


def fuse(first: Mapping[str, float], second: Mapping[str, float], *, weight: float = DEFAULT_WEIGHT) -> dict[str, float]:
    """Return weight · z(first) + (1 − weight) · z(second) for every item of either channel.

    Each channel is standardised over the items that have it. An item without a channel gets that channel's mean, z = 0:
    a zero *vector* there would rank it by an accident of the other channel's scale. (Convex combination of normalised
    scores: Bruch, Gai & Ingber 2022, arXiv 2210.11934.)
    """
    if not 0.0 <= weight <= 1.0:
        raise ValueError(f"weight {weight} is outside [0, 1]")
    fused: dict[str, float] = dict.fromkeys([*first, *second], 0.0)
    for channel, share in ((first, weight), (second, 1.0 - weight)):
        for item_id, z in zip(channel, z_scores(np.fromiter(channel.values(), dtype=np.float64)), strict=True):
            fused[item_id] += share * float(z)
    return fused
