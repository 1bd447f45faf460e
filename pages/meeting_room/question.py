"""질문과 기준: what the plan asks, and what was registered to answer it, before any result."""

from __future__ import annotations

from core.evaluation.verdict.questions import QUESTIONS
from core.meeting import messages
from pages.measuring import stamp
from pages.meeting_room import gates, room
from pages.meeting_room.room import Room
from pages.widgets import markup
from pages.widgets.text import attribute


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return messages.question(at.file)


def draw(at: Room) -> None:
    """Draw the slide."""
    asked = room.lines("핵심 질문", [f"{key} {words}" for key, words in QUESTIONS.items()], name="ib-meet-plain")
    go = gates.asked((gate for gate in at.file.gates if gate.kind == "go"), "Go 조건: 모두 충족해야 합니다")
    no_go = gates.asked((gate for gate in at.file.gates if gate.kind == "no-go"), "No-Go 조건: 하나라도 해당하면 No-Go입니다")
    markup.draw(f'<div class="ib-meet-three"><div>{asked}</div>{go}{no_go}</div>'
                f'<p class="ib-meet-small">{attribute(stamp.subject(at.file))}</p>')
