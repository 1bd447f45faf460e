"""A scenario's means and intervals: every measure of every system, from one set of draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.evaluation.resampling import DRAWS, Interval, Resampling
from core.evaluation.results import ScenarioResult


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What a page and a report show of a scenario; computed once, read many times."""

    result: ScenarioResult
    resampling: Resampling | None
    """The scenario's draws, for slices, comparisons and gates; None without a query."""
    intervals: Mapping[tuple[str, str], Interval]
    """By measure and system."""
    bounds: Mapping[tuple[str, str], tuple[float, float]]
    """Means with unjudged items as grade 0 and as grade 3, by measure (of ``measures.BOUNDED``) and system."""

    def interval(self, measure: str, system: str) -> Interval:
        """Return a system's mean of a measure with its 95 % interval.

        Raises:
            KeyError: the system was not run here, there is no such measure, or no query counts.
        """
        return self.intervals[measure, system]


def of(result: ScenarioResult, *, draws: int = DRAWS) -> Summary:
    """Return a scenario's summary; empty where no query counts or nothing was run."""
    if not result.queries or not result.systems:
        return Summary(result, None, {}, {})
    resampling = Resampling(result.groups, draws=draws)
    names = list(result.values)
    found = resampling.intervals(np.concatenate([result.values[name] for name in names]))
    keys = [(name, system) for name in names for system in result.names]
    bounds = {(name, system): (float(low[row].mean()), float(high[row].mean()))
              for name, (low, high) in result.bounds.items() for row, system in enumerate(result.names)}
    return Summary(result, resampling, dict(zip(keys, found, strict=True)), bounds)
