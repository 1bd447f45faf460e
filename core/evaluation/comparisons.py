"""Pairs of systems held against each other: the plan's six, corrected together, and any other as exploration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.evaluation import naming, planning, statistics
from core.evaluation.planning import ALPHA
from core.evaluation.resampling import DRAWS, Difference, Resampling
from core.evaluation.results import Evaluation, ScenarioResult
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS, Scenario
from core.evaluation.summary import Summary

ORDER = ("S1", "S2", "S3", "S4", "S5", GATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedComparison:
    """One of the six comparisons fixed in advance, in the primary measure; a difference above 0 is for ``a``."""

    scenario: Scenario
    a: str
    b: str
    """The system whose values were taken: for D the tuned one where there is one."""
    missing: str = ""
    """Why it could not be tested, in Korean; empty where it could, and then ``difference`` is there."""
    difference: Difference | None = None
    p_holm: float | None = None
    """Corrected over those of the six that could be tested."""
    effect: float | None = None
    """Cohen's d_z: mean of the groups' differences over their standard deviation; None where all differ alike."""
    spread: float = 0.0
    """Standard deviation of the groups' differences."""
    groups: int = 0
    more_queries: int | None = None
    """Queries more that would settle it: power 80 % at the observed effect and spread, at the level of the strictest step of the
    correction. None where settled, untested, or no number would."""
    outlook: str = ""
    """The same as a Korean sentence; empty where it could not be tested."""

    @property
    def significant(self) -> bool:
        """Whether the corrected p is below 0.05."""
        return self.p_holm is not None and self.p_holm < ALPHA


def planned(evaluation: Evaluation, *, summaries: Mapping[str, Summary] | None = None,
            draws: int = DRAWS) -> list[PlannedComparison]:
    """Return the six planned comparisons in the order S1 to S5, gate set; those that lack something say what.

    Args:
        summaries: by scenario, where they have been computed already: their draws are used again.
    """
    found = [_one(evaluation.scenarios[key], summaries and summaries.get(key), draws) for key in ORDER]
    tested = [each for each in found if each.difference]
    corrected = iter(statistics.holm([each.difference.p for each in tested]))
    return [_settled(each, next(corrected), ALPHA / len(tested)) if each.difference else each for each in found]


def exploratory(result: ScenarioResult, a: str, b: str, measure: str = PRIMARY, *,
                resampling: Resampling | None = None) -> Difference:
    """Compare any two systems in any measure. Its p is one of many and corrected for nothing: never call it significant.

    Raises:
        ValueError: no query counts, or a system was not run here.
    """
    drawn = resampling or Resampling(result.groups, draws=DRAWS)
    return drawn.differences(result.of(a, measure)[None], result.of(b, measure)[None])[0]


def effect_size(deltas: np.ndarray) -> float | None:
    """Return Cohen's d_z of the groups' mean differences (Lakens 2013), shape (groups,); None where it cannot be told."""
    spread = float(np.std(deltas, ddof=1)) if len(deltas) > 1 else 0.0
    return float(np.mean(deltas) / spread) if spread > 1e-12 else None


def _one(result: ScenarioResult, summary: Summary | None, draws: int) -> PlannedComparison:
    scenario = SCENARIOS[result.scenario.key]
    a, b = scenario.pair
    told = PlannedComparison(scenario=scenario, a=a, b=result.stands_for(b))
    lacking = [name for name in (told.a, told.b) if not result.has(name)]
    if not result.queries:
        return replace(told, missing="이 시나리오에 셀 쿼리가 없습니다.")
    if lacking:
        return replace(told, missing=f"이 시나리오에서 아직 실행하지 않은 시스템: {', '.join(map(naming.label, lacking))}.")
    resampling = (summary and summary.resampling) or Resampling(result.groups, draws=draws)
    if resampling.groups < 2:
        return replace(told, missing="쿼리 묶음이 하나뿐이라 견줄 수 없습니다.")
    difference = exploratory(result, told.a, told.b, resampling=resampling)
    deltas = resampling.group_means((result.of(told.a, PRIMARY) - result.of(told.b, PRIMARY))[None])[0]
    return replace(told, difference=difference, effect=effect_size(deltas), groups=resampling.groups,
                   spread=float(np.std(deltas, ddof=1)))


def _settled(comparison: PlannedComparison, p_holm: float, alpha: float) -> PlannedComparison:
    told, difference = replace(comparison, p_holm=p_holm), comparison.difference
    assert difference is not None
    if told.significant:
        better = told.a if difference.value > 0 else told.b
        return replace(told, outlook=f"차이가 뚜렷합니다: {naming.label(better)} 쪽이 낫습니다.")
    more = planning.queries_to_settle(difference.value, told.spread, queries=difference.queries, groups=told.groups, alpha=alpha)
    if more is None:
        return replace(told, outlook="두 시스템의 평균이 같아, 쿼리를 늘려도 가려지지 않습니다.")
    more = max(1, more)
    return replace(told, more_queries=more, outlook=f"아직 가려지지 않았습니다. 차이가 이만큼이라면 쿼리가 약 {more:,}개 더 있어야 합니다.")
