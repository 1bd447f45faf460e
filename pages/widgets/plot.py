"""Charts for a meeting: one look, letters that a projector carries, each with its numbers as a file.

A system has its colour everywhere (``palette``); its variants share it and differ in sign and dash, so that nothing rests
on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from core.report import tables
from pages.widgets import markup
from pages.widgets.palette import INK, MUTED, RULE
from pages.widgets.text import attribute

LETTERS = 15
"""Pixels; nothing in a chart is smaller than ``SMALL``."""
SMALL = 14
FAMILY = "Pretendard, sans-serif"
SHADES = ((0.0, "#f4f6fa"), (0.5, "#93a5c8"), (1.0, "#22365f"))
"""Little to much, in one hue: told apart by lightness alone, so by every kind of sight."""
SIGNS = ("circle", "diamond-open", "square-open", "triangle-up-open", "cross-open", "star-open", "hexagon-open", "x-open")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showAxisDragHandles": False, "responsive": True}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a chart shows, as a table; ``about`` are columns that are the same in every row."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    about: Mapping[str, object] = field(default_factory=dict)


def part(words: str, *, sheet: Sheet | None = None, name: str = "", remark: str = "") -> None:
    """Draw a part's heading, what one should know to read it, and at its end the numbers as a file.

    Args:
        name: of the file, without its ending; unique on the page.
    """
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", key=f"part.{name or words}"):
        said = f'<span class="ib-soft">{attribute(remark)}</span>' if remark else ""
        markup.draw(f'<div class="ib-chart-head"><h3>{attribute(words)}</h3>{said}</div>')
        if sheet is not None and sheet.rows:
            st.download_button("CSV", tables.as_csv(sheet.headers, sheet.rows, about=sheet.about), f"{name}.csv", "text/csv",
                               on_click="ignore", key=f"csv.{name}", type="tertiary", icon=":material/download:",
                               help="이 그림의 숫자를 표로 내려받습니다.")


def draw(figure: go.Figure, *, key: str, alt: str, pick: bool = False) -> list[Mapping[str, Any]]:
    """Draw a chart and return the points that were clicked, where ``pick`` lets somebody click.

    Args:
        alt: what the chart says, for those who do not see it.
    """
    how: Literal["rerun", "ignore"] = "rerun" if pick else "ignore"
    found = st.plotly_chart(figure, key=key, theme=None, config=_CONFIG, alt=alt, on_select=how, selection_mode="points")
    return list(found["selection"]["points"]) if pick else []


def dress(figure: go.Figure, *, height: int, legend: bool = False, right: int = 16, top: int = 10) -> go.Figure:
    """Give a chart the common look and return it. ``height`` and margins in pixels."""
    figure.update_layout(
        height=height, margin={"l": 10, "r": right, "t": top, "b": 10}, plot_bgcolor="#ffffff", paper_bgcolor="#ffffff",
        font={"family": FAMILY, "size": LETTERS, "color": INK}, showlegend=legend, dragmode=False, hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": LETTERS}, "itemclick": False,
                "itemdoubleclick": False},
        hoverlabel={"bgcolor": "#ffffff", "bordercolor": MUTED, "align": "left",
                    "font": {"family": FAMILY, "size": SMALL, "color": INK}},
        uniformtext={"minsize": SMALL, "mode": False},
    )
    axes = {"showgrid": True, "gridcolor": RULE, "zeroline": False, "linecolor": RULE, "automargin": True, "fixedrange": True,
            "tickfont": {"size": SMALL, "color": INK}, "title_font": {"size": SMALL, "color": MUTED}, "title_standoff": 12}
    figure.update_xaxes(**axes)
    figure.update_yaxes(**axes)
    return figure


def plain(words: str) -> str:
    """Return words as a chart shows them letter for letter: plotly reads a few tags and references."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def signs(names: Sequence[str]) -> dict[str, str]:
    """Return a sign by system: the plain system is a full dot, its variants each another open one."""
    return _by_turn(names, SIGNS)


def dashes(names: Sequence[str]) -> dict[str, str]:
    """Return a dash by system: the plain system's line is whole, its variants' are broken."""
    return _by_turn(names, DASHES)


def _by_turn(names: Sequence[str], kinds: Sequence[str]) -> dict[str, str]:
    seen: dict[str, int] = {}
    found = {}
    for name in names:
        base, at, _ = name.partition("@")
        if at:
            seen[base] = seen.get(base, 0) + 1
        found[name] = kinds[min(seen.get(base, 0) if at else 0, len(kinds) - 1)]
    return found
