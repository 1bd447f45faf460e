"""What one measurement says by size: by batch, by pixels, by callers, by candidates of an index."""

from __future__ import annotations

import streamlit as st

from core.bench import comparing, overview
from core.store.measurements import Measurement
from pages.performing import data, systems, together
from pages.widgets import plot, tables
from pages.widgets.plot import Sheet

_LOADED = ("모델", "초", "가중치 GB", "프로세스 GB", "RAM MB")


def draw(measurement: Measurement) -> None:
    """Draw the charts of its kind; those of single calls have none."""
    kind, name = measurement.kind, str(measurement.id)
    if kind == "index":
        systems.draw_index(measurement)
    if kind == "together":
        together.draw([measurement], name=name)
    if kind not in ("throughput", "vram", "stress"):
        return
    left, right = st.columns(2, gap="large")
    with left:
        if kind == "throughput":
            systems.draw_rates([measurement], name=f"throughput-{name}")
        elif kind == "vram":
            systems.draw_memory([measurement], by="batch", name=name)
        else:
            systems.draw_curves(comparing.callers([measurement], "p95", data.short), kind=kind, title="동시 요청 · P95",
                                x="함께 부르는 사람", y="P95 밀리초", name=f"stress-p95-{name}", limit="latency", doubling=True)
    with right:
        if kind == "throughput":
            systems.draw_memory([measurement], by="batch", name=name)
        elif kind == "vram":
            systems.draw_memory([measurement], by="pixels", name=name)
        else:
            systems.draw_curves(comparing.callers([measurement], "answers_per_s", data.short), kind=kind, title="동시 요청 · 처리량",
                                x="함께 부르는 사람", y="답/초", name=f"stress-rate-{name}", doubling=True)
    if loaded := measurement.result.get("after_load"):
        rows = [(each.get("model"), "✕ 올리지 못함" if each.get("failed") else overview.number(each.get("seconds"), "초"),
                 overview.number(each.get("weights"), "GB", 2), overview.number(each.get("process"), "GB", 2),
                 overview.number(each.get("rss_mb"), "MB", 0)) for each in loaded]
        plot.part("모델을 올린 뒤", sheet=Sheet(_LOADED, rows), name=f"after-load-{name}", remark="하나씩 이어서 올립니다")
        tables.draw(("모델", "걸린 시간", "가중치", "프로세스", "RAM"), rows, numbers=frozenset({"걸린 시간", "가중치", "프로세스", "RAM"}))
