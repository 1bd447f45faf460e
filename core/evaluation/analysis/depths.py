"""What stands how deep: precision and recall by the number of hits looked at, and the grades found at each rank."""

from __future__ import annotations

from dataclasses import dataclass

from core.evaluation.results import ScenarioResult

DEEPEST = 20
GRADES = ("0", "1", "2", "3", "unjudged")


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
    raise NotImplementedError


def grades(result: ScenarioResult) -> tuple[RankGrades, ...]:
    """Return each system's grades at the ranks 1 … 20, in the result's order."""
    raise NotImplementedError
