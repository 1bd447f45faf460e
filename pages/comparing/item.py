"""One item whole, over the comparison: everything it has, its like, and a grade for it as the answer to this query."""

from __future__ import annotations

import streamlit as st

from core.accounts import rights
from core.accounts.person import Person
from core.items import grades
from core.store.items import StoredItem
from pages.comparing import asked, data
from pages.comparing.asked import Asked
from pages.widgets import cards, doors, markup, person, results, trouble
from pages.widgets.state import key

_UNBLINDED = "여기서는 시스템과 순위가 보이므로, 이 등급은 '가리지 않고 매김'으로 따로 남습니다. 일치도와 판정에는 쓰지 않습니다."
_NAMELESS = "등급을 매기려면 먼저 정답 라벨링에서 이름을 골라 주세요."
_NOT_STORED = "등급은 저장된 쿼리에만 매길 수 있습니다. 저장하면 라벨링과 평가의 쿼리 목록에도 들어갑니다."
_NO_ITEM = "이 문항은 이 컬렉션에 없습니다."


def draw(found: Asked, who: Person | None) -> None:
    """Open the item the address names; nothing where it names none."""
    item_id = found.address.show
    if not item_id:
        return
    stored = doors.items(found.collection, [item_id]).get(item_id)
    st.dialog("문항", width="large", on_dismiss=asked.close_item)(_whole)(found, stored, who)


def _whole(found: Asked, stored: StoredItem | None, who: Person | None) -> None:
    with trouble.boundary():
        if stored is None:
            results.calm(_NO_ITEM)
            return
        cards.whole(stored, similar=found.address.similar_to(stored.item.id).link())
        if found.query is not None:
            _grade(found, stored, who)


def _grade(found: Asked, stored: StoredItem, who: Person | None) -> None:
    markup.draw('<div class="ib-th">이 쿼리의 답으로 매기기</div>')
    if who is None or not person.may(who, "judging"):
        results.calm(_NAMELESS if who is None else rights.refusal("judging"))
        return
    if found.stored is None:
        results.calm(_NOT_STORED)
        if st.button("이 검색을 쿼리로 저장하기", key=key("grade.keep")):
            asked.go_to(data.keep(found.collection, found.address, found.image, who).query_id)
            st.session_state[key("show")] = stored.item.id
            st.rerun()  # the dialog alone was run; the page now asks the stored query
        return
    own = data.own_grade(found.collection, found.stored, stored, who)
    at = f"{found.stored.query_id}.{stored.item.id}"
    grade = st.segmented_control("등급", list(grades.NAMES), default=own.grade if own else None, key=key(f"grade.{at}"),
                                 label_visibility="collapsed", format_func=grades.titled)
    note = st.text_input("메모", value=own.note if own else "", key=key(f"note.{at}"), placeholder="메모 (안 써도 됩니다)",
                         label_visibility="collapsed")
    if st.button("등급 저장", type="primary", disabled=grade is None) and grade is not None:
        data.judge(found.collection, found.stored, stored, who, grade=grade, note=note.strip())
        markup.draw('<div class="ib-kept" role="status">저장됨</div>')
    results.notes([_UNBLINDED])

