"""지표: the measures that the gates rest on, system by system, with what the planned comparison says.

Drawn as markup and not as a chart: it grows with the window, prints as lines, and says each number beside its dot.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.evaluation.measures import CATALOGUE
from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.scenarios import GATE, PRIMARY
from core.meeting import messages
from pages.measuring import data, gaps, named, systems
from pages.measuring.charts import Dot, Panel
from pages.meeting_room.room import Room
from pages.widgets import markup, results
from pages.widgets.text import attribute


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
    result = at.results.result(GATE)
    runs = spoken_of(result)
    panels, told = systems.four(at.results, result, runs)
    said = f'<p class="ib-meet-read">{attribute(systems.said(told))}</p>' if told is not None else ""
    ran = ", ".join(f"{named.short(run.system)} {run.run_id}번" for run in runs)
    about = f"{systems.ABOUT}, 점선은 무작위로 늘어놓을 때의 기댓값. 저장된 실행: {ran}."
    markup.draw(f'{_grid(panels, runs)}{said}<p class="ib-meet-small">{attribute(about)}</p>')


def spoken_of(result: ScenarioResult) -> tuple[SystemRun, ...]:
    """Return the runs a meeting speaks of: of D the one that the planned comparison takes."""
    return tuple(run for run in named.main(result) if run.system == result.stands_for(run.system))


def _grid(panels: Sequence[Panel], runs: Sequence[SystemRun]) -> str:
    """Return a row a system and a column a measure, every axis from 0 to 1."""
    cells = ["<span></span>", *(f"<b>{attribute(panel.title)}</b>" for panel in panels)]
    for place, run in enumerate(runs):
        marks = named.marks(run)
        small = f"<small>{attribute(marks)}</small>" if marks else ""
        cells.append(f'<div class="ib-meet-system">{attribute(run.label)}{small}</div>')
        cells += [_cell(panel, panel.dots[place]) for panel in panels]
    return f'<div class="ib-meet-dots" style="--ib-columns:{len(panels)}">{"".join(cells)}</div>'


def _cell(panel: Panel, dot: Dot) -> str:
    known = dot.low <= dot.high  # False where an end is not a number
    span = f'<i class="ib-span" style="left:{100 * dot.low:.1f}%;width:{100 * (dot.high - dot.low):.1f}%"></i>' if known else ""
    chance = f'<i class="ib-chance" style="left:{100 * panel.chance:.1f}%"></i>' if panel.chance is not None else ""
    return (f'<div class="ib-meet-dot" style="--ib-accent:{attribute(dot.colour)}"><div>{chance}{span}'
            f'<i class="ib-dot" style="left:{100 * dot.value:.1f}%"></i></div>'
            f"<p><b>{dot.value:.3f}</b>{attribute(dot.mark)}<small>{attribute(named.span(dot.low, dot.high))}</small></p></div>")
