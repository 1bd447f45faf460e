"""검색 플레이그라운드: one query, one system or all of them side by side."""

from __future__ import annotations

from threading import Lock

import streamlit as st

from core.search.query import Query
from core.search.variants import find
from pages.widgets import cards, doors, query, results

EMPTY = "아직 문항이 없습니다. 터미널에서 `python -m core prepare`를 실행해 견본 문항을 준비한 뒤, 이 화면을 새로 고쳐 주세요."
MIXED = "실제 모델과 축소 모델이 섞여 있습니다. 이 화면의 시스템끼리 비교한 결과는 판정에 쓸 수 없습니다."


def main() -> None:
    """Draw the page."""
    query.adopt_address()
    if not doors.collections():
        results.calm(EMPTY)
        return
    asked = query.ask()
    query.publish(asked.address)
    results.notes(query.left_out())
    if asked.address.item:
        answer_item(asked)
    elif asked.address.q or asked.image:
        answer(asked, Query(text=asked.address.q or None, image=asked.image))
    else:
        invite(asked.collection)


def invite(collection: str) -> None:
    """Fill the page before the first search."""
    st.markdown("##### 검색어를 쓰거나 그림을 올려 주세요. 이렇게 찾을 수 있습니다.")
    query.examples(doors.examples(collection), name="start")
    results.legend()
    results.collection(next(found for found in doors.collections() if found.name == collection))


def answer_item(asked: query.Asked) -> None:
    """Show the item asked about, and what is like it."""
    item_id = asked.address.item
    stored = doors.items(asked.collection, [item_id]).get(item_id)
    if stored is None:
        results.calm(f"'{item_id}' 문항은 이 컬렉션에 없습니다. 주소를 확인하거나 위에 검색어를 써 주세요.")
        return
    cards.source(stored, address=asked.address)
    answer(asked, Query(item_id=item_id))


def answer(asked: query.Asked, wanted: Query) -> None:
    """Draw one panel, or one column for each system."""
    systems = asked.address.systems
    if doors.mixed(systems):
        results.notes([MIXED])
    picture = doors.picture(wanted, collection=asked.collection)
    panels = [results.Panel(system=system, address=asked.address, collection=asked.collection, compact=len(systems) > 1,
                            picture=picture) for system in systems]
    turn = Lock()
    columns = zip(st.columns(len(systems), gap="small"), panels, strict=True)
    # A reranker takes its turn last: it reads for seconds what the others find in milliseconds.
    for column, panel in sorted(columns, key=lambda pair: find(pair[1].system).system.method == "rerank"):
        with column:
            results.draw(panel, wanted, turn=turn)


main()
