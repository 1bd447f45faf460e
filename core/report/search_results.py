"""``search_results.csv`` as the plan's 12.2 draws it: a row a query and system."""

from __future__ import annotations

from core.evaluation.results import Evaluation


def as_csv(evaluation: Evaluation) -> bytes:
    """Return every scenario's values by query and system: the plan's columns first, in its order and names, then ours."""
    raise NotImplementedError
