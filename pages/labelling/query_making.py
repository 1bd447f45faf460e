"""A new query: written, taken from an item, or cut out of a picture."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels import making
from core.store.collections import Collection
from core.store.queries import QueryRevision
from pages.labelling import place, query_crop, shown
from pages.widgets import acts, cards, doors, results

ACT = "queries.new"


def draw(found: Collection, who: Person) -> None:
    """Draw the form of the chosen kind."""
    kind = place.choose("query.kind", {"text": "글로 쓰기", "item": "문항 고르기", "image": "그림 자르기"})
    {"text": _text, "item": _item, "image": _image}[kind](found, who)


def _text(found: Collection, who: Person) -> None:
    text = st.text_area("찾을 문항을 설명하는 글", key=acts.field(ACT, "text"), height=150,
                        placeholder="예: 일차함수의 그래프에서 기울기를 구하는 단답형 문제")
    source = None
    if st.toggle("어떤 문항을 보고 쓴 글입니다", key=acts.field(ACT, "from")):
        source = shown.pick_item(acts.field(ACT, "source"), found)
        results.notes(["보고 쓴 문항은 이 쿼리의 결과에서 빠집니다. 그 문항이 늘 첫째로 나오면 재는 뜻이 없습니다."])
    item_id = source.item.id if source else None
    acts.press("쿼리 저장", ACT, lambda: _made(found, who, text=text, source_item_id=item_id), primary=True)
    warn_of_near(found, text)


def _item(found: Collection, who: Person) -> None:
    source = shown.pick_item(acts.field(ACT, "pick"), found)
    if source is None:
        results.notes(["고른 문항과 비슷한 문항을 찾는 쿼리가 됩니다. 글과 그림을 함께 씁니다."])
        return
    acts.press("이 문항을 쿼리로 저장", ACT, lambda: _made(found, who, source_item_id=source.item.id), primary=True)
    cards.whole(source)


def _image(found: Collection, who: Person) -> None:
    cut = query_crop.draw(ACT, found)
    if cut is None:
        return
    text = st.text_input("함께 찾을 글 (안 써도 됩니다)", key=acts.field(ACT, "beside"))
    acts.press("잘라 낸 그림을 쿼리로 저장", ACT,
               lambda: _made(found, who, text=text, image=cut.image, source_item_id=cut.source_item_id), primary=True)


def _made(found: Collection, who: Person, **parts: object) -> str:
    with doors.writing("queries").connection() as conn:
        made: QueryRevision = making.create(conn, found.id, by=who.name, **parts)
    return f"'{made.query_id}' 쿼리를 저장했습니다. 다음 라운드부터 판정할 수 있습니다."


def warn_of_near(found: Collection, text: str, *, but: str = "") -> None:
    """Name the queries that read nearly the same; saving stays possible."""
    if not text.strip():
        return
    with doors.database().connection() as conn:
        near = making.near(conn, found.id, text, but=but)
    if near:
        listed = ", ".join(f"{each.query.query_id}({shown.short(each.query.text or '', 30)})" for each in near[:3])
        results.notes([f"거의 같은 쿼리가 있습니다: {listed}. 그래도 저장할 수 있습니다."])
