"""Two systems query by query, for the scatter of the explorer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.evaluation.results import Evaluation
from core.evaluation.scenarios import BASELINE, GATE, PRIMARY


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
    raise NotImplementedError
