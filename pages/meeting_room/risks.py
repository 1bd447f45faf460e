"""위험: the plan's R1 to R7 and how each stands."""

from __future__ import annotations

from collections.abc import Mapping

from core.meeting import messages
from core.moments import day
from core.plan import risks
from core.plan.risks import RISKS, STATUSES, Risk, Stated
from pages.meeting_room.room import Room
from pages.widgets import doors, markup
from pages.widgets.text import attribute

_HEADERS = ("", "위험", "영향", "확률", "계획한 대응", "지금")
_UNSAID = "적지 않음"
_STRONG = "높음"
_DOOR = '<p class="ib-meet-small">위험의 지금은 <a href="/progress" target="_self">진행</a>에서 이름을 남기고 적습니다.</p>'


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return messages.risks(_stated(at))


def draw(at: Room) -> None:
    """Draw the slide."""
    said = _stated(at)
    head = "".join(f"<th>{name}</th>" for name in _HEADERS)
    rows = "".join(_row(risk, said) for risk in RISKS)
    markup.draw(f'<div class="ib-meet-gates ib-meet-risks"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{_DOOR}')


def _stated(at: Room) -> Mapping[str, Stated]:
    if "risks" not in at.once:
        with doors.database().connection() as conn:
            at.once["risks"] = risks.stated(conn, at.collection.id)
    return at.once["risks"]


def _row(risk: Risk, said: Mapping[str, Stated]) -> str:
    level = "".join(f"<td>{f'<b>{each}</b>' if each == _STRONG else each}</td>" for each in (risk.impact, risk.likelihood))
    return (f'<tr data-risk="{risk.name}"><td>{risk.name}</td><td><b>{attribute(risk.title)}</b></td>{level}'
            f"<td>{attribute(risk.response)}</td><td>{_now(said.get(risk.name))}</td></tr>")


def _now(said: Stated | None) -> str:
    if said is None:
        return f'<span class="ib-soft">{_UNSAID}</span>'
    note = f"<small>{attribute(said.note)}</small>" if said.note else ""
    return f"<b>{STATUSES[said.status]}</b>{note}<small>{attribute(f'{said.by} · {day(said.at)[5:]}')}</small>"
