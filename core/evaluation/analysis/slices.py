"""Means of a measure by subject, unit, kind and so on, with an interval and the number of queries in every cell."""

from __future__ import annotations

from dataclasses import dataclass

from core.evaluation.results import Evaluation, ScenarioResult
from core.evaluation.scenarios import GATE, PRIMARY
from core.evaluation.statistics import Interval

FEW = 15
"""Below so many queries a mean says little: half-width 0.11 to 0.21 at the usual spread (0.2 to 0.4)."""
FEW_MARK = "n이 부족함"
FACETS = {"subject": "과목", "unit": "단원", "kind": "문항 종류", "difficulty": "난이도", "item_type": "문항 유형",
          "query_type": "쿼리 종류"}
NONE = "(없음)"
"""Title of the row of queries that have no value of a facet."""


@dataclass(frozen=True, slots=True)
class SliceRow:
    """The queries of one value of a facet."""

    value: str
    """As stored; '' where a query has none."""
    title: str
    """Korean, for a page."""
    queries: int
    groups: int
    """What was resampled: families or source items among those queries."""
    cells: tuple[Interval, ...]
    """One a system, in the table's order."""

    @property
    def few(self) -> bool:
        """Whether the cells have to be marked ``FEW_MARK``."""
        return self.queries < FEW


@dataclass(frozen=True, slots=True)
class SliceTable:
    """A measure by the values of a facet. Slices describe: nothing here is a tested difference."""

    facet: str
    title: str
    measure: str
    systems: tuple[str, ...]
    rows: tuple[SliceRow, ...]
    """Natural order for kind and difficulty, else the most queries first; every query of the scenario is in one row."""
    whole: SliceRow
    """All queries of the scenario."""


def of(result: ScenarioResult, facet: str, measure: str = PRIMARY) -> SliceTable:
    """Return the table of a facet (a key of ``FACETS``); without systems or queries it has no rows.

    Raises:
        ValueError: there is no such facet.
    """
    raise NotImplementedError


def modality(evaluation: Evaluation, *, scenario: str = GATE, measure: str = PRIMARY) -> SliceTable:
    """Return the plan's task 3.7: text, LaTeX and image, by what the query's source item is (else by the query itself)."""
    raise NotImplementedError
