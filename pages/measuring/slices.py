"""세부 분석: a measure by subject, unit, kind and so on; and what system A takes from text and from figures."""

from __future__ import annotations

import streamlit as st

from core.evaluation.analysis import parts, slices
from core.evaluation.analysis.parts import Parts, PartsRow
from core.evaluation.analysis.slices import FACETS, FEW, FEW_MARK, SliceRow, SliceTable
from core.evaluation.measures import CATALOGUE
from core.evaluation.resampling import Difference
from core.evaluation.results import ScenarioResult
from core.evaluation.scenarios import BASELINE
from core.report import provenance
from pages.measuring import charts, data, grids, named, pick
from pages.measuring.charts import Dot, Panel
from pages.measuring.data import Shown
from pages.measuring.grids import Cell
from pages.widgets import palette, plot, results, tables
from pages.widgets.address import written
from pages.widgets.palette import MUTED
from pages.widgets.plot import Sheet

_ABOUT = (f"쿼리가 {FEW}개보다 적은 칸은 색 없이 '{FEW_MARK}'으로 적습니다. 여기의 차이는 모두 탐색적입니다: 많은 칸 가운데 몇은 우연히도 "
          "높거나 낮습니다.")
_PARTS = {parts.TOGETHER: "A 글+그림", parts.TEXT_ONLY: "A 글만", parts.IMAGE_ONLY: "A 그림만"}
_UNIT = "unit"


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        facet = pick.own("facet", "나누기", list(FACETS), first=_UNIT, shown=FACETS.__getitem__)
        measure = pick.measure(at)
        shown = [run.system for run in pick.runs(result)]
    key = result.scenario.key
    resampling = data.summary(at, key).resampling
    _heat(at, result, data.once(at, f"slices:{key}:{facet}:{measure}", lambda: slices.of(result, facet, measure, resampling=resampling)),
          shown, "나누어")
    _gaps(at, result, facet, measure)
    if facet != "kind":
        _heat(at, result, data.once(at, f"modality:{key}:{measure}", lambda: slices.modality(
            at.evaluation, scenario=key, measure=measure, resampling=resampling)), shown, "글·수식·그림")
    _parts(at, result, data.once(at, f"parts:{key}:{measure}", lambda: parts.of(at.evaluation, scenario=key, measure=measure)))
    results.notes([_ABOUT])


def _heat(at: Shown, result: ScenarioResult, table: SliceTable, systems: list[str], what: str) -> None:
    title = f"{table.title}마다" if what == "나누어" else "글 · 수식 · 그림 문항마다"
    rows = [*([table.whole] if table.whole else []), *table.rows]
    columns = [(place, system) for place, system in enumerate(table.systems) if system in systems]
    plot.part(f"{title}: {CATALOGUE[table.measure].title}", remark="평균, 그 아래 95 % 구간", name=f"{what} {table.facet} {table.measure}",
              sheet=_sheet(at, result, table, rows))
    cells = [[_cell(row, place) for place, _ in columns] for row in rows]
    names = [f"{row.title}<br>쿼리 {row.queries:,}개" for row in rows]
    plot.draw(grids.heat(cells, rows=names, columns=[named.short(system) for _, system in columns]), key=f"metrics.slices.{what}",
              alt=f"{title} {CATALOGUE[table.measure].title}: " + ", ".join(f"{row.title} {row.queries}개" for row in rows))


def _gaps(at: Shown, result: ScenarioResult, facet: str, measure: str) -> None:
    """Draw by how much A and D differ in each slice, over the same queries; nothing where one was not run."""
    a, b = parts.TOGETHER, result.stands_for(BASELINE)
    if not (result.has(a) and result.has(b)):
        return
    key = result.scenario.key
    table = data.once(at, f"gaps:{key}:{facet}:{measure}", lambda: slices.gaps(
        result, facet, a, b, measure, resampling=data.summary(at, key).resampling))
    rows = [*([table.whole] if table.whole else []), *table.rows]
    one, other = named.short(a), named.short(b)
    plot.part(f"{table.title}마다 {one}와 {other}의 차이: {CATALOGUE[measure].title}", name=f"차이 {facet} {measure}",
              remark="같은 쿼리끼리 뺀 값과 95 % 구간. 탐색적입니다", sheet=_sheet(at, result, table, rows))
    dots = [Dot(row=f"{row.title} (n={row.queries:,})", value=row.cells[0].value, low=row.cells[0].low, high=row.cells[0].high,
                colour=MUTED, sign="circle-open" if row.few else "circle", note=FEW_MARK if row.few else "") for row in rows]
    plot.draw(charts.differences(dots, unit=f"{one} − {other}"), key="metrics.gaps",
              alt="; ".join(f"{dot.row} {dot.value:+.3f}" for dot in dots))


def _cell(row: SliceRow, place: int) -> Cell:
    found = row.cells[place]
    few = (FEW_MARK,) if row.few else ()
    return Cell(found.value, (f"{found.value:.3f}", named.span(found.low, found.high), *few), faint=row.few)


def _parts(at: Shown, result: ScenarioResult, found: Parts) -> None:
    """Draw the plan's Q2: what A takes from text, what from figures."""
    rows = [(row, system, value) for row in found.rows for system, value in row.means]
    sheet = Sheet(("나눔", "쿼리", "문항군", "system", "평균", "구간 아래", "구간 위"),
                  [(row.title, row.queries, row.groups, system, value.value, value.low, value.high) for row, system, value in rows],
                  provenance.of(at.evaluation, [run for run in result.systems if run.system in _PARTS]) | {
                      "시나리오": found.scenario, "지표": found.measure})
    plot.part(f"글과 그림을 함께 넣은 효과 (Q2): {CATALOGUE[found.measure].title}", sheet=sheet,
              name=f"글과 그림 {found.scenario} {found.measure}", remark="같은 문항을 통째로, 글만, 그림만 벡터로 만든 A끼리 견줌")
    if found.missing:
        names = ", ".join(_PARTS[system] for system in found.missing)
        asked = " ".join(f"--system {written(system)}" for system in found.missing)
        results.calm(f"아직 실행하지 않았습니다: {names}. 터미널에서 `python -m core embed {asked}`로 벡터를 만든 뒤 "
                     "'평가 실행'을 눌러 주세요.")
    there = [system for system in _PARTS if any(each == system for _, each, _ in rows)]
    if len(there) < 2:
        return
    signs = plot.signs(there)
    panels = [Panel(f"{row.title} (n={row.queries:,})", [
        Dot(row=_PARTS[system], value=value.value, low=value.low, high=value.high, colour=palette.colour(system), sign=signs[system],
            note=FEW_MARK if row.few else "") for system, value in row.means]) for row in found.rows]
    plot.draw(charts.dots(panels, rows=dict.fromkeys((_PARTS[system] for system in there), "")), key="metrics.parts",
              alt="; ".join(f"{row.title} {_PARTS[system]} {value.value:.3f}" for row, system, value in rows))
    heads = ("쿼리", "n", "함께 − 글만", "이김 · 같음 · 짐", "함께 − 그림만", "이김 · 같음 · 짐 ", "")
    tables.draw(heads, [_parts_row(row) for row in found.rows], numbers=frozenset(heads[1:6]))


def _parts_row(row: PartsRow) -> list[object]:
    return [row.title, f"{row.queries:,}", *_difference(row.over_text), *_difference(row.over_image), FEW_MARK if row.few else ""]


def _difference(found: Difference | None) -> tuple[object, object]:
    if found is None:
        return "–", "–"
    return (tables.Cell(f"{found.value:+.3f}", f"{found.low:+.3f} – {found.high:+.3f}" if found.low <= found.high else "구간 없음"),
            f"{found.wins} · {found.ties} · {found.losses}")


def _sheet(at: Shown, result: ScenarioResult, table: SliceTable, rows: list[SliceRow]) -> Sheet:
    return Sheet((table.title, "system", "평균", "구간 아래", "구간 위", "쿼리", "문항군", "n이 부족함"),
                 [(row.title, system, cell.value, cell.low, cell.high, row.queries, row.groups, row.few)
                  for row in rows for system, cell in zip(table.systems, row.cells, strict=True)],
                 provenance.of(at.evaluation, result.systems) | {"시나리오": result.scenario.key, "지표": table.measure})
