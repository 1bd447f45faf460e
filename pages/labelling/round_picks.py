"""Pairs that staff choose themselves: whoever knows a fitting item adds it to a round."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels import rounds
from core.labels.pooling import pool
from core.store import queries
from core.store.collections import Collection
from pages.labelling import shown
from pages.widgets import acts, cards, doors, results

_NONE = "열린 라운드가 없습니다. '후보 모으기'에서 라운드를 열면 알고 있는 문항을 후보로 더할 수 있습니다."
_ABOUT = "시스템이 못 찾은 좋은 문항을 알고 있으면 여기서 후보로 더해 주세요. 등급은 라벨러가 다른 후보와 똑같이 매깁니다."
ACT = "round.pick"


def draw(found: Collection, who: Person) -> None:
    """Draw the choice of round, query and item, both sides shown."""
    with doors.database().connection() as conn:
        listed = {each.id: each for each in rounds.listing(conn, found.id) if each.open and each.kind == "round"}
        asked = {query.query_id: query for query in queries.current(conn, found.id)}
    if not listed or not asked:
        results.calm(_NONE)
        return
    results.notes([_ABOUT])
    left, right = st.columns(2, gap="large")
    with left:
        round_id = st.selectbox("라운드", list(listed), format_func=lambda each: listed[each].name, key="label.pick.round")
        query_id = st.selectbox("쿼리", list(asked), index=None, key="label.pick.query", placeholder="쿼리의 ID나 글",
                                format_func=lambda each: f"{each} · {shown.title(asked[each], 50)}")
        if query_id:
            query = asked[query_id]
            shown.query(query, doors.items(found.name, [query.source_item_id] if query.source_item_id else []))
    with right:
        item = shown.pick_item(acts.field(ACT, "item"), found)
        if item is not None:
            acts.press("이 문항을 후보로 더하기", ACT, lambda: _pick(round_id, query_id, item.item.id, who), primary=True,
                       disabled=query_id is None)
            cards.whole(item)


def _pick(round_id: int, query_id: str, item_id: str, who: Person) -> str:
    with doors.writing("pool").connection() as conn:
        new = pool.pick(conn, round_id, query_id, item_id, who.name)
    return (f"'{query_id}' 쿼리의 후보로 '{item_id}' 문항을 더했습니다." if new
            else f"'{item_id}' 문항은 이미 '{query_id}' 쿼리의 후보이거나 판정한 쌍입니다. 고른 사실만 적어 두었습니다.")
