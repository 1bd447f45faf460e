"""Cutting a list of contents into forward passes and putting the rows back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.models.contract import Content, Vectors

Input = TypeVar("Input")
Part = TypeVar("Part")
Ready = TypeVar("Ready")

BATCH = 16
TOKENS = {"cpu": 2048, "cuda": 4096}
"""Of one forward pass, padding included, by device: beyond it a matrix product does not become faster, only larger."""
MOST_ROWS = 32
_AHEAD = 2
"""Portions that may lie ready: more would only take memory."""


def token_batches(lengths: Sequence[int], *, tokens: int, most: int = MOST_ROWS) -> list[list[int]]:
    """Cut rows into batches of like length, shortest first, each of at most ``tokens`` with its padding (or of one row).

    Returns:
        Row numbers; every row is in exactly one batch.
    """
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        if batches and len(batches[-1]) < most and (len(batches[-1]) + 1) * lengths[row] <= tokens:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def in_batches(
    inputs: Sequence[Input], forward: Callable[[list[Input]], NDArray[np.float32]], *, lengths: Sequence[int], dims: int, size: int = BATCH
) -> Vectors:
    """Run ``forward`` over batches of like length (padding is paid for) and return rows of ``dims`` in the order given."""
    order = sorted(range(len(inputs)), key=lambda row: lengths[row])
    out = np.empty((len(inputs), dims), dtype=np.float32)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        out[rows] = forward([inputs[row] for row in rows])
    return out


def portions(contents: Sequence[Content], *, size: int) -> Iterator[list[int]]:
    """Cut rows into portions to be made ready together: texts first, each kind by length, since a pass wants its like."""
    for with_image in (False, True):
        rows = [row for row, content in enumerate(contents) if (content.image is not None) is with_image]
        rows.sort(key=lambda row: len(contents[row].text or ""))
        yield from (rows[start : start + size] for start in range(0, len(rows), size))


def ahead(prepare: Callable[[Part], Ready], parts: Iterable[Part]) -> Iterator[tuple[Part, Ready]]:
    """Yield each part with what ``prepare`` makes of it, the next ones being prepared in a thread meanwhile.

    A single part is prepared where it is asked for: a thread would only cost. An error of ``prepare`` rises here, at its
    part.
    """
    parts = list(parts)
    if len(parts) < 2:
        yield from ((part, prepare(part)) for part in parts)
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix="prepare")
    try:
        waiting: deque[tuple[Part, Future[Ready]]] = deque()
        for part in parts:
            waiting.append((part, pool.submit(prepare, part)))
            if len(waiting) > _AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
