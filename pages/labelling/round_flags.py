"""Items that raters flagged as defective: out of every queue until somebody clears them."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels import flags
from core.moments import moment
from core.store.collections import Collection
from core.store.flags import Flag
from core.store.items import StoredItem
from pages.widgets import acts, cards, doors, markup, results
from pages.widgets.text import attribute

_NONE = "결함으로 표시된 문항이 없습니다. 라벨러가 판정하다 표시하면 여기에 나옵니다."
_ABOUT = "표시된 문항은 모두의 판정에서 빠져 있습니다. 문항을 고쳐 다시 가져오면 저절로 풀리고, 문제가 없으면 여기서 풀어 주세요."


def draw(found: Collection, who: Person) -> None:
    """Draw every flagged item with its reason and a button that clears it."""
    with doors.database().connection() as conn:
        flagged = flags.flagged(conn, found.id)
    if not flagged:
        results.calm(_NONE)
        return
    results.notes([_ABOUT])
    stored = doors.items(found.name, [each.item_id for each in flagged])
    for each in flagged:
        with st.container(border=True, key=f"label-flag-{each.item_id}"):
            _flag(found, who, each, stored.get(each.item_id))


def _flag(found: Collection, who: Person, each: Flag, stored: StoredItem | None) -> None:
    told = f"{each.by} · {moment(each.at)}"
    markup.draw(f'<div class="ib-round-head"><b>{attribute(each.reason or "까닭을 적지 않음")}</b><span>{attribute(told)}</span></div>')
    if stored is not None:
        cards.whole(stored)
    name = f"flag.{each.item_id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input("푸는 까닭 (안 써도 됩니다)", key=acts.field(name, "reason"), width=420)
        acts.press("표시 풀기", name, lambda: _clear(found, who, each, reason))


def _clear(found: Collection, who: Person, each: Flag, reason: str) -> str:
    with doors.writing("rounds").connection() as conn:
        flags.clear(conn, found.id, each.item_id, by=who.name, reason=reason)
    return f"'{each.item_id}' 문항의 결함 표시를 풀었습니다. 다시 판정에 나옵니다."
