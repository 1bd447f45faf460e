"""Charts of single calls: how they are distributed, how they went in time, what memory did, two measurements over each other."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.bench import looking, overview, watching
from core.store.bench_samples import Sample
from core.store.measurements import Measurement
from pages.performing import curves, data
from pages.widgets import plot, results
from pages.widgets.palette import INK, colour


def histogram(measurement: Measurement, samples: list[Sample], name: str) -> None:
    """Draw how the answered calls of a series are distributed."""
    found = looking.histogram(samples, name)
    rows = [(low, high, count) for low, high, count in zip(found.edges, found.edges[1:], found.counts, strict=False)]
    plot.part("분포", sheet=plot.Sheet(("ms부터", "ms까지", "호출"), rows), name=f"histogram-{measurement.id}-{name}",
              remark=f"실패 {found.failures:,}번은 그림에 없습니다" if found.failures else "답한 호출의 밀리초")
    if not rows:
        results.notes(["답한 호출이 없습니다."])
        return
    figure = go.Figure(go.Bar(x=[low for low, _, _ in rows], y=[count for _, _, count in rows], width=[high - low for low, high, _ in rows],
                              offset=0, marker={"color": colour(measurement.system), "line": {"color": "#ffffff", "width": 1}}))
    plot.dress(figure, height=300)
    figure.update_xaxes(title="밀리초", rangemode="tozero")
    figure.update_yaxes(title="호출")
    plot.draw(figure, key=f"performance.histogram.{measurement.id}.{name}", alt="호출 시간의 분포")


def timeline(measurement: Measurement, samples: list[Sample], name: str) -> None:
    """Draw a series' calls as they came, warm-ups and failures among them."""
    found = looking.timeline(samples, name)
    rows = [(each.place, each.at_s, each.total_ms, each.outcome, "예" if each.counted else "준비") for each in found]
    plot.part("시간에 따라", sheet=plot.Sheet(("번호", "초", "ms", "결과", "셈"), rows), name=f"timeline-{measurement.id}-{name}",
              remark="흐린 점은 준비 호출, 빨간 ×는 실패")
    figure = go.Figure()
    kinds = (("센 호출", colour(measurement.system), "circle", lambda each: each.counted and each.outcome == "ok"),
             ("준비", "#c3cad5", "circle", lambda each: not each.counted and each.outcome == "ok"),
             ("실패", curves.LIMIT, "x", lambda each: each.outcome != "ok"))
    for title, ink, sign, belongs in kinds:
        own = [each for each in found if belongs(each)]
        figure.add_scatter(x=[each.at_s for each in own], y=[each.total_ms for each in own], mode="markers", name=title,
                           marker={"color": ink, "symbol": sign, "size": 6})
    plot.dress(figure, height=300)
    figure.update_xaxes(title="시작한 뒤 초")
    figure.update_yaxes(title="밀리초", rangemode="tozero")
    plot.draw(figure, key=f"performance.timeline.{measurement.id}.{name}", alt="호출 시간의 시간에 따른 변화")


def memory(measurement: Measurement, samples: list[Sample]) -> None:
    """Draw the memory of the engine's process after every call; nothing where it was not read."""
    points, on_card = looking.memory(samples)
    if not points:
        return
    words = "VRAM" if on_card else "RAM"
    plot.part(f"호출마다 {words}", sheet=plot.Sheet(("번호", "GB"), points), name=f"memory-calls-{measurement.id}",
              remark="엔진 프로세스. 계속 오르면 누수이고, 처음에 오르고 멈추면 아닙니다")
    shown = watching.thinned([(float(place), value) for place, value in points])
    figure = go.Figure(go.Scatter(x=[place for place, _ in shown], y=[value for _, value in shown], mode="lines",
                                  line={"color": colour(measurement.system), "width": 2.5}))
    plot.dress(figure, height=260)
    figure.update_xaxes(title="호출 번호")
    figure.update_yaxes(title=f"{words} GB", range=[0, 1.15 * max(value for _, value in points)])
    plot.draw(figure, key=f"performance.memory.calls.{measurement.id}", alt=f"호출마다 {words}")


def cumulative(first: Measurement, second: Measurement) -> None:
    """Draw the share of calls answered within a time, of two measurements over each other; nothing where one has no calls."""
    left, right = data.samples(first.id), data.samples(second.id)
    names = [name for name in looking.series(left) if name in looking.series(right)]
    if not names:
        return
    name = st.segmented_control("견줄 호출", names, default=names[0], format_func=overview.series_title,
                                key=f"performance.pair.{first.id}.{second.id}", label_visibility="collapsed") or names[0]
    told = [(each, looking.cumulative(samples, name)) for each, samples in ((first, left), (second, right))]
    plot.part("몇 밀리초 안에 답했나", name=f"cumulative-{first.id}-{second.id}-{name}",
              remark="왼쪽 위일수록 빠릅니다. 실패한 호출은 끝내 답하지 않은 것입니다",
              sheet=plot.Sheet(("측정", "ms", "답한 비율"), [(each.id, *point) for each, points in told for point in points]))
    figure = go.Figure()
    for (each, points), ink, dash in zip(told, (INK, colour(second.system)), ("solid", "dash"), strict=True):
        figure.add_scatter(x=[at for at, _ in points], y=[share for _, share in points], mode="lines", name=plot.plain(data.title(each)),
                           line={"color": ink, "width": 3, "dash": dash, "shape": "hv"})
    plot.dress(figure, height=320, legend=True, top=46)
    figure.update_xaxes(title="밀리초", rangemode="tozero")
    figure.update_yaxes(title="답한 비율", range=[0, 1.03], tickformat=".0%")
    plot.draw(figure, key=f"performance.cumulative.{first.id}.{second.id}", alt="두 측정에서 몇 밀리초 안에 답했나")
