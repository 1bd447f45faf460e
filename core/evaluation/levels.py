"""What a measure can reach over a set of queries, and what chance alone reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from core.evaluation.catalogue import CATALOGUE, DEPTH, EXPONENTIAL, LINEAR
from core.evaluation.results import ScoredQuery


def ceiling(name: str, queries: Sequence[ScoredQuery]) -> float | None:
    """Return the mean a perfect order of these queries' items reaches; None without a query.

    Recall@1 of a query with four relevant items cannot pass 0.25; all that is divided by what can be reached ends at 1.
    """
    if not queries:
        return None
    if not name.startswith("R@"):
        return 1.0
    cut = CATALOGUE[name].cut or DEPTH
    return float(np.mean([min(cut, query.relevant) / query.relevant for query in queries]))


def chance(name: str, queries: Sequence[ScoredQuery]) -> float | None:
    """Return the expected mean of a random order of each query's candidates, exactly; None without a query or a candidate.

    With N candidates, R relevant of them, and lists cut at ``DEPTH``: recall k/N; at least one among k is hypergeometric;
    reciprocal rank Σ P(first relevant at i)/i; average precision (1/N) Σ (1 + (i − 1)(R − 1)/(N − 1))/i; nDCG the mean gain
    at every place over the ideal.
    """
    if not queries or not all(query.candidates for query in queries):
        return None
    return float(np.mean([_expected(name, query) for query in queries]))


def _expected(name: str, query: ScoredQuery) -> float:
    items, relevant = query.candidates, query.relevant
    places = min(CATALOGUE[name].cut or DEPTH, items)
    kind = name.partition("@")[0]
    if kind in ("R", "cR"):
        return places / items * (relevant / min(CATALOGUE[name].cut or DEPTH, relevant) if kind == "cR" else 1)
    if kind == "Success":
        return 1 - math.comb(items - relevant, places) / math.comb(items, places)
    if name == "RR":
        return _expected_reciprocal(items, relevant, places)
    if name == "AP":
        others = (relevant - 1) / (items - 1) if items > 1 else 0.0
        return sum((1 + (place - 1) * others) / place for place in range(1, places + 1)) / items
    if kind == "Judged":
        return len(query.grades) / items
    worth = EXPONENTIAL if name.endswith(" exp") else LINEAR
    gains = sorted((worth.get(grade, 0) for grade in query.grades.values()), reverse=True)
    discounts = [1 / math.log2(place + 1) for place in range(1, places + 1)]
    ideal = sum(gain * discount for gain, discount in zip(gains, discounts, strict=False))
    return sum(gains) / items * sum(discounts) / ideal


@cache
def _expected_reciprocal(items: int, relevant: int, places: int) -> float:
    """Σ P(the first relevant item stands at i) / i, built up place by place."""
    expected, none_before = 0.0, 1.0
    for place in range(1, min(places, items - relevant + 1) + 1):
        here = relevant / (items - place + 1)
        expected += none_before * here / place
        none_before *= 1 - here
    return expected
