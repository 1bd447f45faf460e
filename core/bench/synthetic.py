"""A synthetic collection of vectors, as large as the whole bank, that an index is measured on.

The vectors are no model's: points of few hidden dimensions around many centres (families of items), spread over all components by a
fixed random projection, so that leading components keep the neighbourhoods as those of a model trained for it (MRL) do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.store.bench_index import Type

ROWS = 176_443
"""Items of the whole bank."""
K = 10
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is built and asked."""

    rows: int = ROWS
    dims: int = 2048
    cuts: tuple[int, ...] = (2048, 1024, 512)
    """Leading components kept; the first is all of them."""
    kinds: tuple[Type, ...] = ("halfvec",)
    efs: tuple[int, ...] = (40, 100, 200, 400)
    queries: int = 100
    m: int = 16
    ef_construction: int = 64
    seed: int = 11
    hidden: int = 48
    """Dimensions the points really have."""
    family: int = 8
    """Points around a centre."""

    @property
    def bytes_needed(self) -> int:
        """Table and the largest index, generously: a page of 8 kB holds one vector of 2048 components of either."""
        return 3 * self.rows * max(4096, 4 * self.dims)


class Collection:
    """The synthetic vectors: any part of them again and again the same, without keeping them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        rng = np.random.default_rng(plan.seed)
        self._projection = rng.standard_normal((plan.hidden, plan.dims), dtype=np.float32) / np.sqrt(plan.hidden)
        self._centres = rng.standard_normal((max(1, plan.rows // plan.family), plan.hidden), dtype=np.float32)

    def chunks(self, first: int = 0) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield (number of its first row, vectors of shape (rows, dims)) from a chunk's first row on."""
        for start in range(first - first % _CHUNK, self._plan.rows, _CHUNK):
            rng = np.random.default_rng((self._plan.seed, start))
            numbers = np.arange(start, min(start + _CHUNK, self._plan.rows))
            hidden = self._centres[numbers % len(self._centres)]
            yield start, self._spread(rng, hidden, 0.5)

    def queries(self) -> NDArray[np.float32]:
        """Return queries of their own near some of the centres, shape (queries, dims)."""
        rng = np.random.default_rng((self._plan.seed, self._plan.rows + 1))
        return self._spread(rng, self._centres[rng.integers(0, len(self._centres), self._plan.queries)], 0.6)

    def nearest(self, queries: NDArray[np.float32], cut: int) -> NDArray[np.int64]:
        """Return each query's ``K`` nearest rows by cosine over the leading components, shape (queries, K): the oracle."""
        asked = _unit(queries[:, :cut])
        best = np.full((len(queries), K), -2.0, np.float32)
        numbers = np.full((len(queries), K), -1, np.int64)
        for start, part in self.chunks():
            scores = asked @ _unit(part[:, :cut]).T
            every = np.concatenate([best, scores], axis=1)
            named = np.concatenate([numbers, np.broadcast_to(np.arange(start, start + len(part)), scores.shape)], axis=1)
            top = np.argpartition(-every, K - 1, axis=1)[:, :K]
            best, numbers = np.take_along_axis(every, top, 1), np.take_along_axis(named, top, 1)
        return numbers

    def _spread(self, rng: np.random.Generator, hidden: NDArray[np.float32], away: float) -> NDArray[np.float32]:
        moved = hidden + away * rng.standard_normal(hidden.shape, dtype=np.float32)
        return moved @ self._projection + 0.05 * rng.standard_normal((len(hidden), self._plan.dims), dtype=np.float32)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
