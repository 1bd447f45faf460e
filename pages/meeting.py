"""TF 회의: the way from the question to the signature, one step at a time, for a projector."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.evaluation.verdict import gates
from core.meeting import steps
from pages.measuring import data, ground
from pages.measuring.address import Asked as Measured
from pages.meeting_room import address, deck, desk, frame, handout, search
from pages.meeting_room.room import Room
from pages.widgets import markup, person, results, trouble


def main() -> None:
    """Draw the page."""
    found = ground.collection()
    if found is None:
        return
    who = person.current()
    asked, notes = address.parse(search.parameters())
    known = {version.number for version in data.versions(found)}
    if asked.gt is not None and asked.gt not in known:
        notes = [*notes, f"정답 버전 {asked.gt}은(는) 없어서 가장 새 정답으로 보여 드립니다."]
        asked = replace(asked, gt=None)
    at = data.shown(found, Measured(gt=asked.gt), who) if data.may_see_grades(found, who) else None
    room = Room(who, asked, found, gates.load(), at)
    with st.container(key="meeting-handout" if asked.view == "handout" else "meeting-room"):
        if asked.view == "handout":
            handout.draw(room)
        elif asked.view == "notes":
            desk.draw(room, deck.SLIDES[asked.step].message(room))
        else:
            _slide(room, notes)
    markup.script("meeting.js")


def _slide(room: Room, notes: list[str]) -> None:
    slide = deck.SLIDES[room.asked.step]
    with trouble.boundary():
        frame.head(room, slide.message(room))
    results.notes(notes)
    with st.container(key=f"meeting-slide-{room.asked.step}"), trouble.boundary():
        slide.draw(room)
    frame.notes(steps.step(room.asked.step))
    frame.bar(room)


main()
