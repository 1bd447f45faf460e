"""판정: the computed verdict, the gates at a glance, and what stands between the evidence and a verdict."""

from __future__ import annotations

from core.meeting import messages
from pages.measuring import stamp
from pages.meeting_room import gates, room
from pages.meeting_room.room import Room
from pages.widgets import markup, results

_LISTED = 5


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return messages.verdict(at.decision) if at.at else "판정은 모두 판정한 뒤에 함께 봅니다."


def draw(at: Room, *, listed: int = _LISTED) -> None:
    """Draw the slide; ``listed`` reasons are told, of the rest how many there are."""
    if at.hidden:
        results.calm(at.hidden)
        return
    decision = at.decision
    why = [*decision.invalid, *decision.missing] or list(decision.reasons)
    if listed < len(why):  # a slide says what is the matter, the hand-out also what to do
        why = list(map(gates.first_sentence, why))
    told = why[:listed] + ([f"그 밖에 {len(why) - listed}가지는 지표와 판정 화면에 있습니다."] if len(why) > listed else [])
    markup.draw(stamp.draw(decision))
    markup.draw('<div class="ib-meet-three">' + gates.told((gate for gate in decision.gates if gate.kind == "go"), "Go 조건")
                + gates.told((gate for gate in decision.gates if gate.kind == "no-go"), "No-Go 조건")
                + room.lines("판정하려면 갖출 것" if decision.verdict == "undetermined" else "까닭", told) + "</div>")
