"""하드웨어: speed, memory and stability at their gates, and what was measured last of each kind."""

from __future__ import annotations

from core.bench import overview
from core.meeting import messages
from core.meeting.messages import HARDWARE
from core.moments import day
from core.store.measurements import Measurement
from pages.meeting_room import gates, room
from pages.meeting_room.room import Room
from pages.performing import data as measured
from pages.widgets import markup, results

_NONE = "아직 잰 것이 없습니다. '성능' 화면에서 측정을 시작하거나 터미널에서 `python -m core bench latency`를 실행해 주세요."


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return messages.hardware(at.decision.gates) if at.at else "하드웨어는 판정이 끝난 뒤에 함께 봅니다."


def draw(at: Room) -> None:
    """Draw the slide."""
    if at.hidden:
        results.calm(at.hidden)
        return
    own = [gate for gate in at.decision.gates if gate.source in HARDWARE]
    found = newest(measured.listed())
    listed = [f"{overview.kind_title(each.kind)} ({each.system}): {overview.headline(each)} · {each.device} · "
              f"{day(each.measured_at)} · 측정 {each.id}번" + (f" · {marks}" if (marks := overview.marks(each)) else "")
              for each in found]
    last = room.lines("가장 새로 잰 것", listed or [_NONE], name="ib-meet-bullets")
    markup.draw(f'<div class="ib-meet-two ib-meet-wide">{gates.told(own, "판정 기준", reasons=True)}<div>{last}</div></div>')


def newest(found: list[Measurement]) -> list[Measurement]:
    """Return the first of each kind; the list has the newest first."""
    by_kind: dict[str, Measurement] = {}
    for each in found:
        by_kind.setdefault(each.kind, each)
    return list(by_kind.values())
