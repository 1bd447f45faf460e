"""시나리오: every scenario and system in one measure, and the six comparisons that were planned before."""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluation.comparisons import PlannedComparison
from core.evaluation.measures import CATALOGUE
from core.evaluation.results import SystemRun
from core.evaluation.scenarios import BASELINE, PRIMARY, SCENARIOS, TUNED, Scenario
from core.report import provenance
from pages.measuring import charts, data, grids, named, pick
from pages.measuring.charts import Dot
from pages.measuring.data import Shown
from pages.measuring.grids import Cell
from pages.widgets import palette, plot, results, tables
from pages.widgets.palette import MUTED
from pages.widgets.plot import Sheet

_ABOUT = ("여섯 비교는 결과를 보기 전에 정해 두었고, 상한 보정 R@5 하나로만 견줍니다. p는 짝지은 무작위 검정에 Holm 보정을 한 값이고, "
          "0.05보다 작을 때만 뚜렷한 차이로 봅니다. 나머지 차이는 모두 탐색적입니다.")
_SINGLE = ("S1과 S3에는 한쪽 단서밖에 없어 D가 글 점수(S1)나 그림 점수(S3)만으로 순위를 매깁니다. "
           "거기서 D의 값은 결합을 시험한 값이 아닙니다.")
_TUNED = "'D 조정'은 글과 그림의 가중치를 다른 쿼리들에서 고른 D입니다. 정답으로 자기 답을 고르지 않도록 문항군을 다섯으로 나누어 고릅니다."


def draw(at: Shown) -> None:
    """Draw the section."""
    measure = pick.measure(at)
    _matrix(at, measure)
    _planned(at, data.planned(at))


def _matrix(at: Shown, measure: str) -> None:
    found = {key: at.result(key) for key in SCENARIOS}
    runs: dict[str, SystemRun] = {run.system: run for result in found.values() for run in named.main(result)}
    systems = pick.ordered(runs)
    cells, rows = [], []
    for key, result in found.items():
        summary = data.summary(at, key)
        line = []
        for system in systems:
            if not result.queries:
                line.append(Cell(None, ("쿼리 없음",)))
            elif not result.has(system):
                line.append(Cell(None, ("실행 안 함",) if system in SCENARIOS[key].systems else ("–",)))
            else:
                value = summary.interval(measure, system)
                alone = _alone(SCENARIOS[key]) if system.partition("@")[0] == BASELINE else ""
                line.append(Cell(value.value, (f"{value.value:.3f}", named.span(value.low, value.high), *([alone] if alone else []))))
                rows.append((key, result.scenario.title, system, value.value, value.low, value.high, value.queries, value.groups))
        cells.append(line)
    names = [f"{named.scenario(key)}<br>쿼리 {len(result.queries):,}개" for key, result in found.items()]
    plot.part(f"시나리오마다: {CATALOGUE[measure].title}", remark="평균, 그 아래 95 % 구간. 진할수록 높습니다", name=f"시나리오 {measure}",
              sheet=Sheet(("scenario", "시나리오", "system", "평균", "구간 아래", "구간 위", "쿼리", "문항군"), rows,
                          provenance.of(at.evaluation, list(runs.values())) | {"지표": measure}))
    plot.draw(grids.heat(cells, rows=names, columns=[named.short(system) for system in systems]), key="metrics.matrix",
              alt=f"시나리오와 시스템마다 {CATALOGUE[measure].title}")
    results.notes([_SINGLE, *([_TUNED] if TUNED in systems else [])])


def _alone(scenario: Scenario) -> str:
    """Say where D has one channel alone to go by, so that joining the two was not tested; empty elsewhere."""
    if scenario.corpus == "without_image":
        return "글만 (결합 아님)"
    return "그림만 (결합 아님)" if scenario.part == "image" else ""


def _planned(at: Shown, found: Sequence[PlannedComparison]) -> None:
    plot.part("미리 정한 여섯 비교", remark=f"{CATALOGUE[PRIMARY].title}의 차이와 95 % 구간. 0 오른쪽이면 앞 시스템이 높습니다",
              sheet=_sheet(at, found), name="미리 정한 비교")
    tested = [_dot(each) for each in found if each.difference is not None]
    if tested:
        plot.draw(charts.differences(tested, unit="앞 시스템 − 뒤 시스템"), key="metrics.planned",
                  alt="; ".join(f"{dot.row} {dot.value:+.3f}" for dot in tested))
    heads = ("시나리오", "비교", "차이", "p", "p (Holm)", "효과 크기 d", "이김 · 같음 · 짐", "쿼리 (문항군)", "결론")
    tables.draw(heads, [_row(each) for each in found], numbers=frozenset(heads[2:8]))
    results.notes([_ABOUT])


def _dot(each: PlannedComparison) -> Dot:
    found = each.difference
    assert found is not None
    leader = each.a if found.value >= 0 else each.b
    return Dot(row=f"{each.scenario.key if each.scenario.key.startswith('S') else '전체'}  {_pair(each)}", value=found.value, low=found.low,
               high=found.high, colour=palette.colour(leader) if each.significant else MUTED,
               sign="circle" if each.significant else "circle-open", mark="▲ 뚜렷함" if each.significant else "",
               note=f"p (Holm) {named.chance(each.p_holm)}")


def _row(each: PlannedComparison) -> list[object]:
    title = tables.Cell(named.scenario(each.scenario.key))
    found = each.difference
    if found is None:
        return [title, _pair(each), *["–"] * 6, tables.Cell(each.missing, faint=True)]
    return [title, _pair(each), tables.Cell(f"{found.value:+.3f}", f"{found.low:+.3f} – {found.high:+.3f}"), named.chance(found.p),
            named.chance(each.p_holm), f"{each.effect:+.2f}" if each.effect is not None else "–",
            f"{found.wins} · {found.ties} · {found.losses}", f"{found.queries:,} ({each.groups:,})", _conclusion(each)]


def _conclusion(each: PlannedComparison) -> object:
    if not each.significant or each.difference is None:
        return each.outlook
    better = each.a if each.difference.value > 0 else each.b
    return f"▲ 뚜렷한 차이: {named.short(better)} 쪽이 높습니다."


def _pair(each: PlannedComparison) -> str:
    return f"{named.short(each.a)} – {named.short(each.b)}"


def _sheet(at: Shown, found: Sequence[PlannedComparison]) -> Sheet:
    rows = []
    for each in found:
        told = each.difference
        values = (told.value, told.low, told.high, told.p, each.p_holm, each.effect, told.wins, told.ties, told.losses, told.queries,
                  each.groups, each.significant, each.more_queries) if told is not None else (None,) * 13
        rows.append((each.scenario.key, each.a, each.b, PRIMARY, *values, each.missing or each.outlook))
    return Sheet(("scenario", "a", "b", "지표", "차이 (a-b)", "구간 아래", "구간 위", "p", "p (Holm)", "효과 크기 d_z", "이김", "같음",
                  "짐", "쿼리", "문항군", "뚜렷함", "더 필요한 쿼리", "설명"), rows,
                 provenance.of(at.evaluation, [run for key in SCENARIOS for run in named.main(at.result(key))]))
