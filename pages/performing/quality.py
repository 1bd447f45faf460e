"""품질·속도·메모리: what the systems find against how fast they answer and how much memory they take."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.bench import comparing
from core.evaluation.analysis.variants import QUALITY
from core.evaluation.measures import CATALOGUE
from core.evaluation.scenarios import GATE
from core.report import provenance
from core.store.measurements import Measurement
from pages.measuring import costs, gaps, ground, tradeoff
from pages.measuring import data as measured_data
from pages.measuring.address import Asked
from pages.widgets import markup, person, results
from pages.widgets.text import attribute

_SPEED = "speed"


def draw(listed: Sequence[Measurement]) -> None:
    """Draw the chart under the newest ground truth, or say what it lacks."""
    who = person.current()
    found = ground.seen_by(who)
    if found is None:
        return
    at = measured_data.shown(found, Asked(), who)
    if why := gaps.of_evaluation(at.evaluation) or gaps.of_scenario(at.result(GATE)):
        results.calm(f"품질은 정답이 있어야 그릴 수 있습니다. {why}")
        return
    markup.draw(f'<p class="ib-read">{attribute(provenance.line(at.evaluation))}</p>')
    results.notes(list(provenance.warnings(at.evaluation)))
    points = costs.points(at, GATE)
    if not points:
        results.calm(costs.NONE)
        return
    runs = {point.miniature for point in points}
    there = [each for each in comparing.conditions(listed) if each.miniature in runs and not each.random_weights]
    device = there[0] if there else None
    axes = {_SPEED: tradeoff.speed(comparing.newest(listed, "latency", device) if device else []), **tradeoff.AXES}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = st.selectbox("가로축", list(axes), format_func=lambda name: axes[name].title, key="performance.axis", width=420)
        measure = st.selectbox("지표", list(QUALITY), format_func=lambda name: CATALOGUE[name].title, key="performance.measure", width=240)
    tradeoff.draw(points, axes[axis], measure, sheet=costs.sheet(at, points), name=f"품질과 속도 {measure}", key="performance.tradeoff")
    if axis == _SPEED and device:
        results.notes([f"응답 시간은 {device.device}에서 잰 것입니다. 대상 카드의 값이 아니면 판정에 쓰이지 않습니다."])
