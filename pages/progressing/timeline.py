"""The plan's five phases and its milestones on one line, with today."""

from __future__ import annotations

from core.plan import tasks
from core.plan.progress import MilestoneState, Progress
from pages.widgets import markup
from pages.widgets.text import attribute

_DAYS = tasks.PHASES[-1].last + tasks.BUFFER
_NO_START = "시작일을 적으면 날짜와 기한이 보입니다."


def draw(found: Progress) -> None:
    """Draw the line."""
    day = f"Day {found.day}" if found.day else "시작 전"
    told = f"태스크 {found.done}/{len(found.tasks)}" + (f" · {day}" if found.start else f" · {_NO_START}")
    if found.late:
        told += f" · 기한이 지난 것 {len(found.late)}개"
    reached = {each.milestone.phase: each for each in found.milestones}
    bars = "".join(_phase(found, phase, reached[phase.number]) for phase in tasks.PHASES)
    free = _dates(found, _DAYS - 1, _DAYS)
    buffer = f'<div class="ib-phase ib-phase-buffer" data-days="{tasks.BUFFER}"><b>버퍼</b><span>{free}</span></div>'
    markup.draw(f'<div class="ib-timeline"><p>{attribute(told)}</p><div class="ib-phases">{bars}{buffer}</div></div>')


def _phase(found: Progress, phase: tasks.Phase, state: MilestoneState) -> str:
    now = found.day is not None and phase.first <= found.day <= phase.last
    look = "done" if state.reached else "late" if state.late else "now" if now else "open"
    words = {"done": "도달", "late": "늦음", "now": "오늘", "open": "아직"}[look]
    days = f"Day {phase.first}" + (f"–{phase.last}" if phase.last != phase.first else "")
    return (f'<div class="ib-phase ib-phase-{look}" data-days="{phase.last - phase.first + 1}" data-phase="{phase.number}"'
            f'{" aria-current=step" if now else ""}><b>{phase.number}. {attribute(phase.title)}</b>'
            f"<span>{days} {_dates(found, phase.first, phase.last)}</span>"
            f'<em title="{attribute(state.milestone.criterion)}">{state.milestone.name} {words} · {state.done}/{state.of}</em></div>')


def _dates(found: Progress, first: int, last: int) -> str:
    one, other = found.date_of(first), found.date_of(last)
    if one is None or other is None:
        return ""
    return f"{one:%m-%d}" if one == other else f"{one:%m-%d}–{other:%m-%d}"
