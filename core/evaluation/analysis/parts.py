"""The plan's Q2: system A beside itself with items encoded by their text alone, and by their figure alone."""

from __future__ import annotations

from dataclasses import dataclass

from core.evaluation.results import Evaluation
from core.evaluation.scenarios import GATE, PRIMARY
from core.evaluation.statistics import Difference, Interval

WHOLE, TEXT_ONLY, IMAGE_ONLY = "qwen3-vl", "qwen3-vl@text-only", "qwen3-vl@image-only"


@dataclass(frozen=True, slots=True)
class PartsRow:
    """The three over the same queries."""

    value: str
    """``""`` for all queries, else the kind of the query: ``image``, ``latex``, ``text``."""
    title: str
    queries: int
    groups: int
    means: tuple[tuple[str, Interval], ...]
    """By system, of those that were run."""
    over_text: Difference | None
    """A − ``@text-only``; None where one was not run."""
    over_image: Difference | None
    """A − ``@image-only``."""

    @property
    def few(self) -> bool:
        """Whether there are too few queries to say anything."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Parts:
    """Q2 in one scenario. All differences are exploratory: their p is not corrected."""

    scenario: str
    measure: str
    rows: tuple[PartsRow, ...]
    """All queries first, then by kind."""
    missing: tuple[str, ...]
    """Systems of the three that were not run in this scenario."""


def of(evaluation: Evaluation, *, scenario: str = GATE, measure: str = PRIMARY) -> Parts:
    """Return the comparison; without queries there are no rows."""
    raise NotImplementedError
