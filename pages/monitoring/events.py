"""What happened to the memory in the last hour, and what looking at it costs."""

from __future__ import annotations

from core.engine.sampler import View
from core.moments import clock
from pages.monitoring.chart import SIGNS
from pages.widgets import markup, tables
from pages.widgets.memory import EVENTS
from pages.widgets.text import attribute

_SHOWN = 12


def draw(view: View) -> None:
    """Draw the newest events first, with the signs that mark them in the chart."""
    legend = " · ".join(f"{sign} {EVENTS[kind]}" for kind, sign in SIGNS.items())
    cost = "재는 중" if view.cost is None else f"코어 하나의 {view.cost:.2%}"
    markup.draw(f'<div class="ib-chart-head"><h3>최근 한 시간의 일</h3><span class="ib-soft">{attribute(legend)}</span></div>')
    if view.events:
        tables.draw(("시각", "일", "모델", "정밀도", "설명"), [
            (clock(event.at), f"{SIGNS[event.kind]} {EVENTS[event.kind]}", event.key or "–",
             event.precision or "–", event.detail) for event in reversed(view.events[-_SHOWN:])])
    else:
        markup.draw('<div class="ib-soft">모델이 올라오거나 내려간 일이 없습니다.</div>')
    markup.draw(f'<div class="ib-stage-why">1초에 한 번 보며, 보는 창이 몇 개든 한 번만 잽니다. 재는 데 드는 힘: {attribute(cost)}. '
                "기록은 한 시간까지 남고, 대시보드를 다시 켜도 이어집니다.</div>")
