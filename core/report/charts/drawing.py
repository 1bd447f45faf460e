"""Charts for paper: drawn by matplotlib as SVG, letters as outlines, the same bytes for the same numbers."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.report.palette import INK, MUTED, RULE
from core.settings import PROJECT_DIR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FONT = PROJECT_DIR / "data" / "fonts" / "Pretendard-Regular.ttf"
_WIDTH = 6.8
"""Inches: a report's page without its margins, so that letters keep their size."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its interval."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    colour: str
    text: str = ""
    """Beside the bar, instead of the value."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A line that values are held against."""

    value: float
    label: str


def forest(rows: Sequence[Bar], *, axis: str, limits: Sequence[Limit] = (), low: float | None = 0.0, high: float | None = 1.0) -> bytes:
    """Return values as dots with their intervals, one row each, the first on top; a row without a value says 측정 안 됨."""
    figure, axes = _figure(0.6 + 0.2 * max(1, len(rows)))
    for place, row in enumerate(rows):
        y = len(rows) - 1 - place
        if row.value is None or not math.isfinite(row.value):
            axes.annotate("측정 안 됨", (0.01, y), xycoords=("axes fraction", "data"), fontsize=6.5, color=MUTED, va="center")
            continue
        if row.low is not None and row.high is not None and math.isfinite(row.low) and math.isfinite(row.high):
            axes.plot([row.low, row.high], [y, y], color=row.colour, linewidth=2.2, alpha=0.45, solid_capstyle="round")
        axes.plot([row.value], [y], "o", color=row.colour, markersize=4.5)
        axes.annotate(row.text or f"{row.value:.3f}".replace("-", "−"), (1.01, y), xycoords=("axes fraction", "data"), fontsize=6.5,
                      color=INK, va="center")
    axes.set_yticks(range(len(rows)), [row.label for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    if low is not None or high is not None:
        axes.set_xlim(low, high)
    _limits(axes, limits)
    axes.set_xlabel(axis)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    return _svg(figure)


def columns(rows: Sequence[Bar], *, axis: str, limits: Sequence[Limit] = ()) -> bytes:
    """Return values as horizontal bars from zero."""
    figure, axes = _figure(0.6 + 0.24 * max(1, len(rows)))
    top = max([row.value or 0 for row in rows] + [row.high or 0 for row in rows] + [limit.value for limit in limits] + [1e-9])
    for place, row in enumerate(rows):
        y = len(rows) - 1 - place
        if row.value is not None and math.isfinite(row.value):
            axes.barh([y], [row.value], height=0.55, color=row.colour)
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [y, y], color=INK, linewidth=0.9)
        axes.annotate(row.text, (1.01, y), xycoords=("axes fraction", "data"), fontsize=6.5, color=INK, va="center")
    axes.set_yticks(range(len(rows)), [row.label for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, top * 1.06)
    _limits(axes, limits)
    axes.set_xlabel(axis)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    return _svg(figure)


def _limits(axes: Any, limits: Sequence[Limit]) -> None:
    """Draw the lines; the words of several stand away from each other, however near the lines are."""
    ordered = sorted(limits, key=lambda limit: limit.value)
    for place, limit in enumerate(ordered):
        axes.axvline(limit.value, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        side = "center" if len(ordered) == 1 else "right" if place < len(ordered) / 2 else "left"
        axes.annotate(limit.label, (limit.value, 1.01), xycoords=("data", "axes fraction"), fontsize=6, color=INK, ha=side)


def _figure(height: float) -> tuple[Figure, Any]:
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    font_manager.fontManager.addfont(str(_FONT))
    # A figure of its own, without pyplot: reports may be made in several threads.
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes((0.26, 0.38 / height, 0.56, 1 - 0.56 / height))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(length=0, labelsize=7, labelcolor=INK)
    axes.xaxis.label.set_size(7)
    axes.xaxis.label.set_color(MUTED)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: Figure) -> bytes:
    import matplotlib

    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "report", "svg.fonttype": "path", "font.family": "Pretendard",
                                "axes.unicode_minus": False}):
        for text in figure.findobj(lambda artist: hasattr(artist, "set_fontfamily")):
            text.set_fontfamily("Pretendard")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return out.getvalue()
