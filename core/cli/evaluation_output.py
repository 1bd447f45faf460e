"""What ``evaluate`` prints: a table a scenario with intervals, the planned comparisons, and the same as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.cli.output import print_table
from core.evaluation import measures, naming
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.execution.evaluating import Evaluated
from core.evaluation.results import Evaluation, ScenarioResult, SystemRun
from core.evaluation.scenarios import GATE, PRIMARY
from core.evaluation.summary import Summary
from core.labels import origins
from core.report import provenance

_SHOWN = ("R@5", "cR@5", "cR@10", "RR", "nDCG@10")
_JUDGED = "Judged@10"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """An evaluation and what of it is printed."""

    evaluation: Evaluation
    summaries: Mapping[str, Summary]
    planned: Sequence[PlannedComparison]
    scenarios: Sequence[str]
    systems: Collection[str] | None
    """None: all."""

    def runs(self, scenario: str) -> list[SystemRun]:
        """Return a scenario's systems."""
        return [run for run in self.evaluation.scenarios[scenario].systems if self.systems is None or run.system in self.systems]

    @property
    def comparisons(self) -> list[PlannedComparison]:
        """The planned comparisons of the scenarios; their correction is over all of them."""
        return [each for each in self.planned if each.scenario.key in self.scenarios]


def print_evaluation(shown: Shown) -> None:
    """Print what people read."""
    evaluation, truth = shown.evaluation, shown.evaluation.truth
    declared = f" · 목록에 없는 문항은 0등급({truth.unlisted_zero_by})" if truth.unlisted_zero_by else ""
    print(f"{provenance.line(evaluation)} · 판정 {len(truth.rows):,}건({origins.counted(truth.origins) or '없음'}){declared}")
    for warning in provenance.warnings(evaluation):
        print(f"주의: {warning}")
    print("대괄호는 문항군이나 원본 문항으로 묶어 쿼리를 다시 뽑은 95% 구간입니다. NDCG의 이득은 등급 그대로입니다.")
    for key in shown.scenarios:
        _print_scenario(evaluation.scenarios[key], shown.summaries[key], shown.runs(key))
    print(f"\n계획한 비교 ({measures.CATALOGUE[PRIMARY].title}, 여섯 비교에 Holm 보정)")
    print_table(("시나리오", "비교", "차이 (95%)", "p", "p (Holm)", "효과 크기", "승/무/패", ""),
                [_compared(each) for each in shown.comparisons])


def as_json(shown: Shown, done: Evaluated) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    evaluation, truth, summaries = shown.evaluation, shown.evaluation.truth, shown.summaries
    return {
        "collection": evaluation.collection,
        "ground_truth": {
            "version": truth.version.number if truth.version else None, "title": truth.title, "sha256": truth.sha256,
            "relevant_from": truth.relevant_from, "unlisted_zero_by": truth.unlisted_zero_by, "queries": len(truth.grades),
            "judgments": len(truth.rows), "origins": truth.origins,
        },
        "results": [_result_json(evaluation.scenarios[key], summaries[key], run) for key in shown.scenarios for run in shown.runs(key)],
        "scenarios": [_scenario_json(evaluation.scenarios[key]) for key in shown.scenarios],
        "comparisons": [_comparison_json(each) for each in shown.comparisons],
        "executed": {"added": done.execution.added if done.execution else 0, "tuned": list(done.tuned), "notes": list(done.notes)},
        "warnings": list(provenance.warnings(evaluation)),
    }


def _print_scenario(result: ScenarioResult, summary: Summary, chosen: Sequence[SystemRun]) -> None:
    scenario = result.scenario
    name = "판정" if scenario.key == GATE else scenario.key
    print(f"\n[{name}] {scenario.title} · 쿼리 {len(result.queries):,}개 · 문항 {result.items:,}개\n{scenario.about}")
    for reason, query_ids in result.excluded.items():
        print(f"제외 {len(query_ids):,}개: {reason}")
    runs = [run for run in chosen if scenario.key != "S5" or run.system in scenario.pair]
    if not result.queries or not runs:
        print("셀 쿼리가 없습니다." if not result.queries else "아직 실행하지 않았습니다. `python -m core evaluate`를 실행해 주세요.")
        return
    names = [measures.CATALOGUE[name].title for name in (*_SHOWN, _JUDGED)]
    rows = [(run.label, *(_with_interval(summary, name, run.system) for name in _SHOWN),
             f"{summary.interval(_JUDGED, run.system).value:.2f}", run.precision or "-", _marks(run)) for run in runs]
    chance = [measures.chance(name, result.queries) for name in (*_SHOWN, _JUDGED)]
    by_chance = ("무작위", *("-" if each is None else f"{each:.3f}" for each in chance), "", "")
    print_table(("시스템", *names, "정밀도", ""), [*rows, by_chance])


def _with_interval(summary: Summary, name: str, system: str) -> str:
    found = summary.interval(name, system)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _marks(run: SystemRun) -> str:
    return " · ".join(filter(None, [provenance.MINIATURE if run.miniature else "", provenance.STALE if run.stale else "",
                                    f"답 없는 쿼리 {len(run.unanswered):,}개는 0점" if run.unanswered else ""]))


def _compared(each: PlannedComparison) -> tuple[str, ...]:
    key, pair, found = each.scenario.key, f"{naming.label(each.a)} − {naming.label(each.b)}", each.difference
    if found is None:
        return key, pair, "-", "-", "-", "-", "-", each.missing
    return (key, pair, f"{found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]", f"{found.p:.4f}", f"{each.p_holm:.4f}",
            "-" if each.effect is None else f"{each.effect:+.2f}", f"{found.wins}/{found.ties}/{found.losses}", each.outlook)


def _scenario_json(result: ScenarioResult) -> dict[str, Any]:
    return {
        "scenario": result.scenario.key, "title": result.scenario.title, "items": result.items, "queries": len(result.queries),
        "groups": len(set(result.groups)), "excluded": {reason: list(ids) for reason, ids in result.excluded.items()},
        "ceilings": {name: measures.ceiling(name, result.queries) for name in measures.CATALOGUE},
        "chance": {name: measures.chance(name, result.queries) for name in measures.CATALOGUE},
    }


def _result_json(result: ScenarioResult, summary: Summary, run: SystemRun) -> dict[str, Any]:
    found = {name: summary.intervals.get((name, run.system)) for name in measures.CATALOGUE}
    return {
        "system": run.system, "label": run.label, "scenario": result.scenario.key, "run": run.run_id,
        "queries": len(result.queries), "excluded": sum(map(len, result.excluded.values())), "unanswered": list(run.unanswered),
        "miniature": run.miniature, "stale": run.stale, "precision": run.precision, "ties": result.ties[run.system],
        "measures": {name: {"value": each.value, "low": each.low, "high": each.high} for name, each in found.items() if each},
        "unjudged": {name: {"as_0": low, "as_3": high} for (name, system), (low, high) in summary.bounds.items()
                     if system == run.system},
    }


def _comparison_json(each: PlannedComparison) -> dict[str, Any]:
    found = each.difference
    told = {name: getattr(found, name) if found else None for name in ("low", "high", "p", "wins", "ties", "losses")}
    return {"scenario": each.scenario.key, "a": each.a, "b": each.b, "measure": PRIMARY,
            "difference": found.value if found else None, **told, "p_holm": each.p_holm, "effect": each.effect,
            "significant": each.significant, "more_queries": each.more_queries, "outlook": each.outlook, "missing": each.missing}
