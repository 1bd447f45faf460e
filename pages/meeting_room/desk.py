"""The presenter's second window: notes of this step, what comes next, the clock; it follows the projector and steers it."""

from __future__ import annotations

from dataclasses import replace

from core.meeting import steps
from core.meeting.steps import STEPS
from core.report import provenance
from pages.meeting_room import frame
from pages.meeting_room.room import Room
from pages.widgets import markup
from pages.widgets.text import attribute

_ABOUT = "이 창은 같은 브라우저의 회의 화면을 따라갑니다. 여기서 누르는 화살표와 위의 순서도 회의 화면을 넘깁니다."


def draw(at: Room, message: str) -> None:
    """Draw the window."""
    step = steps.step(at.asked.step)
    place = steps.NAMES.index(step.name)
    after = f"다음: {STEPS[place + 1].title} ({STEPS[place + 1].minutes}분)" if place + 1 < len(STEPS) else "마지막 순서입니다."
    markup.draw(f'<div class="ib-meet-desk"><div class="ib-meet-head"><span class="ib-meet-place">{place + 1} / {len(STEPS)}</span>'
                f'<b>{attribute(step.title)}</b>{frame.clock()}</div><p class="ib-meet-message">{attribute(message)}</p></div>')
    frame.notes(step, beware=provenance.warnings(at.at.evaluation) if at.at else ())
    links = {each.name: replace(at.asked, view="notes", step=each.name, case="").link() for each in STEPS}
    listed = "".join(f'<button type="button" data-goes="{each.name}"{" aria-current=step" if each is step else ""}>'
                     f"<i>{number}</i>{attribute(each.title)}</button>" for number, each in enumerate(STEPS, start=1))
    markup.draw(f'<nav class="ib-meet-desk-steps"><div>{listed}</div><p>{attribute(after)}</p>'
                '<div><button type="button" data-does="clock">시계 시작·멈춤</button>'
                '<button type="button" data-does="reset">시계를 0으로</button></div>'
                f'<p class="ib-meet-small">{attribute(_ABOUT)}</p></nav>')
    frame.told(at, links)
