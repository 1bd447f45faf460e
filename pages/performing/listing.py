"""잰 것: every measurement in a row, with what a reader must know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence

from core.bench import overview
from core.store.measurements import Measurement
from pages.widgets import plot, tables

_HEADERS = ("번호", "무엇", "시스템", "정밀도", "값", "장치", "잰 때", "알아 둘 것")


def draw(listed: Sequence[Measurement]) -> None:
    """Draw the table and its file."""
    rows = [(each.id, overview.kind_title(each.kind), each.system, each.config.get("precision") or "–", overview.headline(each),
             each.device, f"{each.measured_at.astimezone():%Y-%m-%d %H:%M}", overview.marks(each) or "–") for each in listed]
    plot.part("잰 것", sheet=plot.Sheet(_HEADERS, rows), name="measurements", remark="새것부터")
    tables.draw(_HEADERS, rows, numbers=frozenset({"번호"}))
