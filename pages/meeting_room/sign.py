"""서명: the decision beside the computed verdict, and its signatures."""

from __future__ import annotations

from typing import cast

from core.decision.roles import CHOICES, ROLES
from core.evaluation.verdict.outcome import TITLES, Verdict
from core.meeting import messages
from core.moments import moment
from core.store import decisions
from core.store.decisions import Signature, StoredDecision
from pages.deciding import record
from pages.meeting_room import room
from pages.meeting_room.room import Room
from pages.widgets import doors, markup
from pages.widgets.text import attribute

_DOOR = ('<p class="ib-meet-small">결정과 서명은 <a href="/report" target="_self">보고서와 결정</a>에, '
         '회의록은 <a href="/progress" target="_self">진행</a>에 남습니다.</p>')


def message(at: Room) -> str:
    """Return the slide's sentence."""
    decision, names = latest(at)
    return messages.signed(decision, names)


def draw(at: Room) -> None:
    """Draw the slide: the same part as on 보고서와 결정."""
    record.draw(at.who)
    markup.draw(_DOOR)


def latest(at: Room) -> tuple[StoredDecision | None, dict[str, Signature]]:
    """Return the collection's latest decision and its signatures by role; None where nothing was decided."""
    with doors.database().connection() as conn:
        decision = next(iter(decisions.listing(conn, at.collection.id)), None)
        return decision, {each.role: each for each in decisions.signatures(conn, decision.id)} if decision else {}


def paper(at: Room) -> None:
    """Draw the slide for paper: what was decided and by whom it was signed, a line to sign on where nobody has."""
    decision, names = latest(at)
    told = ""
    if decision is not None:
        when = moment(decision.at)
        computed = TITLES.get(cast("Verdict", decision.verdict), decision.verdict)
        rows = [f"회의의 결정: {CHOICES[decision.choice]}", f"계산된 판정: {computed}",
                f"까닭: {decision.reason}" if decision.reason else "", f"적은 사람: {decision.by} · {when}", f"SHA-256 {decision.sha256}"]
        told = room.lines("결정", [row for row in rows if row], name="ib-meet-bullets")
    lines = "".join(f"<span><b>{attribute(_signer(names.get(role)))}</b>{attribute(title)}</span>" for role, title in ROLES.items())
    markup.draw(f'{told}<div class="ib-meet-signs">{lines}</div>')


def _signer(signature: Signature | None) -> str:
    return f"{signature.name} · {moment(signature.at)}" if signature else ""
