"""One sampled item: the item itself, what is said of it, and what could stand in for it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.accounts.person import Person
from core.items import context
from core.review import reviewing
from core.review.reviewing import IMAGE_TYPES, LONGEST_NOTE, VERDICTS
from core.store import reviews
from core.store.collections import Collection
from core.store.items import StoredItem
from core.store.reviews import Reviewed, Verdict
from pages.widgets import acts, cards, doors, facts, person, results

_NO_SOURCE = "이 표본을 뽑은 컬렉션을 찾지 못해 바꿀 문항을 보일 수 없습니다. 은행을 먼저 가져와 주세요."
_NONE_LEFT = "대신 넣을 만한 문항이 남아 있지 않습니다."
_OFFERED = "같은 갈래에서 단원·난이도·유형이 가까운 순서입니다. 하나를 골라 '이 문항으로 바꾸기'를 눌러 주세요."


def draw(found: Collection, reviewed: Reviewed, who: Person | None) -> None:
    """Draw the item and, for those who may review, what can be said of it."""
    stored = doors.items(found.name, [reviewed.item_id]).get(reviewed.item_id)
    if stored is None:
        return
    if reviewed.verdict != "open":
        swapped = f" → {reviewed.swapped_for}" if reviewed.swapped_for else ""
        facts.remark(f"{VERDICTS[reviewed.verdict]}{swapped} · {reviewed.by}" + (f" · {reviewed.note}" if reviewed.note else ""))
    if missing := context.flags(stored.item):
        results.notes([f"살펴봐 주세요: {', '.join(flag.value for flag in missing)}."])
    if person.may(who, "review"):
        _said(found, stored, reviewed, who)
    cards.whole(stored)


def _said(found: Collection, stored: StoredItem, reviewed: Reviewed, who: Person | None) -> None:
    name = f"data.review.{reviewed.item_id}"
    by = who.name if who else "대시보드"
    image_type = reviewed.image_type
    if stored.item.images:
        image_type = st.pills("그림", list(IMAGE_TYPES), format_func=IMAGE_TYPES.__getitem__, default=reviewed.image_type or None,
                              key=acts.field(name, "type")) or ""
    note = st.text_input("메모 (안 써도 됩니다)", value=reviewed.note, key=acts.field(name, "note"), max_chars=LONGEST_NOTE)

    def act(verdict: Verdict, swapped_for: str = "") -> str:
        with doors.writing("review").connection() as conn:
            reviewing.review(conn, found.id, reviewed.item_id, by=by, verdict=verdict, swapped_for=swapped_for, note=note,
                             image_type="" if verdict in ("exclude", "swap") else image_type)
        return f"{reviewed.item_id}: {VERDICTS[verdict]}"

    buttons: tuple[tuple[str, Verdict, str, bool], ...] = (("받기", "accept", "1", bool(stored.item.images) and not image_type),
                                                           ("빼기", "exclude", "2", False))
    with st.container(horizontal=True, vertical_alignment="center"):
        for title, verdict, key, waits in buttons:
            acts.press(title, f"{name}.{verdict}", partial(act, verdict), primary=verdict == "accept", shortcut=key, walking=True,
                       disabled=waits)
        swapping = st.toggle("바꾸기", key=acts.field(name, "swap"))
        if reviewed.verdict != "open":
            acts.press("되돌리기", f"{name}.open", partial(act, "open"))
    if stored.item.images and not image_type:
        facts.remark("그림 종류를 고르면 받을 수 있습니다.")
    if swapping:
        _stand_ins(found, reviewed.item_id, act)


def _stand_ins(found: Collection, item_id: str, act) -> None:
    with doors.database().connection() as conn:
        sources = reviews.sources(conn, found.id)
        if not sources:
            results.calm(_NO_SOURCE)
            return
        offered = reviewing.stand_ins(conn, found.id, item_id, source=sources[0])
    if not offered:
        results.calm(_NONE_LEFT)
        return
    results.notes([_OFFERED])
    at = st.segmented_control("대신 넣을 문항", range(len(offered)), format_func=lambda place: f"{place + 1}", default=0, required=True,
                              key=f"data.review.{item_id}.offer", label_visibility="collapsed")
    chosen = offered[at]
    acts.press("이 문항으로 바꾸기", f"data.review.{item_id}.swap", partial(act, "swap", chosen.item.id), primary=True, walking=True)
    cards.whole(chosen)
