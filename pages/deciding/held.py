"""A decision held against today's database: what is the same, what is not."""

from __future__ import annotations

import streamlit as st

from core import decision as deciding
from core.decision.verifying import STATES, Held
from core.store.decisions import StoredDecision
from pages.widgets import doors, markup
from pages.widgets.text import attribute, inline

_SIGNS = {"same": ("yes", "✓"), "changed": ("no", "!"), "gone": ("no", "✕"), "newer": ("unknown", "+")}
_SHOWN = "decision.held"


def draw(decision: StoredDecision) -> None:
    """Draw the button that recomputes every hash, and what came of it."""
    if st.button("근거가 그대로인지 확인", key="decision.verify", icon=":material/fact_check:"):
        st.session_state[_SHOWN] = decision.id
    if st.session_state.get(_SHOWN) != decision.id:
        return
    with doors.database().connection() as conn:
        found = deciding.verify(conn, decision)
    kind = "yes" if found.unchanged else "no"
    markup.draw(f'<div class="ib-held" role="status" data-unchanged="{int(found.unchanged)}"><span class="ib-sign ib-sign-{kind}">'
                f'<i aria-hidden="true">{"✓" if found.unchanged else "!"}</i>{attribute(found.headline)}</span></div>')
    moved = [each for each in found.held if each.state != "same"]
    same = [each for each in found.held if each.state == "same"]
    if moved:
        markup.draw(_table(moved))
    with st.expander(f"그대로인 근거 {len(same)}가지"):
        markup.draw(_table(same))


def _table(listed: list[Held]) -> str:
    rows = "".join(f'<tr data-kind="{each.kind}" data-state="{each.state}"><td>{_sign(each)}</td><td>{attribute(each.title)}</td>'
                   f"<td>{inline(each.words)}</td></tr>" for each in listed)
    return f'<div class="ib-scroll"><table class="ib-table"><tbody>{rows}</tbody></table></div>'


def _sign(each: Held) -> str:
    kind, sign = _SIGNS[each.state]
    return f'<span class="ib-sign ib-sign-{kind}"><i aria-hidden="true">{sign}</i>{STATES[each.state]}</span>'
