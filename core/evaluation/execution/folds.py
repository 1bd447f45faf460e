"""Folds of queries whose groups stay together: seeded, even, the same wherever they are made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

FOLDS = 5
SEED = "kure+siglip folds 1"


def of(groups: Mapping[str, str], *, folds: int = FOLDS, seed: str = SEED) -> dict[str, int]:
    """Return a fold from 0 for each query; with fewer groups than folds, each group is one.

    Groups come in the order of their size and then of a seeded hash, and each goes to the fold with the fewest queries: no fold
    is larger than another by more than the largest group.

    Args:
        groups: the group of each query, by query id.
    """
    sizes = Counter(groups.values())
    drawn = sorted(sizes, key=lambda group: (-sizes[group], hashlib.sha256(f"{seed} {group}".encode()).digest()))
    filled = [0] * min(folds, len(drawn))
    places = {}
    for group in drawn:
        places[group] = filled.index(min(filled))
        filled[places[group]] += sizes[group]
    return {query_id: places[group] for query_id, group in groups.items()}
