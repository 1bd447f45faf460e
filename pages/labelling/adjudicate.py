"""조정: a senior decides where raters differ."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels.consensus import adjudication, final
from core.labels.consensus.adjudication import Case
from core.store import queries
from core.store.collections import Collection
from core.store.judgments import JudgmentEvent
from pages.labelling import place, shown
from pages.widgets import acts, cards, doors, facts, markup, results
from pages.widgets.text import attribute, sentence

ACT = "adjudicate"
_AT = "label.adjudicate.at"
_NONE = "갈린 판정이 없습니다. 두 사람이 다르게 판정한 쌍이 생기면 여기에 나옵니다."
_NONE_DECIDED = "아직 조정한 쌍이 없습니다."
_OWN = "이 쌍은 본인도 판정했습니다. 되도록 다른 선임이 정하는 것이 좋습니다."


def draw(who: Person | None) -> None:
    """Draw the section: one case at a time, the widest difference first."""
    found = place.collection()
    if found is None:
        return
    if who is None or not place.may_see_grades(found, who):
        results.calm(place.UNSEEN)
        return
    acts.said()
    with doors.database().connection() as conn:
        left = adjudication.cases(conn, found.id, by=who.name)
        made = adjudication.cases(conn, found.id, decided=True, by=who.name)
    part = place.choose("adjudicate", {"open": "정할 쌍", "decided": "정한 쌍"})
    results.notes([final.RULE])
    listed = left if part == "open" else made
    if not listed:
        results.calm(_NONE if part == "open" else _NONE_DECIDED)
        return
    case = _choose(listed)
    _case(found, who, case)


def _choose(listed: list[Case]) -> Case:
    """The case that was shown last while it is there, else the one in its place."""
    at = min(st.session_state.get(_AT, 0), len(listed) - 1)
    with st.container(horizontal=True, vertical_alignment="center", key="label-walk"):
        if st.button("← 앞", disabled=at == 0, key="label.adjudicate.before"):
            at -= 1
        if st.button("뒤 →", disabled=at == len(listed) - 1, key="label.adjudicate.after"):
            at += 1
        at = max(0, min(at, len(listed) - 1))
        case = listed[at]
        how = "판정 불가와 갈림" if case.mixed else f"등급 차이 {case.spread}"
        markup.draw(f'<span class="ib-soft">{at + 1:,} / {len(listed):,} · {attribute(how)}</span>')
    st.session_state[_AT] = at
    return case


def _case(found: Collection, who: Person, case: Case) -> None:
    with doors.database().connection() as conn:
        query = queries.get(conn, found.id, case.query_id)
    stored = doors.items(found.name, [case.item_id, *([query.source_item_id] if query.source_item_id else [])])
    with st.container(key="label-verdict"):
        _opinions(case)
        _decide(case, who)
    left, right = st.columns(2, gap="medium")
    with left:
        facts.heading("쿼리")
        shown.query(query, stored)
    with right:
        facts.heading("후보")
        if case.item_id in stored:
            cards.whole(stored[case.item_id])


def _opinions(case: Case) -> None:
    cells = "".join(
        f'<div class="ib-opinion"><span>{attribute(each.alias)}</span><b>{attribute(shown.grade(each.grade))}</b>'
        f'<p>{attribute(each.note) or "메모 없음"}</p></div>' for each in case.opinions)
    provisional = "조정하지 않으면 등급 없음" if case.provisional is None else f"조정하지 않으면 {shown.grade(case.provisional.grade)}"
    markup.draw(f'<div class="ib-opinions">{cells}</div><div class="ib-soft">{attribute(provisional)}</div>')
    if case.own:
        results.notes([_OWN])
    if case.decision is not None:
        told = f"{case.decision.rater}님이 '{shown.grade(case.decision.grade)}'(으)로 정했습니다."
        markup.draw(f'<div class="ib-done-now">\n\n{sentence(" ".join(filter(None, [told, case.decision.note])))}\n\n</div>')


def _decide(case: Case, who: Person) -> None:
    at = f"{ACT}.{case.query_id}.{case.item_id}"
    note = st.text_input("메모", key=acts.field(at, "note"), placeholder="왜 그렇게 정했는지 (안 써도 됩니다)",
                         label_visibility="collapsed", max_chars=adjudication.LONGEST_NOTE)
    with st.container(horizontal=True, key="label-grades"):
        for value in range(4):
            acts.press(shown.grade(value), f"{at}.{value}", lambda value=value: _decided(case, who, value, note), walking=True)
        acts.press(shown.grade(None), f"{at}.none", lambda: _decided(case, who, None, note), walking=True)
        if case.decision is not None:
            acts.press("조정 거두기", f"{at}.withdraw", lambda: _withdrawn(case, who))


def _decided(case: Case, who: Person, grade: int | None, note: str) -> str:
    with doors.writing("adjudication").connection() as conn:
        made: JudgmentEvent = adjudication.decide(conn, case, grade, note.strip(), who.name)
    return f"'{case.query_id}' 쿼리와 '{case.item_id}' 문항을 '{shown.grade(made.grade)}'(으)로 정했습니다."


def _withdrawn(case: Case, who: Person) -> str:
    with doors.writing("adjudication").connection() as conn:
        adjudication.withdraw(conn, case, who.name)
    return f"'{case.query_id}' 쿼리와 '{case.item_id}' 문항의 조정을 거두었습니다."
