"""Cutting a list of contents into forward passes and putting the rows back in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.models.contract import Content, Vectors

BATCH = 16


def in_batches(
    contents: Sequence[Content], forward: Callable[[list[Content]], NDArray[np.float32]], *, dims: int, size: int = BATCH
) -> Vectors:
    """Run ``forward`` over batches of similar length (padding is paid for) and return rows of ``dims`` in the order given."""
    order = sorted(range(len(contents)), key=lambda row: (contents[row].image is not None, len(contents[row].text or "")))
    out = np.empty((len(contents), dims), dtype=np.float32)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        out[rows] = forward([contents[row] for row in rows])
    return out
