"""A query that is there: its words changed, retired, brought back, or set to its item as that reads now."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.accounts.person import Person
from core.labels import making
from core.labels.making import QueryState
from core.store.collections import Collection
from core.store.queries import QueryRevision
from pages.labelling import query_making, shown
from pages.widgets import acts, doors, person, results

ACT = "queries.edit"
_STARTS_ANEW = "글을 고치면 새 쿼리처럼 처음부터 판정합니다. 이전 글로 한 판정은 기록에 남습니다."


def draw(found: Collection, who: Person, states: Sequence[QueryState]) -> None:
    """Draw the choice of a query and what can be done with it."""
    by_id = {each.query.query_id: each for each in states}
    chosen = st.selectbox("쿼리", list(by_id), index=None, key="label.queries.chosen", placeholder="고를 쿼리의 ID나 글",
                          format_func=lambda each: f"{each} · {shown.title(by_id[each].query, 50)}")
    if chosen is None:
        results.notes(["고칠 쿼리를 골라 주세요. 쿼리는 지우지 않고 거두며, 거둔 쿼리는 언제든 되살릴 수 있습니다."])
        return
    state = by_id[chosen]
    query = state.query
    shown.query(query, doors.items(found.name, [query.source_item_id] if query.source_item_id else []))
    if query.text is not None and not query.retired:
        _words(found, who, query)
    with st.container(horizontal=True):
        if state.source_changed and not query.retired:
            acts.press("지금 문항에 맞추기", f"queries.renew.{chosen}", lambda: _renewed(found, who, query))
        if query.retired:
            acts.press("쿼리 되살리기", f"queries.restore.{chosen}", lambda: _restored(found, who, query))
        else:
            acts.press("쿼리 거두기", f"queries.retire.{chosen}", lambda: _retired(found, who, query))
    if state.source_changed:
        results.notes(["원본 문항이 바뀌어 판정과 평가에서 빠져 있습니다. 지금 문항에 맞추면 처음부터 판정합니다."])


def _words(found: Collection, who: Person, query: QueryRevision) -> None:
    at = f"{ACT}.{query.query_id}.{query.revision}"
    text = st.text_area("글 고치기", value=query.text or "", key=acts.field(at, "text"), height=120)
    keep = person.may(who, "adjudication") and st.checkbox(
        "뜻은 그대로입니다(오타만 고침). 지금까지의 등급을 옮깁니다.", key=acts.field(at, "keep"))
    acts.press("고쳐 저장", at, lambda: _edited(found, who, query, text, keep=keep), primary=True)
    if not keep:
        results.notes([_STARTS_ANEW])
    query_making.warn_of_near(found, text, but=query.query_id)


def _edited(found: Collection, who: Person, query: QueryRevision, text: str, *, keep: bool) -> str:
    # To move a grade is to give one.
    with doors.writing("adjudication" if keep else "queries").connection() as conn, conn.transaction():
        after = making.edit(conn, found.id, query.query_id, by=who.name, text=text)
        if after.revision == query.revision:
            return f"'{query.query_id}' 쿼리는 바뀐 데가 없어 그대로입니다."
        if keep:
            moved = making.carry(conn, found.id, query.query_id, from_revision=query.revision, by=who.name)
            return f"'{query.query_id}' 쿼리를 고치고 등급 {moved:,}개를 옮겼습니다."
    return f"'{query.query_id}' 쿼리를 고쳤습니다. 처음부터 다시 판정합니다."


def _renewed(found: Collection, who: Person, query: QueryRevision) -> str:
    with doors.writing("queries").connection() as conn:
        making.renew(conn, found.id, query.query_id, by=who.name)
    return f"'{query.query_id}' 쿼리를 지금 문항에 맞추었습니다. 처음부터 다시 판정합니다."


def _retired(found: Collection, who: Person, query: QueryRevision) -> str:
    with doors.writing("queries").connection() as conn:
        making.retire(conn, found.id, query.query_id, by=who.name)
    return f"'{query.query_id}' 쿼리를 거두었습니다. 판정은 기록에 남고, 언제든 되살릴 수 있습니다."


def _restored(found: Collection, who: Person, query: QueryRevision) -> str:
    with doors.writing("queries").connection() as conn:
        making.restore(conn, found.id, query.query_id, by=who.name)
    return f"'{query.query_id}' 쿼리를 되살렸습니다."
