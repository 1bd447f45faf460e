"""응답 시간 of the systems side by side: percentiles with their intervals, where the time goes, the cold first call."""

from __future__ import annotations

from math import log10
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.bench import comparing, overview
from core.moments import brief
from core.store.measurements import Measurement
from pages.performing import curves, data
from pages.widgets import plot, results, tables
from pages.widgets.palette import MUTED, colour
from pages.widgets.plot import Sheet

WORST = "worst"
_PHASES = {"encode": ("인코딩", "#22365f"), "search": ("검색", "#7d93bd"), "rerank": ("재순위", "#917502"), "rest": ("그 밖", "#c3cad5")}
_ROW = 52
_WIDE = 20
"""Where the slowest is so many times slower than the fastest, a plain scale would press the fast ones into one place."""
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_KEYS = ("p50", "p50_low", "p50_high", "p95", "p95_low", "p95_high", "p99", "n", "failures")
_HEADS = ("이름", "쿼리", "P50", "P50 아래", "P50 위", "P95", "P95 아래", "P95 위", "P99", "호출", "실패", "첫 호출",
          *(words for words, _ in _PHASES.values()), *curves.ABOUT)
Told = tuple[Measurement, str, dict[str, Any]]
"""A measurement, the part of its queries that is shown, and that part's figures."""


def draw(measured: list[Measurement]) -> None:
    """Draw the systems' response times: percentiles, phases, and the table with the cold first call."""
    if not measured:
        plot.part("응답 시간")
        results.notes(["측정 안 됨: 응답 시간. '재기'에서 '응답 시간'을 골라 재 주세요."])
        return
    parts = [WORST, *overview.PARTS]
    part = st.segmented_control("쿼리", parts, default=WORST, key="performance.part", label_visibility="collapsed",
                                format_func=lambda each: "가장 느린 것" if each == WORST else overview.PARTS[each]) or WORST
    found = [(each, *told) for each in measured if (told := _of_part(each, part))]
    names = comparing.names([each for each, _, _ in found], data.short)
    rows = [(names[each.id], overview.PARTS[name], *(told.get(key) for key in _KEYS), each.result.get("cold_ms"),
             *(comparing.phases(each, name).get(phase) for phase in _PHASES), each.id, each.system, each.device, overview.marks(each))
            for each, name, told in found]
    plot.part("응답 시간", sheet=Sheet(_HEADS, rows), name=f"latency-systems-{part}",
              remark="● P50, ◆ P95와 95 % 구간, ○ P99. 실패한 호출은 가장 느린 것으로 셉니다")
    if found:
        left, right = st.columns((3, 2), gap="large")
        with left:
            remark = _dots(found, names)
        with right:
            _stack(found, names)
        results.notes([remark] if remark else [])
        _table(found, names)
    depths = sorted({each.config["rerank_depth"] or 0 for each, _, _ in found if each.config.get("reranking_only")})
    results.notes([f"'리랭커만'은 문항 {depth}개를 다시 읽는 시간만이며, 검색은 들어 있지 않습니다." for depth in depths])
    absent = [data.short(each.system) for each in measured if each.id not in names]
    results.notes([f"{', '.join(absent)}에는 이 쿼리를 잰 것이 없습니다."] if absent else [])


def _of_part(measurement: Measurement, part: str) -> tuple[str, dict[str, Any]] | None:
    if part == WORST:
        return overview.worst(measurement.result)
    told = dict(overview.parts(measurement.result)).get(part)
    return (part, told) if told else None


def _dots(found: list[Told], names: dict[int, str]) -> str:
    """Draw P50, P95 and P99 in a row a system; return a remark where the gate's line lies far outside."""
    threshold, words = curves.threshold("latency")
    figure = go.Figure()
    highest, lowest = 0.0, float("inf")
    for place, (each, part, told) in enumerate(found):
        ink = colour(each.system)
        ends = [value for value in (told.get("p50"), told.get("p99") or told.get("p95")) if value is not None]
        figure.add_scatter(x=ends, y=[place] * len(ends), mode="lines", line={"color": ink, "width": 2}, opacity=0.35, hoverinfo="skip")
        for name, sign in (("p50", "circle"), ("p95", "diamond"), ("p99", "circle-open")):
            if (value := told.get(name)) is None:
                continue
            low, high = told.get(f"{name}_low"), told.get(f"{name}_high")
            whole = name == "p95" and low is not None and high is not None
            highest = max(highest, value, high if whole else 0.0)
            lowest = min(lowest, value)
            figure.add_scatter(
                x=[value], y=[place], mode="markers+text", text=[f"{value:,.0f} ms" if name == "p95" else ""], cliponaxis=False,
                textposition="top center", textfont={"size": plot.SMALL, "color": ink},
                marker={"size": 14 if name == "p95" else 11, "color": ink, "symbol": sign, "line": {"width": 2, "color": ink}},
                error_x={"type": "data", "symmetric": False, "visible": whole, "array": [high - value if whole else 0.0],
                         "arrayminus": [value - low if whole else 0.0], "color": ink, "thickness": 2},
                hovertemplate=f"<b>{plot.plain(names[each.id])}</b> · {overview.PARTS[part]}<br>{name.upper()} %{{x:,.1f}} ms"
                              "<extra></extra>")
    if not highest:
        return "답한 호출이 없어 그릴 것이 없습니다."
    logarithmic = highest > _WIDE * lowest
    shown = threshold <= curves.REACH * highest
    if shown:
        figure.add_vline(x=threshold, line={"color": curves.LIMIT, "width": 2, "dash": "dash"})
        # On a logarithmic axis an annotation, unlike a line, stands at the exponent.
        figure.add_annotation(x=log10(threshold) if logarithmic else threshold, y=1, yref="paper", xanchor="left", yanchor="bottom",
                              text=plot.plain(words), showarrow=False, font={"size": plot.SMALL, "color": curves.LIMIT})
    plot.dress(figure, height=_ROW * len(found) + 100, top=30)
    end = 1.08 * max(highest, threshold if shown else 0.0) or 1.0
    if logarithmic:
        figure.update_xaxes(title="밀리초 (로그 눈금: 칸마다 몇 배)", type="log", range=[log10(lowest * 0.7), log10(end * 1.3)],
                            tickvals=_TICKS, ticktext=[f"{tick:,}" for tick in _TICKS])
    else:
        figure.update_xaxes(title="밀리초", range=[0, end])
    figure.update_yaxes(tickvals=list(range(len(found))), range=[len(found) - 0.5, -0.5], tickfont_size=plot.LETTERS,
                        ticktext=[f"{plot.plain(names[each.id])} <span style='color:{MUTED}'>{overview.PARTS[part]}</span>"
                                  for each, part, _ in found])
    plot.draw(figure, key="performance.latency.systems", alt="; ".join(
        f"{names[each.id]} {overview.PARTS[part]} P50 {overview.number(told.get('p50'), 'ms')}, "
        f"P95 {overview.number(told.get('p95'), 'ms')}" for each, part, told in found))
    return "" if shown else f"{words}: 그림의 눈금보다 오른쪽에 있습니다."


def _stack(found: list[Told], names: dict[int, str]) -> None:
    told = {each.id: comparing.phases(each, part) for each, part, _ in found}
    if not any(told.values()):
        results.notes(["단계마다의 시간은 측정 안 됨: 인코딩만 잰 것이거나 요약만 가져온 것입니다."])
        return
    figure = go.Figure()
    for phase, (words, ink) in _PHASES.items():
        values = [told[each.id].get(phase) for each, _, _ in found]
        if any(values):
            figure.add_bar(x=values, y=list(range(len(found))), orientation="h", name=words, marker={"color": ink},
                           customdata=values, hovertemplate=f"{words} %{{customdata:,.1f}} ms<extra></extra>")
    plot.dress(figure, height=_ROW * len(found) + 100, top=30, legend=True)
    figure.update_layout(barmode="stack", barnorm="percent", bargap=0.45, legend_traceorder="normal")
    figure.update_xaxes(title="어디에 시간을 쓰나 (단계마다의 중앙값, %)", range=[0, 100])
    figure.update_yaxes(tickvals=list(range(len(found))), range=[len(found) - 0.5, -0.5], tickfont_size=plot.LETTERS,
                        ticktext=[plot.plain(names[each.id]) for each, _, _ in found])
    plot.draw(figure, key="performance.phases.systems", alt="단계마다의 시간")


def _table(found: list[Told], names: dict[int, str]) -> None:
    headers = ("시스템", "쿼리", "P50 ms", "P95 ms", "첫 호출 ms", "호출", "실패", "측정")
    rows = []
    for each, part, told in found:
        low, high = told.get("p95_low"), told.get("p95_high")
        ends = "" if low is None else f"{low:,.1f} 이상" if high is None else f"{low:,.1f} – {high:,.1f}"
        rows.append((tables.Cell(names[each.id], overview.marks(each)), overview.PARTS[part], _ms(told.get("p50")),
                     tables.Cell(_ms(told.get("p95")), ends), _ms(each.result.get("cold_ms")), f"{told.get('n') or 0:,}",
                     f"{told.get('failures') or 0:,}",
                     tables.Cell(str(each.id), f"{brief(each.measured_at)}", link=data.link(each.id))))
    tables.draw(headers, rows, numbers=frozenset(headers[2:]))
    results.notes(["첫 호출은 모델을 내렸다가 다시 올리는 시간까지이며, P50과 P95에는 들어가지 않습니다."])


def _ms(value: float | None) -> str:
    return "측정 안 됨" if value is None else f"{value:,.1f}"
