"""잰 것 모두: every measurement in a row, with what a reader must know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.bench import overview
from core.moments import moment
from core.store.measurements import Measurement
from pages.performing import data
from pages.widgets import plot, tables

_HEADERS = ("번호", "무엇", "시스템", "정밀도", "값", "장치", "잰 때", "알아 둘 것")
_ALL = ""


def draw(listed: Sequence[Measurement]) -> None:
    """Draw the table, narrowed down where somebody wants it, and its file."""
    left, right, _ = st.columns((1, 2, 2))
    kinds = list(dict.fromkeys(each.kind for each in listed))
    devices = list(dict.fromkeys(each.device for each in listed))
    kind = left.selectbox("무엇", [_ALL, *kinds], format_func=lambda each: overview.kind_title(each) if each else "모두",
                          key="performance.list.kind")
    device = right.selectbox("장치", [_ALL, *devices], format_func=lambda each: each or "모두", key="performance.list.device")
    shown = [each for each in listed if kind in (_ALL, each.kind) and device in (_ALL, each.device)]
    rows = [(each.id, overview.kind_title(each.kind), data.named(each.system), each.config.get("precision") or "–", overview.headline(each),
             each.device, moment(each.measured_at), overview.marks(each) or "–") for each in shown]
    plot.part("잰 것", sheet=plot.Sheet(_HEADERS, rows), name="measurements", remark="새것부터")
    linked = [(tables.Cell(str(number), link=data.link(number)), *rest) for number, *rest in rows]
    tables.draw(_HEADERS, linked, numbers=frozenset({"번호"}))
