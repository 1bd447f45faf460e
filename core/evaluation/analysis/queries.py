"""Two systems query by query, for the scatter of the explorer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.evaluation.results import Evaluation, ScenarioResult, ScoredQuery
from core.evaluation.scenarios import BASELINE, GATE, PRIMARY, TUNED
from core.labels.versions.truth import Truth

LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class QueryPoint:
    """One query's values."""

    query_id: str
    text: str
    """The beginning of what is asked, one line; for a query that is an item, the item's id; '' for a picture alone."""
    query_type: str
    group: str
    relevant: int
    a: float
    b: float
    link: Mapping[str, str]
    """Query parameters of ``/compare``: ``query``, ``systems`` and, for a frozen version, ``gt``."""

    @property
    def difference(self) -> float:
        """a − b."""
        return self.a - self.b


@dataclass(frozen=True, slots=True)
class Explorer:
    """A system against another in one measure; ``a`` and ``b`` are the systems whose values are shown."""

    scenario: str
    measure: str
    a: str
    b: str
    points: tuple[QueryPoint, ...]
    """The greatest difference (either way) first, then by id."""
    narrowed: bool
    """The scenario took parts of queries or of the corpus: the side-by-side page, which takes everything, shows other lists."""


def of(evaluation: Evaluation, *, scenario: str = GATE, a: str = "qwen3-vl", b: str = BASELINE,
       measure: str = PRIMARY) -> Explorer:
    """Return the points; D stands for the tuned one where there is one.

    Raises:
        ValueError: one of the systems was not run in the scenario.
    """
    result = evaluation.scenarios[scenario]
    first, second = (result.stands_for(system) for system in (a, b))
    points = [
        QueryPoint(query.query_id, wording(query), query.facets.get("query_type", ""), query.group, query.relevant, float(one),
                   float(other), link(evaluation.truth, query, first, second))
        for query, one, other in zip(result.queries, result.of(first, measure), result.of(second, measure), strict=True)
    ]
    points.sort(key=lambda point: (-abs(point.difference), point.query_id))
    return Explorer(scenario, measure, first, second, tuple(points), narrowed(result))


def narrowed(result: ScenarioResult) -> bool:
    """Whether the scenario takes parts of queries or of the corpus."""
    return (result.scenario.part, result.scenario.corpus) != ("whole", "all")


def wording(query: ScoredQuery) -> str:
    """Return the beginning of what a query asks, in one line."""
    asked = query.query
    if asked.text is None:
        return "" if asked.image_hash else asked.source_item_id or ""
    line = " ".join(asked.text.split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def link(truth: Truth, query: ScoredQuery, *systems: str) -> dict[str, str]:
    """Return the query parameters of ``/compare`` for a query; the tuned D, which cannot be searched with, is D there."""
    shown = dict.fromkeys(BASELINE if system == TUNED else system for system in systems)
    found = {"query": query.query_id, "systems": ",".join(shown)}
    return found | ({"gt": str(truth.version.number)} if truth.version else {})
