"""Charts of values with their intervals: dots with whiskers, differences around zero, quality against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log10

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pages.measuring import named
from pages.widgets import plot
from pages.widgets.palette import INK, MUTED, RULE

_ROW = 44
"""Pixels of a row of dots."""
_NEAR = 0.06
"""Costs this close, as a share of the largest, would write their names over each other."""
_WIDE = 20
"""So many times as dear as the cheapest: then the axis is logarithmic."""
_LARGE = 15
"""Dots above this diameter would hide what is behind them."""
_SIDES = ("middle right", "middle left", "top right", "bottom right", "top left", "bottom left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value with its 95 % interval in a row of its own; ``note`` is what hovering adds, ``mark`` stands over the dot.

    Ends that are not a number are not drawn: too few families to give an interval.
    """

    row: str
    value: float
    low: float
    high: float
    colour: str
    sign: str = "circle"
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Dots of one measure. ``chance`` and ``ceiling`` are drawn as lines where they are known."""

    title: str
    dots: Sequence[Dot]
    chance: float | None = None
    ceiling: float | None = None


def dots(panels: Sequence[Panel], *, rows: Mapping[str, str]) -> go.Figure:
    """Return panels side by side over the same rows, from 0 to 1, the first row on top.

    Args:
        rows: what stands under the name of a row, by that name; empty where nothing does.
    """
    places = {row: place for place, row in enumerate(rows)}
    figure = make_subplots(rows=1, cols=len(panels), shared_yaxes=True, horizontal_spacing=0.022,
                           subplot_titles=[f"<b>{plot.plain(panel.title)}</b>" for panel in panels])
    for column, panel in enumerate(panels, start=1):
        for dot in panel.dots:
            figure.add_trace(_dot(dot, places[dot.row], f"{plot.plain(panel.title)} <b>{dot.value:.3f}</b>"), row=1, col=column)
        # After the dots: plotly leaves a line out of a panel that is still empty.
        for value, words, dash in ((panel.chance, "무작위", "dot"), (panel.ceiling, "천장", "dash")):
            if value is not None and value < 1:
                figure.add_vline(x=value, line={"color": MUTED, "width": 1.5, "dash": dash}, row=1, col=column, annotation_text=words,
                                 annotation_position="bottom right" if value < 0.5 else "bottom left",
                                 annotation_font={"size": plot.SMALL, "color": MUTED})
    figure.update_xaxes(range=[-0.03, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", ".25", ".5", ".75", "1"])
    figure.update_annotations(font_size=plot.LETTERS)
    plot.dress(figure, height=_ROW * len(rows) + 90, top=36)
    return _rows(figure, rows)


def differences(found: Sequence[Dot], *, unit: str) -> go.Figure:
    """Return differences with their intervals around a line at zero, the first row on top."""
    figure = go.Figure([_dot(dot, place, f"차이 <b>{dot.value:+.3f}</b>") for place, dot in enumerate(found)])
    reach = max([0.05, *(abs(end) for dot in found for end in (dot.value, dot.low, dot.high) if isfinite(end))]) * 1.12
    figure.add_vline(x=0, line={"color": INK, "width": 1.5})
    figure.update_xaxes(range=[-reach, reach], title_text=plot.plain(unit), tickformat="+.2f", nticks=7)
    return _rows(plot.dress(figure, height=_ROW * len(found) + 80), {dot.row: "" for dot in found})


def _rows(figure: go.Figure, rows: Mapping[str, str]) -> go.Figure:
    names = [plot.plain(row) + (f"<br><span style='font-size:{plot.SMALL}px;color:{MUTED}'>{plot.plain(remark)}</span>" if remark else "")
             for row, remark in rows.items()]
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, range=[len(rows) - 0.4, -0.75], tickfont_size=plot.LETTERS)
    return figure


def _dot(dot: Dot, place: int, words: str) -> go.Scatter:
    return go.Scatter(
        x=[dot.value], y=[place], mode="markers+text", text=[plot.plain(dot.mark)], textposition="top center",
        textfont={"size": plot.SMALL, "color": dot.colour}, cliponaxis=False,
        marker={"size": 13, "color": dot.colour, "symbol": dot.sign, "line": {"width": 2.5, "color": dot.colour}},
        error_x=_whiskers(dot.value, dot.low, dot.high, dot.colour),
        hovertemplate=f"<b>{plot.plain(dot.row)}</b><br>{words}<br>{named.ends(dot.low, dot.high)}"
                      f"{'<br>' + plot.plain(dot.note) if dot.note else ''}<extra></extra>")


def _whiskers(value: float, low: float, high: float, colour: str) -> dict[str, object]:
    known = low <= high  # False where an end is not a number
    return {"type": "data", "symmetric": False, "array": [max(0.0, high - value) if known else 0.0], "visible": known,
            "arrayminus": [max(0.0, value - low) if known else 0.0], "color": colour, "thickness": 2.5, "width": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A variant's quality against what it costs; ``forecast`` costs are computed, not measured."""

    label: str
    cost: float
    value: float
    low: float
    high: float
    colour: str
    sign: str = "circle"
    forecast: bool = False
    size: float = 15
    """Diameter of the dot in pixels."""
    note: str = ""
    """What hovering adds."""


def costs(found: Sequence[Cost], *, unit: str, measure: str) -> go.Figure:
    """Return quality (upwards) against cost (to the right); what is forecast stands in a ring."""
    figure = go.Figure()
    most = max([each.cost for each in found], default=1.0) or 1.0
    least = min([each.cost for each in found], default=1.0)
    # A plain scale would press all but the dearest into one place.
    logarithmic = least > 0 and most > _WIDE * least
    for each, side in zip(found, _sides(found, near=_NEAR * most), strict=True):
        figure.add_trace(go.Scatter(
            x=[each.cost], y=[each.value], mode="markers+text", text=[plot.plain(each.label)], textposition=side,
            textfont={"size": plot.LETTERS, "color": each.colour}, cliponaxis=False,
            marker={"size": each.size, "color": "rgba(255, 255, 255, 0.55)" if each.forecast and each.size > _LARGE
                    else "#ffffff" if each.forecast else each.colour, "opacity": 1 if each.size <= _LARGE else 0.75,
                    "symbol": each.sign, "line": {"width": 2.5, "color": each.colour}},
            error_y=_whiskers(each.value, each.low, each.high, each.colour),
            hovertemplate=f"<b>{plot.plain(each.label)}</b><br>{plot.plain(measure)} {each.value:.3f} ({each.low:.3f} – {each.high:.3f})"
                          f"<br>{plot.plain(unit)} {each.cost:,.4g}{'' if each.note else ' (예상)' if each.forecast else ''}"
                          f"{'<br>' + plot.plain(each.note) if each.note else ''}<extra></extra>"))
    if logarithmic:
        figure.update_xaxes(type="log", range=[log10(least * 0.6), log10(most * 1.8)], dtick="D2", tickformat=",~g",
                            title_text=plot.plain(f"{unit}, 로그 눈금"))
    else:
        figure.update_xaxes(range=[0, most * 1.25], title_text=plot.plain(unit))
    low = min([each.low for each in found], default=0.0)
    figure.update_yaxes(range=[max(-0.02, low - 0.08), min(1.03, max([each.high for each in found], default=1.0) + 0.08)],
                        title_text=plot.plain(measure), gridcolor=RULE)
    return plot.dress(figure, height=440)


def _sides(found: Sequence[Cost], *, near: float) -> list[str]:
    """Return where each name stands: variants of about the same cost take different sides."""
    return [_SIDES[sum(abs(other.cost - each.cost) < near for other in found[:place]) % len(_SIDES)] for place, each in enumerate(found)]
