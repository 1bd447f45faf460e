"""How firm a conclusion is: the share of bootstrap resamples that confirm it, and how many more queries would make it firm."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.evaluation.results import Values
from core.evaluation.verdict.body import Evidence
from core.evaluation.verdict.gates import Gate

MOST = 1000.0
"""More than this many times the queries there are is no plan."""


def share(pairs: Sequence[tuple[Gate, Evidence]]) -> float | None:
    """Return the share of resamples in which all gates pass, each in every way of counting unjudged items; None without draws."""
    return _confirmed(pairs, 1.0) if pairs and all(evidence.draws is not None for _, evidence in pairs) else None


def more_groups(pairs: Sequence[tuple[Gate, Evidence]], groups: int, *, wanted: float, failing: bool = False) -> int | None:
    """Return how many more query groups would bring the share to ``wanted``; 0 where it is there already.

    The resamples are drawn together around the observed values by the square root of the number of groups, as the standard
    error of a mean goes; so the new queries are taken to be like those there are.

    Args:
        groups: what was resampled.
        failing: ask for the share in which not all gates pass.

    Returns:
        None where no number would (the observed value lies on the threshold or on the other side) or there are no draws.
    """
    if not pairs or any(evidence.draws is None for _, evidence in pairs):
        return None

    def reached(times: float) -> bool:
        found = _confirmed(pairs, times)
        return (1 - found if failing else found) >= wanted

    if reached(1.0):
        return 0
    if not reached(MOST):
        return None
    low, high = 1.0, MOST
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return max(1, math.ceil(groups * (high - 1)))


def _confirmed(pairs: Sequence[tuple[Gate, Evidence]], times: float) -> float:
    """Return the share of resamples in which all pass, were there ``times`` as many queries."""
    passing: Values | None = None
    for gate, evidence in pairs:
        assert evidence.draws is not None
        observed = np.array(evidence.ways)[:, None]
        drawn = observed + (evidence.draws - observed) / math.sqrt(times)
        here = gate.holds(drawn).all(axis=0)
        passing = here if passing is None else passing & here
    assert passing is not None
    return float(passing.mean())
