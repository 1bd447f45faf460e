"""The one ranking rule, in Python: by score in fp32, then by a seeded hash of the item id.

The store's SQL ranks by the same rule (``core/store/vectors.py``); this one ranks what SQL cannot: fused, reranked and
keyword scores. Item ids often run in the order of their families, so a tie broken by id would leak the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.store.vectors import RANK_SEED


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of a ranked list; ``rank`` counts from 1 and is authoritative, ``score`` explains it."""

    rank: int
    item_id: str
    score: float


def tie_key(item_id: str) -> str:
    """Return the hash that orders items of equal score."""
    return hashlib.md5(f"{RANK_SEED}{item_id}".encode(), usedforsecurity=False).hexdigest()


def rank(item_ids: Sequence[str], scores: NDArray[np.floating], *, k: int | None = None,
         exclude: Collection[str] = ()) -> list[Hit]:
    """Return the best ``k`` items (all if None), best first.

    Args:
        item_ids: n distinct ids.
        scores: shape (n,); compared as float32.
        exclude: ids that may not appear (the source item of a query).

    Raises:
        ModelError: a score is not finite.
    """
    single = np.asarray(scores, dtype=np.float32)
    if not np.isfinite(single).all():
        raise ModelError("모델이 숫자가 아닌 점수를 냈습니다. 모델을 다시 불러온 뒤 다시 검색해 주세요.")
    if len(single) != len(item_ids):
        raise ValueError(f"{len(item_ids)} items and {len(single)} scores")
    kept = [(-float(single[place]), tie_key(item_ids[place]), item_ids[place]) for place in _best(single, k, len(exclude))
            if item_ids[place] not in exclude]
    kept.sort()
    return numbered([(item_id, -negative) for negative, _, item_id in kept[:k]])


def _best(scores: NDArray[np.float32], k: int | None, excluded: int) -> NDArray[np.intp]:
    """Return places of at least the best ``k`` that are not excluded, with all that tie: hashing a whole corpus takes longest."""
    enough = len(scores) if k is None else max(1, k + excluded)
    if enough >= len(scores):
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, -enough)[-enough])


def numbered(ordered: Sequence[tuple[str, float]]) -> list[Hit]:
    """Return hits of (item id, score) pairs that are in order already."""
    return [Hit(number, item_id, score) for number, (item_id, score) in enumerate(ordered, start=1)]
