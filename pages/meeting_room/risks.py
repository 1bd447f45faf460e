"""위험: the plan's R1 to R7 and how each stands."""

from __future__ import annotations

from core.plan.risks import RISKS, Risk
from pages.meeting_room.room import Room
from pages.widgets import markup
from pages.widgets.text import attribute

_HEADERS = ("", "위험", "영향", "확률", "계획한 대응", "지금")
_UNSAID = "적지 않음"
_STRONG = "높음"


def message(at: Room) -> str:
    """Return the slide's sentence."""
    both = [risk.name for risk in RISKS if risk.impact == risk.likelihood == _STRONG]
    return f"계획서의 위험 {len(RISKS)}가지 가운데 영향과 확률이 모두 높은 것은 {', '.join(both)}입니다."


def draw(at: Room) -> None:
    """Draw the slide."""
    head = "".join(f"<th>{name}</th>" for name in _HEADERS)
    rows = "".join(map(_row, RISKS))
    markup.draw(f'<div class="ib-meet-gates ib-meet-risks"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>')


def _row(risk: Risk) -> str:
    level = "".join(f"<td>{f'<b>{each}</b>' if each == _STRONG else each}</td>" for each in (risk.impact, risk.likelihood))
    return (f'<tr data-risk="{risk.name}"><td>{risk.name}</td><td><b>{attribute(risk.title)}</b></td>{level}'
            f'<td>{attribute(risk.response)}</td><td><span class="ib-soft">{_UNSAID}</span></td></tr>')
