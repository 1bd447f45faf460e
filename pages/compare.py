"""모델 비교: one query through several systems, side by side."""

from __future__ import annotations

import streamlit as st

from pages.comparing import asked, bookmark, columns, data, item, strip, walk
from pages.widgets import doors, markup, person, query, results

EMPTY = "아직 문항이 없습니다. 터미널에서 `python -m core prepare`를 실행해 견본 문항을 준비한 뒤, 이 화면을 새로 고쳐 주세요."
MIXED = "실제 모델과 축소 모델이 섞여 있습니다. 이 화면의 시스템끼리 비교한 결과는 판정에 쓸 수 없습니다."
UNSEEN = "라벨링할 쌍이 남아 있는 동안에는 등급과 쿼리별 지표를 보이지 않습니다."
INVITATION = "검색어를 쓰거나, 그림을 올리거나, 쿼리 목록을 골라 주세요. 시스템들이 찾은 문항을 순위마다 나란히 보여 드립니다."
LISTED = "'다음'을 누르면 고른 목록의 첫 쿼리부터 봅니다. 검색어를 쓰거나 그림을 올려도 됩니다."


def main() -> None:
    """Draw the page."""
    asked.adopt_address()
    if not doors.collections():
        results.calm(EMPTY)
        return
    who = person.current()
    graded = data.may_see_grades(query.place()[0], who)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="compare.words")
    found = asked.ask(row, graded=graded)
    with row:
        bookmark.draw(found, who)
    walked = walk.prepare(found, graded=graded)
    query.publish(found.address)
    results.notes([*query.left_out(), *([MIXED] if doors.mixed(found.address.systems) else []), *([] if graded else [UNSEEN])])
    truth = data.grades(found.collection, found.address.gt) if graded else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare.asked"):
        if walked is not None:
            walk.draw(walked)
        strip.draw(found, truth=truth.title if truth is not None and found.stored is not None else "")
    if found.query is None:
        results.calm(INVITATION if walked is None else LISTED)
        query.examples(doors.examples(found.collection), name="start")
        return
    url = (st.context.url or "").partition("?")[0] + found.address.link()
    columns.draw(columns.Shown(found, truth, asked.asked_anew(), url))
    item.draw(found, who)
    markup.script("compare.js")


main()
