"""지표: the measures that the gates rest on, system by system, with what the planned comparison says."""

from __future__ import annotations

import streamlit as st

from core.evaluation.measures import CATALOGUE
from core.evaluation.results import SystemRun
from core.evaluation.scenarios import GATE, PRIMARY
from core.meeting import messages
from pages.measuring import charts, data, gaps, named, systems
from pages.meeting_room.room import Room
from pages.widgets import markup, plot, results
from pages.widgets.text import attribute

_LETTERS = 19
_ROW, _AROUND = 46, 100
"""Pixels; the style sheet enlarges the whole for a larger window."""


def message(at: Room) -> str:
    """Return the slide's sentence."""
    if at.lacking:
        return "지표는 아직 보여 드릴 수 없습니다."
    found = next(each for each in data.planned(at.results) if each.scenario.key == GATE)
    return messages.measures(found, title=CATALOGUE[PRIMARY].title)


def draw(at: Room) -> None:
    """Draw the slide."""
    if why := at.lacking or gaps.of_scenario(at.results.result(GATE)):
        results.calm(why)
        return
    shown = at.results
    result = shown.result(GATE)
    runs = named.main(result)
    panels, told = systems.four(shown, result, runs)
    names = systems.row_names(runs)
    if len(set(names.values())) == 1:  # the same of all: the head of the slide says it
        names = dict.fromkeys(names, "")
    figure = plot.dress(charts.dots(panels, rows=names), height=_ROW * len(runs) + _AROUND, top=44)
    figure.update_layout(font_size=_LETTERS)
    figure.update_annotations(font_size=_LETTERS)
    figure.update_xaxes(tickfont_size=_LETTERS - 2)
    figure.update_yaxes(tickfont_size=_LETTERS)
    with st.container(key="meeting-chart"):
        plot.draw(figure, key="meeting.four", alt=systems.alt(panels))
    ran = ", ".join(f"{named.short(run.system)} {run.run_id}번" for run in runs)
    if told is not None:
        markup.draw(f'<p class="ib-meet-read">{attribute(systems.said(told))}</p>')
    markup.draw(f'<p class="ib-meet-small">{attribute(f"{systems.ABOUT}. 저장된 실행: {ran}.")}</p>')


def table(at: Room) -> str:
    """Return the same for paper: a row a system, a column a measure, each with its interval."""
    shown = at.results
    result = shown.result(GATE)
    panels, _ = systems.four(shown, result, named.main(result))
    head = "".join(f"<th>{attribute(panel.title)}</th>" for panel in panels)
    rows = "".join(f"<tr><td><b>{attribute(_marked(run))}</b></td>" + "".join(
        f'<td class="ib-number">{dot.value:.3f}<small>{attribute(named.span(dot.low, dot.high))}</small></td>'
        for dot in (panel.dots[place] for panel in panels)) + "</tr>" for place, run in enumerate(named.main(result)))
    return f'<div class="ib-meet-gates"><table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _marked(run: SystemRun) -> str:
    return named.listed([run.label, named.marks(run), f"실행 {run.run_id}번"])
