"""쿼리별: two systems against each other query by query; what stands how deep, and what grades at which rank."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from core.evaluation.analysis import depths, queries
from core.evaluation.analysis.queries import Explorer, QueryPoint
from core.evaluation.measures import CATALOGUE
from core.evaluation.results import ScenarioResult
from core.evaluation.scenarios import BASELINE
from core.items import grades
from core.report import provenance
from pages.labelling import shown as words
from pages.measuring import data, grids, named, pick
from pages.measuring.data import Shown
from pages.measuring.grids import Line, Spot
from pages.widgets import markup, palette, plot, results, tables
from pages.widgets.palette import MUTED
from pages.widgets.plot import Sheet
from pages.widgets.text import attribute

_A = "qwen3-vl"
_COMPARE = "compare.py"
_ROWS = 200
_NAMED = 6
_CLICK = "원 하나가 쿼리 하나이고, 두 값이 같은 쿼리가 여럿이면 그 수를 적은 큰 원입니다. 원을 누르면 두 시스템의 결과를 나란히 봅니다"
_NARROWED = ("이 시나리오는 쿼리의 일부나 문항의 일부만 씁니다. '모델 비교' 화면은 쿼리와 문항을 통째로 쓰므로 "
             "목록이 여기 값과 다를 수 있습니다.")
_PICTURE = "(그림)"
_ALONE = "시스템이 하나뿐이라 쿼리별로 견줄 수 없습니다. '평가 실행'에서 다른 시스템도 실행해 주세요."


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    options = [name for name in pick.ordered(result.names) if name == result.stands_for(name)]
    if len(options) > 1:
        _explorer(at, result, options)
    else:
        results.calm(_ALONE)
    left, right = st.columns(2, gap="large")
    with left:
        _curves(at, result)
    with right:
        _grades(at, result, options)


def _explorer(at: Shown, result: ScenarioResult, options: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        a = pick.own("a", "세로", options, first=_A if _A in options else options[0], shown=named.system, width=300)
        others = [name for name in options if name != a]
        d = result.stands_for(BASELINE)
        b = pick.own("b", "가로", others, first=d if d in others else others[0], shown=named.system, width=300)
        measure = pick.measure(at)
    key = result.scenario.key
    found = data.once(at, f"queries:{key}:{a}:{b}:{measure}", lambda: queries.of(at.evaluation, scenario=key, a=a, b=b, measure=measure))
    one, other = named.short(found.a), named.short(found.b)
    plot.part(f"{one} · {other}, 쿼리마다: {CATALOGUE[measure].title}", remark=_CLICK, sheet=_sheet(at, result, found),
              name=f"쿼리별 {key} {one} {other} {measure}")
    left, right = st.columns([11, 12], gap="large")
    with left:
        spots = _spots(found)
        figure = grids.scatter(spots, x=f"{other} →", y=f"{one} →", above=f"{one} 쪽이 높음", below=f"{other} 쪽이 높음")
        picked = plot.draw(figure, key=f"metrics.scatter.{key}.{a}.{b}.{measure}", pick=True,
                           alt=f"쿼리 {len(found.points):,}개의 {one} 값과 {other} 값")
    chosen = [spots[place] for point in picked if (place := _place(point)) is not None and place < len(spots)]
    ids = {query_id for spot in chosen for query_id in spot.ids}
    kept = [point for point in found.points if point.query_id in ids]
    if len(kept) == 1:
        # Streamlit writes the parameters into this page's address before it changes the page: with its own beside them, the way
        # back leads here and not to the first section.
        st.switch_page(_COMPARE, query_params=st.query_params.to_dict() | dict(kept[0].link))
    with right:
        _list(found, kept or found.points, one, other, picked=bool(kept))
    if found.narrowed:
        results.notes([_NARROWED])


def _place(point: object) -> int | None:
    """Return which circle was clicked, None where it was the diagonal."""
    told = point.get("customdata") if isinstance(point, dict) else None
    return int(told[0]) if isinstance(told, (list, tuple)) and told else None


def _spots(found: Explorer) -> list[Spot]:
    together: dict[tuple[float, float], list[QueryPoint]] = {}
    for point in found.points:
        together.setdefault((point.b, point.a), []).append(point)
    spots = []
    for (x, y), points in together.items():
        named_points = "<br>".join(plot.plain(f"{each.query_id}  {words.short(each.text, 34) or _PICTURE}") for each in points[:_NAMED])
        more = f"<br>… 모두 {len(points):,}개" if len(points) > _NAMED else ""
        colour = palette.colour(found.a) if y > x else palette.colour(found.b) if y < x else MUTED
        spots.append(Spot(x, y, tuple(each.query_id for each in points),
                          f"<b>{plot.plain(named.short(found.a))} {y:.3f} · {plot.plain(named.short(found.b))} {x:.3f}</b><br>"
                          f"{named_points}{more}", colour))
    return spots


def _list(found: Explorer, points: tuple[QueryPoint, ...] | list[QueryPoint], one: str, other: str, *, picked: bool) -> None:
    said = f"고른 원의 쿼리 {len(points):,}개" if picked else f"차이가 큰 쿼리부터 {min(_ROWS, len(points)):,}개"
    markup.draw(f'<p class="ib-read">{attribute(said)}. 쿼리를 누르면 나란히 봅니다.</p>')
    heads = ("쿼리", "찾는 것", one, other, "차이", "정답")
    rows = [(tables.Cell(point.query_id, link=f"/compare?{urlencode(dict(point.link))}"), words.short(point.text, 32) or _PICTURE,
             f"{point.a:.3f}", f"{point.b:.3f}", f"{point.difference:+.3f}", f"{point.relevant:,}") for point in points[:_ROWS]]
    with st.container(height=505, border=False, key="metrics-query-table"):
        tables.draw(heads, rows, numbers=frozenset(heads[2:]))


def _curves(at: Shown, result: ScenarioResult) -> None:
    threshold = at.evaluation.truth.relevant_from
    found = data.once(at, f"curves:{result.scenario.key}", lambda: depths.curves(result, threshold))
    shown = {run.system for run in named.main(result)}
    curves = [curve for curve in found if curve.system in shown]
    dashes = plot.dashes([curve.system for curve in curves])
    rows = [(curve.system, k, precision, recall, ceiling) for curve in found for k, (precision, recall, ceiling)
            in enumerate(zip(curve.precision, curve.recall, curve.ceiling, strict=True), start=1)]
    plot.part("깊이에 따른 정밀도와 재현율", remark=f"왼쪽 위 점이 1개, 오른쪽 끝 점이 {depths.DEEPEST}개를 볼 때",
              name=f"깊이 {result.scenario.key}", sheet=Sheet(("system", "k", "정밀도", "재현율", "재현율의 천장"), rows,
                          provenance.of(at.evaluation, result.systems) | {"시나리오": result.scenario.key}))
    lines = [Line(named.short(curve.system), curve.recall, curve.precision, [f"k={k}" for k in range(1, len(curve.recall) + 1)],
                  palette.colour(curve.system), dashes[curve.system]) for curve in curves]
    plot.draw(grids.lines(lines, x="재현율 (Recall@k)", y="정밀도"), key="metrics.curves",
              alt="; ".join(f"{line.label}: 5개를 볼 때 재현율 {line.x[4]:.3f}, 정밀도 {line.y[4]:.3f}" for line in lines))


def _grades(at: Shown, result: ScenarioResult, options: list[str]) -> None:
    found = {each.system: each for each in data.once(at, f"grades:{result.scenario.key}", lambda: depths.grades(result))}
    names = ["판정 안 됨" if grade is None else grades.titled(grade) for grade in grids.GRADES]
    rows = [(system, rank, *_by_grade(counts)) for system, each in found.items() for rank, counts in enumerate(each.counts, start=1)]
    plot.part("순위마다 어떤 등급이 있나", remark="위에 오른 문항의 등급", name=f"순위별 등급 {result.scenario.key}",
              sheet=Sheet(("system", "순위", *names), rows, provenance.of(at.evaluation, result.systems) | {
                  "시나리오": result.scenario.key}))
    chosen = pick.system(at, options)
    columns = [_by_grade(counts) for counts in found[chosen].counts]
    plot.draw(grids.by_rank(list(zip(*columns, strict=True)), ranks=range(1, len(columns) + 1)), key="metrics.grades",
              alt=f"{named.system(chosen)}의 순위마다 등급별 쿼리 수")


def _by_grade(counts: tuple[int, ...]) -> tuple[int, ...]:
    """Return a rank's counts in the order of the chart."""
    told = dict(zip(depths.GRADES, counts, strict=True))
    return tuple(told["unjudged" if grade is None else str(grade)] for grade in grids.GRADES)


def _sheet(at: Shown, result: ScenarioResult, found: Explorer) -> Sheet:
    rows = [(point.query_id, point.text, point.query_type, point.group, point.relevant, point.a, point.b, point.difference)
            for point in found.points]
    return Sheet(("query_id", "찾는 것", "쿼리 종류", "문항군", "정답", found.a, found.b, "차이"), rows, provenance.of(
        at.evaluation, [run for run in result.systems if run.system in (found.a, found.b)]) | {
            "시나리오": found.scenario, "지표": found.measure})
