"""시스템별 지표: every measure of every system with its interval, and what each measure means."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.evaluation import measures
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.measures import BOUNDED, CATALOGUE, Measure
from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.scenarios import PRIMARY
from core.evaluation.summary import Summary
from core.items import grades
from core.report import provenance
from pages.measuring import charts, data, gaps, named, pick
from pages.measuring.charts import Dot, Panel
from pages.measuring.data import Shown
from pages.widgets import markup, palette, plot, results, tables
from pages.widgets.plot import Sheet
from pages.widgets.text import attribute

ABOUT = "점은 평균, 선은 95 % 구간(같은 문항군의 쿼리를 함께 다시 뽑음)"
_MARK = "▲"
_EXPLORATORY = ("▲은 미리 정한 비교(상한 보정 R@5, 시나리오마다 한 쌍)에서 차이가 뚜렷할 때만 붙습니다. "
                "그 밖의 차이는 탐색적이어서, 구간이 떨어져 보여도 표시하지 않습니다.")


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    shown, summary = pick.runs(result), data.summary(at, result.scenario.key)
    results.notes(gaps.remarks(result, PRIMARY))
    _four(at, result, summary, shown)
    left, right = st.columns([13, 11], gap="large")
    with left:
        _table(at, result, summary, shown)
    with right:
        _one(at, result, summary, shown)


def _four(at: Shown, result: ScenarioResult, summary: Summary, shown: Sequence[SystemRun]) -> None:
    """Draw the measures that the gates rest on side by side."""
    plot.part("판정에 쓰는 네 지표", remark=ABOUT, sheet=_sheet(at, summary, shown, BOUNDED), name=f"네 지표 {result.scenario.key}")
    panels, told = four(at, result, shown)
    plot.draw(charts.dots(panels, rows=row_names(shown)), key="metrics.four", alt=alt(panels))
    if told is not None:
        markup.draw(f'<p class="ib-read">{attribute(said(told))}</p>')
    results.notes([_EXPLORATORY])


def four(at: Shown, result: ScenarioResult, shown: Sequence[SystemRun]) -> tuple[list[Panel], PlannedComparison | None]:
    """Return a panel for each measure that the gates rest on, and the scenario's planned comparison, None where it has none."""
    told = next((each for each in data.planned(at) if each.scenario.key == result.scenario.key), None)
    summary = data.summary(at, result.scenario.key)
    return [_panel(result, summary, shown, name, told) for name in BOUNDED], told


def _table(at: Shown, result: ScenarioResult, summary: Summary, shown: Sequence[SystemRun]) -> None:
    plot.part("모든 지표", remark="평균, 그 아래 95 % 구간", sheet=_sheet(at, summary, shown, tuple(CATALOGUE)),
              name=f"모든 지표 {result.scenario.key}")
    heads = [named.short(run.system) for run in shown]
    rows = [[tables.Cell(each.title, each.name if each.name != each.title else ""), *(_cell(summary, name, run) for run in shown)]
            for name, each in CATALOGUE.items()]
    with st.container(key="metrics-all"):
        tables.draw(["지표", *heads], rows, numbers=frozenset(heads))


def _cell(summary: Summary, name: str, run: SystemRun) -> tables.Cell:
    found = summary.interval(name, run.system)
    return tables.Cell(f"{found.value:.3f}", named.span(found.low, found.high))


def _one(at: Shown, result: ScenarioResult, summary: Summary, shown: Sequence[SystemRun]) -> None:
    """Open one measure: what it counts, its lines of chance and ceiling, all systems in it."""
    plot.part("지표 하나씩 풀어 보기")
    chosen = CATALOGUE[pick.measure(at)]
    _explained(at, result, chosen)
    panel = _panel(result, summary, shown, chosen.name, None, name=named.short)
    plot.draw(charts.dots([panel], rows=row_names(shown, name=named.short)), key="metrics.one", alt=alt([panel]))
    results.notes(gaps.remarks(result, chosen.name))
    _bounds(summary, shown, chosen)


def _explained(at: Shown, result: ScenarioResult, measure: Measure) -> None:
    threshold = (f"등급 {grades.FROM[at.evaluation.truth.relevant_from]} 정답으로 셉니다." if measure.uses_threshold
                 else "쓰지 않습니다. 등급 그대로 셉니다." if measure.gain else "쓰지 않습니다.")
    ceiling, chance = measures.ceiling(measure.name, result.queries), measures.chance(measure.name, result.queries)
    told = {"식": measure.formula, "등급의 값": measure.gain or "관련이면 1, 아니면 0", "관련 기준": threshold,
            "천장": _ceiling(ceiling), "무작위": _chance(chance), "출처": measure.source}
    rows = "".join(f"<dt>{attribute(name)}</dt><dd>{attribute(words)}</dd>" for name, words in told.items())
    markup.draw(f'<dl class="ib-explained">{rows}</dl>')


def _ceiling(value: float | None) -> str:
    if value is None:
        return "쿼리가 없어 알 수 없습니다."
    if value < 1:
        return f"{value:.3f}. 정답이 자리보다 많은 쿼리가 있어, 완벽한 순서라도 이보다 높을 수 없습니다."
    return "1.000. 완벽한 순서의 값입니다."


def _chance(value: float | None) -> str:
    return f"{value:.3f}. 문항을 아무렇게나 늘어놓을 때의 기댓값입니다." if value is not None else "알 수 없습니다."


def _bounds(summary: Summary, shown: Sequence[SystemRun], measure: Measure) -> None:
    """Say how far unjudged items could move the measure; nothing where all are judged."""
    if measure.name not in BOUNDED:
        return
    found = [(run, *summary.bounds[measure.name, run.system]) for run in shown]
    if any(f"{low:.3f}" != f"{high:.3f}" for _, low, high in found):
        markup.draw('<p class="ib-read">판정 안 된 문항을 모두 등급 0으로 볼 때와 3으로 볼 때</p>')
        tables.draw(["시스템", "모두 0", "모두 3"], [(named.short(run.system), f"{low:.3f}", f"{high:.3f}") for run, low, high in found],
                    numbers=frozenset({"모두 0", "모두 3"}))
    else:
        results.notes(["위쪽에 오른 문항이 모두 판정되어, 판정 안 된 문항 때문에 이 값이 달라질 수는 없습니다."])


def _panel(result: ScenarioResult, summary: Summary, shown: Sequence[SystemRun], measure: str, told: PlannedComparison | None, *,
           name: pick.Name = named.system) -> Panel:
    signs = plot.signs([run.system for run in shown])
    better = _better(told) if told is not None and measure == PRIMARY else ""
    dots = []
    for run in shown:
        found = summary.interval(measure, run.system)
        dots.append(Dot(row=name(run.system), value=found.value, low=found.low, high=found.high, colour=palette.colour(run.system),
                        sign=signs[run.system], note=f"쿼리 {found.queries:,}개, 문항군 {found.groups:,}개",
                        mark=_MARK if run.system == better else ""))
    return Panel(CATALOGUE[measure].title, dots, measures.chance(measure, result.queries), measures.ceiling(measure, result.queries))


def _better(told: PlannedComparison) -> str:
    """Return the system that a planned comparison found better; empty where it found none."""
    if not told.significant or told.difference is None:
        return ""
    return told.a if told.difference.value > 0 else told.b


def said(told: PlannedComparison) -> str:
    """Return how a planned comparison ended, in one line."""
    a, b = named.short(told.a), named.short(told.b)
    if told.difference is None:
        return f"미리 정한 비교 {a} – {b}: {told.missing}"
    found = told.difference
    verdict = f"{_MARK} 뚜렷한 차이" if told.significant else "뚜렷하지 않음"
    return (f"미리 정한 비교 {a} – {b} (상한 보정 R@5): 차이 {found.value:+.3f} ({found.low:+.3f} – {found.high:+.3f}), "
            f"p {named.chance(told.p_holm)} (Holm 보정) → {verdict}")


def row_names(shown: Sequence[SystemRun], *, name: pick.Name = named.system) -> dict[str, str]:
    """Return the names of a chart's rows, each with what a reader must know of it."""
    return {name(run.system): named.marks(run) for run in shown}


def _sheet(at: Shown, summary: Summary, shown: Sequence[SystemRun], names: Sequence[str]) -> Sheet:
    rows = []
    for name in names:
        for run in shown:
            found = summary.interval(name, run.system)
            rows.append((name, CATALOGUE[name].title, run.system, named.system(run.system), found.value, found.low, found.high,
                         found.queries, found.groups, run.run_id))
    return Sheet(("measure", "지표", "system", "시스템", "평균", "구간 아래", "구간 위", "쿼리", "문항군", "실행"), rows,
                 provenance.of(at.evaluation, shown) | {"시나리오": summary.result.scenario.key})


def alt(panels: Sequence[Panel]) -> str:
    """Return what a chart says, for those who do not see it."""
    return "; ".join(f"{panel.title}: " + ", ".join(f"{dot.row} {dot.value:.3f}" for dot in panel.dots) for panel in panels)
