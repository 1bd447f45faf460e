"""지금 재는 것: samples as they come, drawn anew every second without the chart being taken away."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from core.bench import overview
from core.bench.watching import Series, Sight, Watch
from core.jobs import pace
from core.store import bench_samples
from core.store.bench_samples import BenchRun
from pages.performing import data
from pages.performing.curves import LIMIT
from pages.widgets import doors, markup, plot, trouble
from pages.widgets.palette import INK, MUTED, RULE, colour
from pages.widgets.text import attribute

SEEN = "performance.seen"
"""Whether somebody looks on at a bench: its measurement opens when it ends."""
_TICK = 1.0
_IDLE = 5.0
"""Seconds until a bench that somebody started elsewhere is seen."""
_FRESH = 0.8
_TABLED = 8
_CROSS = "path://M0,0L10,10M10,0L0,10"
_COLOURS = ("#3b53c8", "#128d77", "#943300", "#917502", "#5e2271", "#53565c")
_ENDS = (1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 14400)


def draw() -> None:
    """Draw the benches under way; nothing where there is none. A bench's beginning and end draw the page."""
    numbers = tuple(run.id for run in under_way())
    st.fragment(_draw, run_every=_TICK if numbers else _IDLE)(numbers)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def under_way() -> list[BenchRun]:
    """Return the benches under way whose process lives, the newest first."""
    with doors.database().connection() as conn:
        gone = {each.id for each in bench_samples.abandoned(conn)}
        return [each for each in bench_samples.under_way(conn) if each.id not in gone]


@st.cache_resource(max_entries=8, show_spinner=False)
def _watch(run_id: int, _run: BenchRun) -> Watch:
    return Watch(_run)


def _draw(drawn: tuple[int, ...]) -> None:
    with trouble.boundary():
        runs = under_way()
        if tuple(run.id for run in runs) != drawn:
            st.rerun()
        if runs:
            st.session_state[SEEN] = True
        for run in runs:
            with doors.database().connection() as conn:
                found = _watch(run.id, run).look(conn)
            with st.container(key=f"performance-live-{run.id}"):
                _one(found)


def _one(found: Sight) -> None:
    run = found.run
    marks = data.badges(" · ".join(_marks(run)))
    taken = pace.lasting(max(0.0, time.time() - run.started_at.timestamp()))
    what = " · ".join([overview.kind_title(run.kind), data.short(run.system), run.device])
    markup.draw(f'<div class="ib-live-head"><b>재는 중</b> {attribute(what)} {marks}<span>{attribute(taken)}째</span></div>')
    first = next((each for each in found.series if each.p50 is not None), None)
    tiles = [("답한 호출", f"{found.calls - found.failures:,}", f"준비 {found.uncounted:,}번은 빼고"),
             ("실패", f"{found.failures:,}", found.last_error[:60] or "없음")]
    if run.kind == "latency":
        tiles.append(("첫 호출", _ms(found.cold_ms), "모델을 올리는 시간까지"))
    if first is not None and len(found.series) == 1:
        tiles += [("지금까지 P50", _ms(first.p50), "가운데 호출"), ("지금까지 P95", _ms(first.p95), "끝나면 구간과 함께")]
    if found.memory:
        tiles.append(("VRAM" if found.on_card else "RAM", f"{found.memory[-1][1]:,.2f} GB", "엔진 프로세스"))
    cells = "".join(f"<div><span>{attribute(name)}</span><b>{attribute(value)}</b><small>{attribute(under)}</small></div>"
                    for name, value, under in tiles)
    markup.draw(f'<div class="ib-vram-tiles">{cells}</div>')
    # Always there, empty or not: the chart behind it would be made anew where it took another place.
    markup.draw(_table(found) if len(found.series) > 1 else "<div></div>")
    st.echarts_chart(_spec(found), height=300, theme=None, key=f"performance.samples.{run.id}", alt="지금까지 잰 호출의 시간")


def _marks(run: BenchRun) -> list[str]:
    return [mark for mark, said in (("축소 모델", run.miniature), ("대상 카드가 아님", run.kind != "index" and
                                                             not overview.counts_there(run.device)),
                                    ("합성 벡터", run.kind == "index")) if said]


def _table(found: Sight) -> str:
    rows = "".join(f"<tr><td>{attribute(overview.series_title(each.name))}</td>"
                   + "".join(f'<td class="ib-number">{attribute(cell)}</td>' for cell in
                             (f"{each.calls:,}", f"{each.failures:,}", _ms(each.p50), _ms(each.p95))) + "</tr>"
                   for each in found.series[-_TABLED:])
    head = "".join(f'<th class="{"ib-number" if place else ""}">{name}</th>'
                   for place, name in enumerate(("무엇", "호출", "실패", "지금까지 P50", "지금까지 P95")))
    return f'<div class="ib-scroll"><table class="ib-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _spec(found: Sight) -> dict[str, Any]:
    letters = {"fontFamily": plot.FAMILY, "fontSize": plot.SMALL, "color": MUTED}
    alone = len(found.series) == 1
    # A series keeps its colour while others begin behind it.
    lines = [_points(each, colour(found.run.system) if alone else _COLOURS[place % len(_COLOURS)])
             for place, each in enumerate(found.series)][-len(_COLOURS):]
    shown = found.series[-len(_COLOURS):]
    if found.failed:
        lines.append({"name": "실패", "type": "scatter", "symbol": _CROSS, "symbolSize": 10,
                      "itemStyle": {"color": LIMIT, "borderColor": LIMIT, "borderWidth": 2},
                      "data": [list(point) for point in found.failed]})
    heights = [point[1] for each in shown for point in each.points] + [point[1] for point in found.failed]
    return {
        "animation": False,
        "textStyle": {"fontFamily": plot.FAMILY},
        "grid": {"left": 70, "right": 30, "top": 44, "bottom": 46},
        "legend": {"left": 0, "top": 0, "textStyle": {**letters, "color": INK}, "selectedMode": False},
        "tooltip": {"trigger": "item", "valueFormatter": "%.1f"},
        "xAxis": {"type": "value", "min": 0, "max": _end(found.seconds), "axisLabel": letters, "name": "시작한 뒤 초",
                  "nameLocation": "middle", "nameGap": 28, "nameTextStyle": letters, "axisLine": {"lineStyle": {"color": RULE}},
                  "splitLine": {"show": False}},
        "yAxis": {"type": "value", "min": 0, "max": _height(max(heights, default=1.0)), "axisLabel": letters, "name": "밀리초",
                  "nameLocation": "middle", "nameGap": 52, "nameTextStyle": letters, "splitLine": {"lineStyle": {"color": RULE}}},
        "series": lines,
    }


def _points(each: Series, ink: str) -> dict[str, Any]:
    return {"name": overview.series_title(each.name), "type": "scatter", "symbolSize": 7, "color": ink,
            "data": [list(point) for point in each.points]}


def _end(seconds: float) -> float:
    """Return a calm end of the axis: it must not move with every sample."""
    return next((float(end) for end in _ENDS if seconds <= end), seconds * 1.2)


def _height(most: float) -> float:
    step = 1.0
    while step * 10 < most:
        step *= 10
    return next(step * each for each in (1, 2, 5, 10) if most * 1.02 <= step * each or each == 10)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} ms"
