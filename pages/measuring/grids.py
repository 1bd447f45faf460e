"""Charts over places: a heat map of cells with their numbers, lines by depth, shares by rank, points that can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.items import grades
from pages.widgets import plot
from pages.widgets.palette import INK, MUTED, RULE

GRADES = {3: "#1d4f3f", 2: "#3f9478", 1: "#a9d2c1", 0: "#d8dbe1", None: "#ffffff"}
"""Most to least alike by lightness; what nobody judged is hollow."""
_CELL = 58
_TOLD = (0, 4, 9, 19)
"""Places of a curve that are named."""
_DARK = 0.66
"""From here on white letters have more contrast than ink."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a heat map. ``value`` None is an empty field that says why in ``lines``; ``faint`` says little."""

    value: float | None
    lines: tuple[str, ...]
    faint: bool = False


def heat(cells: Sequence[Sequence[Cell]], *, rows: Sequence[str], columns: Sequence[str]) -> go.Figure:
    """Return a heat map from 0 to 1 with every number in its field, the first row on top.

    A faint cell is drawn without colour, its words grey: it does not speak through shade.
    """
    shades = [[None if cell.faint else cell.value for cell in row] for row in cells]
    figure = go.Figure(go.Heatmap(z=shades, x=list(range(len(columns))), y=list(range(len(rows))), zmin=0, zmax=1, showscale=False,
                                  colorscale=[list(step) for step in plot.SHADES], xgap=3, ygap=3, hoverinfo="skip"))
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            grey = cell.faint or cell.value is None
            ink = MUTED if grey else "#ffffff" if cell.value > _DARK else INK
            first, *rest = [plot.plain(line) for line in cell.lines] or [""]
            small = "".join(f"<br><span style='font-size:{plot.SMALL}px'>{line}</span>" for line in rest)
            big = f"<b>{first}</b>" if cell.value is not None else first
            figure.add_annotation(x=x, y=y, text=f"{big}{small}", showarrow=False, align="center",
                                  font={"size": plot.LETTERS + 1, "color": ink})
    lines = max((len(cell.lines) for row in cells for cell in row), default=1)
    plot.dress(figure, height=max(_CELL, 22 * lines + 12) * len(rows) + 50, top=34)
    figure.update_xaxes(side="top", showgrid=False, tickvals=list(range(len(columns))), ticktext=[plot.plain(name) for name in columns],
                        tickfont_size=plot.LETTERS, ticks="", showline=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="", showline=False, tickvals=list(range(len(rows))),
                        ticktext=["<br>".join(map(plot.plain, name.split("<br>"))) for name in rows], tickfont_size=plot.LETTERS)
    return figure


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through points, each named by ``steps``."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    steps: Sequence[str]
    colour: str
    dash: str = "solid"


def lines(found: Sequence[Line], *, x: str, y: str) -> go.Figure:
    """Return curves over 0 to 1 both ways; ``_TOLD`` points of the first say where on a curve one is."""
    figure = go.Figure()
    for number, line in enumerate(found):
        told = _TOLD if number == 0 else ()
        figure.add_trace(go.Scatter(
            x=list(line.x), y=list(line.y), mode="lines+markers+text", name=plot.plain(line.label), customdata=list(line.steps),
            text=[plot.plain(step) if place in told else "" for place, step in enumerate(line.steps)], textposition="top right",
            textfont={"size": plot.SMALL, "color": line.colour}, cliponaxis=False,
            line={"color": line.colour, "width": 3, "dash": line.dash}, marker={"size": 7, "color": line.colour},
            hovertemplate=f"<b>{plot.plain(line.label)}</b> %{{customdata}}<br>{plot.plain(x)} %{{x:.3f}}<br>{plot.plain(y)} %{{y:.3f}}"
                          "<extra></extra>"))
    figure.update_xaxes(range=[0, 1.03], title_text=plot.plain(x))
    figure.update_yaxes(range=[0, 1.03], title_text=plot.plain(y))
    return plot.dress(figure, height=430, legend=True, top=60)


def by_rank(counts: Sequence[Sequence[int]], *, ranks: Sequence[int]) -> go.Figure:
    """Return stacked bars of how often each grade stands at each rank, as a share of the lists that reach it.

    Args:
        counts: queries, shape (grades of ``GRADES``, ranks).
    """
    figure = go.Figure()
    for (grade, colour), row in zip(GRADES.items(), counts, strict=True):
        name = "판정 안 됨" if grade is None else grades.titled(grade)
        figure.add_trace(go.Bar(
            x=list(ranks), y=list(row), name=plot.plain(name), customdata=[[count] for count in row],
            marker={"color": colour, "line": {"color": MUTED if grade is None else "#ffffff", "width": 1}},
            hovertemplate=f"%{{x}}위 · {plot.plain(name)}<br>쿼리 %{{customdata[0]:,}}개 (%{{y:.0f}} %)<extra></extra>"))
    figure.update_layout(barmode="stack", barnorm="percent", bargap=0.18)
    plot.dress(figure, height=430, legend=True, top=60)
    figure.update_layout(legend_traceorder="normal")
    figure.update_xaxes(title_text="순위", tickvals=[rank for rank in ranks if rank == 1 or rank % 5 == 0], showgrid=False)
    figure.update_yaxes(range=[0, 100], ticksuffix=" %", title_text="쿼리의 비율")
    return figure


@dataclass(frozen=True, slots=True)
class Spot:
    """Queries of the same two values: one circle, as large as they are many."""

    x: float
    y: float
    ids: tuple[str, ...]
    words: str
    colour: str


def scatter(found: Sequence[Spot], *, x: str, y: str, above: str, below: str) -> go.Figure:
    """Return two systems' values of each query against each other, equal ones on the diagonal. A circle can be clicked.

    Args:
        above: what it means to stand above the diagonal; ``below``: to stand below.
    """
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED, "width": 1.5, "dash": "dash"}, hoverinfo="skip"))
    most = max((len(spot.ids) for spot in found), default=1)
    sizes = [14 + 34 * ((len(spot.ids) - 1) / max(1, most - 1)) ** 0.5 for spot in found]
    colours = [spot.colour for spot in found]
    figure.add_trace(go.Scatter(
        x=[spot.x for spot in found], y=[spot.y for spot in found], mode="markers+text", cliponaxis=False,
        customdata=[[place] for place in range(len(found))], text=[str(len(spot.ids)) if len(spot.ids) > 1 else "" for spot in found],
        textfont={"size": plot.SMALL, "color": INK}, textposition="middle center",
        marker={"size": sizes, "color": colours, "opacity": 0.55, "line": {"width": 1.5, "color": colours}},
        hovertext=[spot.words for spot in found], hovertemplate="%{hovertext}<extra></extra>",
        # Left to itself plotly fades what was not clicked, the numbers with it.
        unselected={"marker": {"opacity": 0.55}, "textfont": {"color": INK}},
        selected={"marker": {"opacity": 0.8}, "textfont": {"color": INK}}))
    for update, title in ((figure.update_xaxes, x), (figure.update_yaxes, y)):
        update(range=[-0.05, 1.06], title_text=plot.plain(title), gridcolor=RULE)
    for at_x, at_y, words in ((0.02, 1.02, above), (1.02, 0.0, below)):
        figure.add_annotation(x=at_x, y=at_y, text=plot.plain(words), showarrow=False, font={"size": plot.SMALL, "color": MUTED},
                              xanchor="left" if at_x < 0.5 else "right")
    plot.dress(figure, height=560)
    return figure
