"""The three signatures under a decision, and the form that gives one."""

from __future__ import annotations

import streamlit as st

from core import decision as deciding
from core.accounts import logins
from core.accounts.person import Person
from core.decision import roles
from core.moments import moment
from core.store import decisions
from core.store.decisions import Signature, SignerRole, StoredDecision
from pages.widgets import acts, doors, markup
from pages.widgets.text import attribute

_ACT = "decision.sign"
_OPEN = "서명 전"


def draw(decision: StoredDecision, who: Person | None) -> None:
    """Draw who has signed and, for those who may, the form."""
    with doors.database().connection() as conn:
        signed = {each.role: each for each in decisions.signatures(conn, decision.id)}
    rows = "".join(_line(title, signed.get(role)) for role, title in roles.ROLES.items())
    markup.draw('<div class="ib-scroll"><table class="ib-table ib-signatures"><thead><tr><th>자리</th><th>이름</th><th>언제</th>'
                f"<th>의견</th></tr></thead><tbody>{rows}</tbody></table></div>")
    demanded = logins.demanded()
    free = [role for role in roles.ROLES if role not in signed and roles.may_sign(who, role, demanded=demanded)]
    if not free:
        return
    with st.expander("서명하기"), st.container(key="deciding-sign"):
        role = st.segmented_control("자리", free, key=acts.field(_ACT, "role"), default=free[0], required=True,
                                    format_func=roles.ROLES.__getitem__)
        own = who.name if who is not None and not who.picked else ""
        name = st.text_input("이름", value=own, key=acts.field(_ACT, "name"), max_chars=120)
        comment = st.text_input("의견", key=acts.field(_ACT, "comment"), max_chars=2000)
        said = f"{decision.id}번 결정(해시 {decision.sha256[:12]})에 서명합니다. 서명은 고칠 수 없습니다."
        markup.draw(f'<div class="ib-soft">{attribute(said)}</div>')
        acts.press("서명", _ACT, lambda: _sign(decision, role, name, comment, who, demanded), primary=True, disabled=not name.strip())


def _line(title: str, signed: Signature | None) -> str:
    if signed is None:
        return f'<tr><td>{title}</td><td><span class="ib-soft">{_OPEN}</span></td><td></td><td></td></tr>'
    account = f"<small>계정 {attribute(signed.account)}</small>" if signed.account else "<small>계정 없이</small>"
    return (f"<tr><td>{title}</td><td><b>{attribute(signed.name)}</b> {account}</td>"
            f"<td>{moment(signed.at)}</td><td>{attribute(signed.comment)}</td></tr>")


def _sign(decision: StoredDecision, role: SignerRole, name: str, comment: str, who: Person | None, demanded: bool) -> str:
    signed = deciding.sign(doors.writing(roles.act(role)), decision.id, role=role, name=name, comment=comment,
                           read_sha256=decision.sha256, who=who, demanded=demanded)
    return f"{signed.name} 님이 {roles.ROLES[signed.role]} 자리에 서명했습니다."
