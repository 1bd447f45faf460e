"""The slides by the name of their step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.meeting_room import dataset, errors, hardware, measured, question, risks, search, sign, verdict
from pages.meeting_room.room import Room


@dataclass(frozen=True, slots=True)
class Slide:
    """What a step says in one sentence, and what draws it."""

    message: Callable[[Room], str]
    draw: Callable[[Room], None]


SLIDES = {
    "question": Slide(question.message, question.draw),
    "data": Slide(dataset.message, dataset.draw),
    "search": Slide(search.message, search.draw),
    "measures": Slide(measured.message, measured.draw),
    "hardware": Slide(hardware.message, hardware.draw),
    "errors": Slide(errors.message, errors.draw),
    "risks": Slide(risks.message, risks.draw),
    "verdict": Slide(verdict.message, verdict.draw),
    "sign": Slide(sign.message, sign.draw),
}
