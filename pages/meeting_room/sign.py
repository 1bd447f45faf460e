"""서명: the decision beside the computed verdict, and its signatures."""

from __future__ import annotations

from pages.deciding import record
from pages.measuring import stamp
from pages.meeting_room.room import Room
from pages.widgets import markup

_MESSAGE = "결정을 적고, 세 사람이 이름으로 서명합니다."
_DOOR = ('<p class="ib-meet-small">결정과 서명은 <a href="/report" target="_self">보고서와 결정</a>에 남고, 여기서도 같은 것을 봅니다.</p>')


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return _MESSAGE


def draw(at: Room) -> None:
    """Draw the slide: the computed verdict, then the same part as on 보고서와 결정."""
    if at.at:
        markup.draw(stamp.draw(at.decision))
    record.draw(at.who)
    markup.draw(_DOOR)
