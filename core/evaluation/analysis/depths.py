"""What stands how deep: precision and recall by the number of hits looked at, and the grades found at each rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.results import ScenarioResult

DEEPEST = 20
GRADES = ("0", "1", "2", "3", "unjudged")
_UNJUDGED, _ENDED = 4, -1


@dataclass(frozen=True, slots=True)
class Curve:
    """A system's means over the scenario's queries at k = 1 … 20; tuples of 20."""

    system: str
    precision: tuple[float, ...]
    """Relevant among the first k, over k (a list that ends before counts as if it went on with nothing relevant)."""
    recall: tuple[float, ...]
    """Relevant among the first k, over all relevant items of the corpus (the plan's 7.1.1)."""
    ceiling: tuple[float, ...]
    """The recall of a perfect order."""


@dataclass(frozen=True, slots=True)
class RankGrades:
    """How many queries have which grade at each rank of a system's lists."""

    system: str
    counts: tuple[tuple[int, int, int, int, int], ...]
    """20 ranks of numbers of queries with grade 0, 1, 2, 3 and unjudged there; lists that ended before add nothing."""


def curves(result: ScenarioResult, relevant_from: int) -> tuple[Curve, ...]:
    """Return a curve for each system, in the result's order; none where the scenario has no queries."""
    if not result.queries:
        return ()
    depths = np.arange(1, DEEPEST + 1)
    relevant = np.array([query.relevant for query in result.queries])[:, None]
    ceiling = tuple((np.minimum(depths, relevant) / relevant).mean(axis=0).tolist())
    found = []
    for system in result.names:
        grades = _standing(result, system)
        hits = np.cumsum((grades >= relevant_from) & (grades != _UNJUDGED), axis=1)
        found.append(Curve(system, tuple((hits / depths).mean(axis=0).tolist()),
                           tuple((hits / relevant).mean(axis=0).tolist()), ceiling))
    return tuple(found)


def grades(result: ScenarioResult) -> tuple[RankGrades, ...]:
    """Return each system's grades at the ranks 1 … 20, in the result's order; none where the scenario has no queries."""
    if not result.queries:
        return ()
    found = []
    for system in result.names:
        standing = _standing(result, system)
        counts = np.stack([(standing == grade).sum(axis=0) for grade in range(len(GRADES))], axis=1)
        found.append(RankGrades(system, tuple(map(tuple, counts.tolist()))))
    return tuple(found)


def _standing(result: ScenarioResult, system: str) -> NDArray[np.int8]:
    """Return the grade at each rank, shape (queries, 20): 0 to 3, 4 for an unjudged item, −1 where the list has ended."""
    standing = np.full((len(result.queries), DEEPEST), _ENDED, dtype=np.int8)
    lists = result.lists.get(system, {})
    for place, query in enumerate(result.queries):
        row = [query.grades.get(item, _UNJUDGED) for item in lists.get(query.query_id, ())[:DEEPEST]]
        standing[place, : len(row)] = row
    return standing
