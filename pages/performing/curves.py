"""Charts of what was measured against a size: a line a system, with intervals, a limit, and a cross where it did not fit."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.bench import overview
from core.bench.comparing import Curve, Point
from core.evaluation.verdict import gates
from core.evaluation.verdict.gates import Source
from pages.widgets import plot
from pages.widgets.palette import colour
from pages.widgets.plot import Sheet

LIMIT = "#a32a1c"
ABOUT = ("측정", "system", "장치", "표시")
_SHADES = ("#22365f", "#943300", "#128d77", "#5e2271")
REACH = 3.0
"""A limit more than so many times as high as everything else is told beside the chart, not drawn: it would press the lines flat."""


def draw(curves: Sequence[Curve], *, key: str, x: str, y: str, alt: str, limit: float | None = None, limit_words: str = "",
         logarithmic: bool = False) -> str:
    """Draw lines and return a remark on the limit where it lies far outside.

    Args:
        logarithmic: the sizes double from one to the next.
    """
    told = plot.signs([each.measurement.system for each in curves])
    dashes = plot.dashes([each.measurement.system for each in curves])
    figure = go.Figure()
    for each in curves:
        ink = colour(each.measurement.system)
        figure.add_scatter(
            x=[point.at for point in each.points], y=[point.value for point in each.points], name=plot.plain(each.name),
            mode="lines+markers", line={"color": ink, "width": 2.5, "dash": dashes[each.measurement.system]},
            marker={"size": 11, "symbol": [told[each.measurement.system] if point.fits else "x" for point in each.points], "color": ink,
                    "line": {"width": 2, "color": ink}},
            error_y=_whiskers(each.points, ink), customdata=[point.label for point in each.points],
            hovertemplate=f"<b>{plot.plain(each.name)}</b><br>{plot.plain(x)} %{{x:,g}} %{{customdata}}<br>"
                          f"{plot.plain(y)} %{{y:,.3g}}<extra></extra>")
    highest = max((point.high or point.value for each in curves for point in each.points), default=0.0)
    shown = limit is not None and limit <= REACH * highest
    if shown:
        figure.add_hline(y=limit, line={"color": LIMIT, "width": 2, "dash": "dash"}, annotation_text=plot.plain(limit_words),
                         annotation_position="top right", annotation_font={"size": plot.SMALL, "color": LIMIT})
    plot.dress(figure, height=340, legend=True, top=46)
    sizes = sorted({point.at for each in curves for point in each.points})
    figure.update_xaxes(title=plot.plain(x), **({"type": "log"} if logarithmic else {}), tickvals=sizes,
                        ticktext=[f"{size:g}" for size in sizes])
    figure.update_yaxes(title=plot.plain(y), rangemode="tozero", range=[0, 1.12 * max(highest, limit or 0.0 if shown else 0.0) or 1.0])
    plot.draw(figure, key=key, alt=alt)
    return f"{limit_words}: 그림의 눈금보다 위에 있습니다." if limit is not None and not shown else ""


def recall(curves: Sequence[Curve], *, key: str) -> None:
    """Draw an index's recall against its time, each point named by its candidates."""
    figure = go.Figure()
    for place, each in enumerate(curves):
        ink = _SHADES[place % len(_SHADES)]
        figure.add_scatter(
            x=[point.at for point in each.points], y=[point.value for point in each.points], name=plot.plain(each.name),
            mode="lines+markers+text", text=_ends(each), textposition=("bottom center", "top center", "bottom right")[place % 3],
            textfont={"size": plot.SMALL, "color": ink}, cliponaxis=False,
            line={"color": ink, "width": 2.5, "dash": plot.DASHES[place % 3]},
            marker={"size": 11, "color": ink, "symbol": ("circle", "diamond", "square")[place % 3]},
            customdata=[point.label for point in each.points],
            hovertemplate=f"<b>{plot.plain(each.name)}</b><br>ef_search %{{customdata}}<br>P50 %{{x:,.3g}} ms<br>재현율 %{{y:.4f}}"
                          "<extra></extra>")
    plot.dress(figure, height=340, legend=True, top=46, right=40)
    lowest = min(0.98, *(point.value for each in curves for point in each.points))
    highest = max(point.at for each in curves for point in each.points)
    figure.update_xaxes(title="P50 밀리초", range=[0, 1.15 * highest or 1.0])
    figure.update_yaxes(title="재현율@10 (정확한 검색과 견줌)",
                        range=[max(0.0, lowest - 0.15 * (1 - lowest)), 1 + 0.25 * (1 - lowest)], tickformat=".3~f")
    plot.draw(figure, key=key, alt="; ".join(f"{each.name}: " + ", ".join(f"ef {point.label} 재현율 {point.value:.3f}, {point.at:.1f} ms"
                                                                          for point in each.points) for each in curves))


def _ends(curve: Curve) -> list[str]:
    """Return the labels of the first and the last point alone: those between would write over each other."""
    last = len(curve.points) - 1
    return [f"ef {point.label}" if place in (0, last) else "" for place, point in enumerate(curve.points)]


def threshold(source: Source) -> tuple[float, str]:
    """Return what the Go gate of a source asks for, and its words."""
    gate = next(each for each in gates.load().gates if each.source == source and each.kind == "go")
    return gate.threshold, f"기준 {gate.threshold:g} {gate.unit}"


def sheet(curves: Sequence[Curve], x: str, y: str) -> Sheet:
    """Return curves as a table, each row with the measurement it is from and what to know of it."""
    return Sheet((x, "이름", "이름표", y, "구간 아래", "구간 위", "들어감", *ABOUT), [
        (point.at, each.name, point.label, point.value, point.low, point.high, point.fits, *about(each))
        for each in curves for point in each.points])


def about(curve: Curve) -> tuple[object, ...]:
    """Return where a curve's numbers come from, as ``ABOUT`` names it."""
    found = curve.measurement
    return found.id, found.system, found.device, overview.marks(found)


def _whiskers(points: Sequence[Point], ink: str) -> dict[str, object]:
    known = any(point.low is not None and point.high is not None for point in points)
    return {"type": "data", "symmetric": False, "visible": known, "color": ink, "thickness": 1.5, "width": 5,
            "array": [max(0.0, point.high - point.value) if point.high is not None and point.low is not None else 0.0 for point in points],
            "arrayminus": [max(0.0, point.value - point.low) if point.low is not None and point.high is not None else 0.0
                           for point in points]}
