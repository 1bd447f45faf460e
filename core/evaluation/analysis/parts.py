"""The plan's Q2: system A beside itself with items encoded by their text alone, and by their figure alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.analysis.slices import FEW, FEWEST_GROUPS, WHOLE, honest, kind_of
from core.evaluation.resampling import Difference, Interval, Resampling
from core.evaluation.results import Evaluation, ScenarioResult
from core.evaluation.scenarios import GATE, PRIMARY
from core.items.naming import KINDS

TOGETHER, TEXT_ONLY, IMAGE_ONLY = "qwen3-vl", "qwen3-vl@text-only", "qwen3-vl@image-only"


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
    """A − ``@text-only``; None where one was not run, or where there are fewer than ``FEWEST_GROUPS`` groups."""
    over_image: Difference | None
    """A − ``@image-only``."""

    @property
    def few(self) -> bool:
        """Whether there are too few queries to say anything."""
        return self.queries < FEW


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
    """Return the comparison; without queries, or where none of the three was run, there are no rows.

    A query that a variant cannot take (a picture has nothing for items' texts alone) counts 0 for it, as everywhere.
    """
    result = evaluation.scenarios[scenario]
    there = [system for system in (TOGETHER, TEXT_ONLY, IMAGE_ONLY) if result.has(system)]
    missing = tuple(system for system in (TOGETHER, TEXT_ONLY, IMAGE_ONLY) if system not in there)
    if not result.queries or not there:
        return Parts(scenario, measure, (), missing)
    kinds = np.array([kind_of(query) for query in result.queries])
    slices = [("", WHOLE, np.full(len(kinds), True))]
    slices += [(kind.value, title, kinds == kind.value) for kind, title in KINDS.items() if (kinds == kind.value).any()]
    return Parts(scenario, measure, tuple(_row(result, measure, there, *each) for each in slices), missing)


def _row(result: ScenarioResult, measure: str, there: list[str], value: str, title: str, mask: np.ndarray) -> PartsRow:
    values = {system: result.of(system, measure)[mask] for system in there}
    drawn = Resampling([group for group, counts in zip(result.groups, mask, strict=True) if counts])
    means = [honest(cell) for cell in drawn.intervals(np.stack(list(values.values())))]

    def over(other: str) -> Difference | None:
        if TOGETHER not in values or other not in values or drawn.groups < FEWEST_GROUPS:
            return None
        return drawn.differences(values[TOGETHER][None], values[other][None])[0]

    return PartsRow(value, title, drawn.queries, drawn.groups, tuple(zip(there, means, strict=True)), over(TEXT_ONLY),
                    over(IMAGE_ONLY))
