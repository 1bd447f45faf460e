"""Late fusion of two channels' scores (system D)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

FIXED_WEIGHTS = tuple(step / 10 for step in range(11))
DEFAULT_WEIGHT = 0.5
"""Shown until labels exist to choose by."""


RRF_OFFSET = 60
"""Cormack, Clarke & Büttcher 2009 (SIGIR): the offset they fixed after a pilot; left untuned here on purpose."""


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


def reciprocal_ranks(*orders: Sequence[str]) -> dict[str, float]:
    """Return Σ 1 / (60 + rank) over the ranked lists an item is in: the untuned baseline."""
    fused: dict[str, float] = {}
    for order in orders:
        for place, item_id in enumerate(order, start=1):
            fused[item_id] = fused.get(item_id, 0.0) + 1.0 / (RRF_OFFSET + place)
    return fused


def join(first: NDArray[np.float32] | None, second: NDArray[np.float32] | None, *, dims: tuple[int, int],
         weight: float) -> NDArray[np.float32]:
    """Return one vector [√w · first ; √(1 − w) · second] of unit vectors; zeros for a part that is missing.

    The inner product of two such vectors is w · cos(first) + (1 − w) · cos(second). It is not normalised again: that
    would give the other part more weight wherever one is missing.
    """
    parts = []
    for vector, size, share in zip((first, second), dims, (weight, 1.0 - weight), strict=True):
        unit = np.zeros(size, np.float32) if vector is None else vector / np.linalg.norm(vector)
        parts.append(np.sqrt(np.float32(share)) * unit)
    return np.concatenate(parts).astype(np.float32)
