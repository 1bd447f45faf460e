"""What the values would be if unjudged items near the top turned out worthless, or turned out relevant.

Unjudged items that stand in the first ten places of any evaluated system of the scenario are counted, for every system alike,
once as grade 0 and once as grade 3; everything is computed again, denominators and ideal order too. With grade 0 nothing
changes: measures count what is unjudged as not relevant. With grade 3 a system that finds unjudged items gains, and one
that misses what the others found loses: these are the values under one answer to what is open, not a range that a single
system could not leave. Where the ground truth declares that what it does not list has grade 0, nothing is open and both
are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.evaluation.measures import BOUNDED, Table
from core.evaluation.results import ScoredQuery, Values

TOP = 10
RELEVANT = 3
Lists = Mapping[str, Mapping[str, Sequence[str]]]
"""Item ids, best first, by system and query id."""


def of(queries: Sequence[ScoredQuery], lists: Lists, values: Mapping[str, Values], *, relevant_from: int,
       declared: bool) -> dict[str, tuple[Values, Values]]:
    """Return, for each of ``BOUNDED``, the values with unjudged items as grade 0 and as grade 3, shape (systems, queries).

    Args:
        lists: of every evaluated system, in the order of the values' first axis.
        values: the measures as they are.
        declared: the ground truth says that what it does not list has grade 0.
    """
    lower = {name: values[name] for name in BOUNDED}
    raised = {} if declared else {place: _raised(query, found) for place, query in enumerate(queries) if (found := unjudged(query, lists))}
    if not raised:
        return {name: (each, each) for name, each in lower.items()}
    upper = {name: each.copy() for name, each in lower.items()}
    table = Table(list(raised.values()), relevant_from=relevant_from, names=BOUNDED)
    for row, each in enumerate(lists.values()):
        for name, found in table.of(each).items():
            upper[name][row, list(raised)] = found
    return {name: (each, upper[name]) for name, each in lower.items()}


def unjudged(query: ScoredQuery, lists: Lists) -> tuple[str, ...]:
    """Return the items in the first ten places of any system that have no grade for the query, sorted."""
    return tuple(sorted({item for each in lists.values() for item in each.get(query.query_id, ())[:TOP]} - query.grades.keys()))


def _raised(query: ScoredQuery, items: Sequence[str]) -> ScoredQuery:
    return replace(query, grades={**query.grades, **dict.fromkeys(items, RELEVANT)}, relevant=query.relevant + len(items))
