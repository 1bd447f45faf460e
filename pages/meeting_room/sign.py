"""서명: the decision beside the computed verdict, and its signatures."""

from __future__ import annotations

from pages.deciding import record
from pages.meeting_room.room import Room

_MESSAGE = "결정을 적고, 세 사람이 이름으로 서명합니다."


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return _MESSAGE


def draw(at: Room) -> None:
    """Draw the slide: the same part as on 보고서와 결정."""
    record.draw(at.who)
