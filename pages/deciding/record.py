"""The decision beside the computed verdict, its signatures, and whether its evidence still stands."""

from __future__ import annotations

import streamlit as st

from core import decision as deciding
from core.accounts import logins
from core.accounts.person import Person
from core.decision import roles
from core.decision.recording import differs
from core.evaluation.verdict.outcome import Decision
from core.moments import brief, moment
from core.report.final import making
from core.store import decisions
from core.store.collections import Collection
from core.store.decisions import StoredDecision
from pages.deciding import held, signing
from pages.measuring import data, ground, stamp
from pages.measuring.address import Asked
from pages.widgets import acts, doors, markup, person, results, tables
from pages.widgets.text import attribute

TITLE = "결정과 서명"
_ACT = "decision.record"
_NONE = "아직 적은 결정이 없습니다. 계산된 판정을 보고 TF가 결정을 적습니다."
_STALE = "보고서를 만든 뒤 근거나 글이 바뀌었습니다. 보고서에 결정을 묶으려면 위에서 다시 만들어 주세요."
_NO_REPORT = "보고서 없이 적습니다. 보고서에 결정을 묶으려면 위에서 먼저 만들어 주세요."
_SIGNS = {"go": ("go", "✓"), "no_go": ("no-go", "✕"), "hold": ("hold", "‖")}
_NAMELESS = '<p class="ib-soft">결정을 적으려면 <a href="/login?next=/report" target="_self">이름을 정해</a> 주세요.</p>'


def draw(who: Person | None) -> None:
    """Draw the decision and what can be done about it."""
    with st.container(key="deciding"):
        st.subheader(TITLE, anchor=False)
        acts.said("decision.")
        found = ground.seen_by(who)
        if found is None:
            return
        computed = data.decision(data.shown(found, Asked(), who))
        with doors.database().connection() as conn:
            listed = decisions.listing(conn, found.id)
        left, right = st.columns(2, gap="large")
        with left:
            markup.draw('<div class="ib-soft">지금 근거로 계산된 판정</div>')
            markup.draw(stamp.draw(computed))
        with right:
            markup.draw('<div class="ib-soft">사람이 적은 결정</div>')
            if listed:
                markup.draw(_stamp(listed[0]))
            else:
                results.calm(_NONE)
        if listed:
            signing.draw(listed[0], who)
            held.draw(listed[0])
        _form(found, computed, listed, who)
        if len(listed) > 1:
            _earlier(listed[1:])


def _stamp(decision: StoredDecision) -> str:
    kind, sign = _SIGNS[decision.choice]
    small = '<span class="ib-mini">축소 모델</span>' if decision.body["miniature"] else ""
    told = decision.body["computed"]["title"]
    other = differs(decision.choice, decision.verdict)
    why = f"계산된 판정({told})과 다릅니다. 이유: {decision.reason}" if other else decision.reason or f"계산된 판정({told})과 같습니다."
    when = f"{decision.id}번 결정 · {decision.by} · {moment(decision.at)} · 해시 {decision.sha256[:12]}"
    return (f'<div class="ib-verdict" data-decision="{decision.id}" data-differs="{int(other)}">'
            f'<div class="ib-stamp ib-stamp-{kind}" role="status"><i aria-hidden="true">{sign}</i>'
            f"<span>{roles.CHOICES[decision.choice]}</span></div>"
            f'<div class="ib-why"><b>{attribute(why)}</b><span>{attribute(when)} {small}</span></div></div>')


def _form(found: Collection, computed: Decision, listed: list[StoredDecision], who: Person | None) -> None:
    demanded = logins.demanded()
    if not person.may(who, "decide"):
        return
    if who is None:
        markup.draw(_NAMELESS)
        return
    name = who.name
    with st.expander("새 결정 적기" if listed else "결정 적기", expanded=not listed), st.container(key="deciding-form"):
        choice = st.segmented_control("결정", list(roles.CHOICES), key=acts.field(_ACT, "choice"), format_func=roles.CHOICES.__getitem__)
        other = choice is not None and differs(choice, computed.verdict)
        asked = "이유 (계산된 판정과 달라 꼭 적습니다)" if other else "이유"
        reason = st.text_area(asked, key=acts.field(_ACT, "reason"), max_chars=10_000, height=100)
        chosen = _report(found)
        acts.press("결정 적기", _ACT, lambda: _record(found, str(choice), reason, name, chosen, who, demanded), primary=True,
                   disabled=choice is None or (other and not reason.strip()))
        said = f"{name} 님의 이름으로 남고 고칠 수 없습니다. 근거마다 해시를 함께 남깁니다."
        markup.draw(f'<div class="ib-soft">{attribute(said)}</div>')


def _report(found: Collection) -> int | None:
    """Ask for the report that was decided on: today's alone can be."""
    with doors.database().connection() as conn:
        made, stale = making.current(conn, found.id)
    if made is None or stale:
        results.notes([_STALE if made else _NO_REPORT])
        return None
    told = f"{made.id}번 · {brief(made.made_at)} · {made.body['title']}"
    return st.selectbox("보고 정한 보고서", [made.id, None], format_func=lambda each: told if each else "없음",
                        key=acts.field(_ACT, f"report.{made.id}"))


def _record(found: Collection, choice: str, reason: str, name: str, report: int | None, who: Person, demanded: bool) -> str:
    made = deciding.record(doors.writing("decide"), found.name, choice, reason=reason, by=name, report_id=report, who=who,
                           demanded=demanded)
    return f"{made.id}번 결정을 적었습니다: {roles.CHOICES[made.choice]}."


def _earlier(listed: list[StoredDecision]) -> None:
    with st.expander(f"지난 결정 {len(listed)}개"):
        with doors.database().connection() as conn:
            signed = {each.id: decisions.signatures(conn, each.id) for each in listed}
        tables.draw(("번호", "결정", "계산된 판정", "이유", "적은 사람", "언제", "서명"), [
            (each.id, roles.CHOICES[each.choice], each.body["computed"]["title"], each.reason, each.by,
             moment(each.at), ", ".join(one.name for one in signed[each.id]) or "없음") for each in listed])
