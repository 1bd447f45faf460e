"""위험: the plan's R1 to R7 and how each stands."""

from __future__ import annotations

from pages.meeting_room.room import Room
from pages.widgets import results

_NOT_YET = "위험의 상태를 아직 적지 않았습니다. '진행' 화면에서 적어 주세요."


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return "계획서의 위험 R1–R7을 하나씩 확인합니다."


def draw(at: Room) -> None:
    """Draw the slide."""
    results.calm(_NOT_YET)
