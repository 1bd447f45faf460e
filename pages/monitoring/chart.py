"""The lines of the last minutes: ECharts, because it alone draws anew every second without taking its canvas away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.engine.messages import Event
from core.engine.sampler import Sample, View, card_of, thinned
from core.moments import KOREA
from pages.widgets.palette import INK, MUTED, RULE
from pages.widgets.plot import FAMILY, SMALL

GIB = 2**30
_AHEAD = KOREA.utcoffset(None).total_seconds()
SIGNS = {"loaded": "+", "evicted": "−", "oom": "!", "stepped": "↓", "restarted": "↻"}
_ALARMS = ("oom", "stepped", "restarted")
_DEVICE, _ENGINE, _ALARM = "#5d6675", "#3b53c8", "#a32a1c"
_MARKED = 24
"""Event marks in one chart; more would hide the lines."""
Read = Callable[[Sample], float | None]


def memory(view: View, *, seconds: float, card: str, on_card: bool, budget: int | None) -> None:
    """Draw the memory of the card (without one: the RAM), of the engine, the budget line and the events."""
    samples = thinned(view.samples, seconds=seconds)
    if on_card:
        lines = [
            _line("장치 전체 사용", samples, lambda each: _of(card_of(each, card), "used"), _DEVICE),
            _line("엔진 프로세스", samples, lambda each: each.engine_card, _ENGINE, area=True),
            _line("그중 할당", samples, lambda each: each.allocated, _ENGINE, dash="dotted"),
        ]
    else:
        lines = [
            _line("컴퓨터 전체 RAM 사용", samples, lambda each: each.ram.used, _DEVICE),
            _line("엔진 RAM (RSS)", samples, lambda each: each.engine_rss, _ENGINE, area=True),
        ]
    marks = _marks(view.events, samples, seconds)
    if budget is not None and on_card:
        marks.append({"yAxis": round(budget / GIB, 3), "lineStyle": {"color": _ALARM, "type": "dashed", "width": 2},
                      "label": {"formatter": f"예산 {budget / GIB:.1f} GiB", "position": "insideStartTop", "color": _ALARM}})
    if marks:
        lines[0]["markLine"] = {"silent": True, "symbol": "none", "animation": False, "data": marks, "label": {"fontSize": SMALL}}
    top = max([value for line in lines for _, value in line["data"] if value is not None] + [(budget or 0) / GIB if on_card else 0.0])
    spec = _spec(lines, samples, seconds, unit="GiB", top=_round(top))
    st.echarts_chart(spec, height=320, theme=None, key="vram.memory", alt="메모리 사용량의 시간에 따른 변화")


def work(view: View, *, seconds: float, card: str) -> None:
    """Draw how busy, warm and thirsty the card is; nothing where it tells none of it."""
    samples = thinned(view.samples, seconds=seconds)
    lines = [
        _line("이용률 %", samples, lambda each: _of(card_of(each, card), "utilisation"), _DEVICE, scale=1, area=True),
        _line("온도 °C", samples, lambda each: _of(card_of(each, card), "temperature"), _ALARM, scale=1),
        _line("전력 W", samples, lambda each: _of(card_of(each, card), "power"), _ENGINE, scale=1, dash="dashed"),
    ]
    lines = [line for line in lines if any(value is not None for _, value in line["data"])]
    if lines:
        st.echarts_chart(_spec(lines, samples, seconds, unit="", top=None), height=200, theme=None, key="vram.work",
                         alt="GPU의 이용률, 온도와 전력의 시간에 따른 변화")


def _line(name: str, samples: Sequence[Sample | None], read: Read, colour: str, *, scale: float = GIB, dash: str = "solid",
          area: bool = False) -> dict[str, Any]:
    data: list[list[float | None]] = []
    for each in samples:
        value = None if each is None else read(each)
        at = data[-1][0] if each is None and data else _by_clock(each.at) if each is not None else 0.0
        data.append([at, None if value is None else round(value / scale, 3)])
    return {"name": name, "type": "line", "data": data, "showSymbol": False, "connectNulls": False, "color": colour,
            "lineStyle": {"width": 2, "type": dash}, **({"areaStyle": {"opacity": 0.12}} if area else {})}


def _marks(events: Sequence[Event], samples: Sequence[Sample | None], seconds: float) -> list[dict[str, Any]]:
    if not samples or samples[-1] is None:
        return []
    since = samples[-1].at - seconds
    return [{"xAxis": _by_clock(event.at), "lineStyle": {"color": _ALARM if event.kind in _ALARMS else MUTED, "type": "dotted"},
             "label": {"formatter": SIGNS[event.kind], "color": _ALARM if event.kind in _ALARMS else INK, "fontWeight": 700}}
            for event in events if event.at >= since][-_MARKED:]


def _spec(lines: list[dict[str, Any]], samples: Sequence[Sample | None], seconds: float, *, unit: str, top: float | None) -> dict[str, Any]:
    last = samples[-1].at if samples and samples[-1] is not None else 0.0
    letters = {"fontFamily": FAMILY, "fontSize": SMALL, "color": MUTED}
    return {
        "animation": False,
        "useUTC": True,
        "textStyle": {"fontFamily": FAMILY},
        "grid": {"left": 72, "right": 24, "top": 48, "bottom": 28},
        "legend": {"left": 0, "top": 0, "textStyle": {**letters, "color": INK}, "itemWidth": 26, "selectedMode": False},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.2f"},
        "xAxis": {"type": "time", "min": _by_clock(last - seconds), "max": _by_clock(last), "axisLabel": {**letters, "hideOverlap": True},
                  "axisLine": {"lineStyle": {"color": RULE}}, "splitLine": {"show": False}},
        "yAxis": {"type": "value", "min": 0, **({"max": top} if top else {}), "splitLine": {"lineStyle": {"color": RULE}},
                  "axisLabel": {**letters, "formatter": f"{{value}} {unit}".strip()}},
        "series": lines,
    }


def _by_clock(at: float) -> float:
    """Return the milliseconds at which a chart that tells UTC shows the Korean time of day, as the list of events beside it does."""
    return 1000 * (at + _AHEAD)


def _round(top: float) -> float:
    """Return a calm end of the axis above ``top``: it must not move with every sample."""
    for step in (0.5, 1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 512):
        if top * 1.05 <= step:
            return step
    return top * 1.2


def _of(thing: Any, name: str) -> Any:
    return None if thing is None else getattr(thing, name)
