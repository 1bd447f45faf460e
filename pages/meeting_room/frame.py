"""What stands around every slide: place, sentence, what the numbers rest on; below, the steps, the clock, the presenter's tools."""

from __future__ import annotations

import json
from dataclasses import replace

from core.meeting import steps
from core.meeting.steps import STEPS, Step
from pages.measuring import band
from pages.meeting_room import search
from pages.meeting_room.room import Room
from pages.widgets import markup
from pages.widgets.text import attribute

_KEYS = "← → 앞뒤 · ↑ ↓ 올리고 내리기 · Home End 처음 끝 · N 노트 · T 시계 · F 전체 화면"


def head(at: Room, message: str) -> None:
    """Draw what stands above a slide."""
    step = steps.step(at.asked.step)
    number = steps.NAMES.index(step.name) + 1
    rests = band.basis(at.at) if at.at else ""
    markup.draw(f'<div class="ib-meet-head"><span class="ib-meet-place">{number} / {len(STEPS)}</span><b>{attribute(step.title)}</b>'
                f"{rests}</div>"
                f'<div class="ib-meet-message" role="heading" aria-level="1">{attribute(message)}</div>')


def notes(step: Step, *, beware: tuple[str, ...] = ()) -> None:
    """Draw what the presenter says and asks, hidden until the key N shows it."""
    said = "".join(f"<li>{attribute(each)}</li>" for each in step.notes)
    warned = "".join(f"<li>{attribute(each)}</li>" for each in beware)
    markup.draw(f'<aside class="ib-meet-notes" aria-label="발표자 노트"><ul>{said}</ul>'
                f'{f"<ul class=ib-meet-beware>{warned}</ul>" if warned else ""}</aside>')


def bar(at: Room) -> None:
    """Draw the steps as links, the clock and the presenter's tools, and tell the script where the meeting is."""
    links = {step.name: search.last_link() if step.name == "search" else at.asked.at(step.name).link() for step in STEPS}
    listed = "".join(f'<a href="{attribute(links[step.name])}" target="_self"{" aria-current=step" if step.name == at.asked.step else ""}>'
                     f"<i>{number}</i>{attribute(step.title)}</a>" for number, step in enumerate(STEPS, start=1))
    tools = ('<button type="button" data-does="clock" title="T">시계</button>'
             '<button type="button" data-does="notes" title="N">노트</button>'
             f'<a href="{attribute(replace(at.asked, view="notes").link())}" target="ib-meet-notes">발표자 창</a>'
             f'<a href="{attribute(replace(at.asked, view="handout").link())}" target="_blank">유인물</a>'
             '<button type="button" data-does="full" title="F">전체 화면</button>')
    markup.draw(f'<nav class="ib-meet-bar" aria-label="회의 순서" title="{attribute(_KEYS)}"><div>{listed}</div>{clock()}'
                f"<div>{tools}</div></nav>")
    told(at, links)


def clock() -> str:
    """Return the place of the clock: the step's time of what is planned, and all together."""
    return '<span class="ib-meet-clock" role="timer"><i data-clock="step"></i><i data-clock="whole"></i></span>'


def told(at: Room, links: dict[str, str]) -> None:
    """Put in what the script reads: where the meeting is, the links and the planned minutes."""
    place = {"step": at.asked.step, "view": at.asked.view, "links": links, "minutes": {step.name: step.minutes for step in STEPS}}
    markup.element(f'<div class="ib-meet" hidden data-meet="{attribute(json.dumps(place, ensure_ascii=False))}"></div>')
