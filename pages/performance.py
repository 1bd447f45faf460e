"""성능: what was measured of speed, memory and stability, how it stands at the gates, and measuring more."""

from __future__ import annotations

import streamlit as st

from pages.performing import asking, data, detail, files, listing
from pages.widgets import jobs, person, results, trouble

_NOTHING = ("아직 잰 것이 없습니다. '재기'로 이 컴퓨터에서 재거나, 대상 카드에서 잰 파일을 '파일'에서 가져와 주세요.")


def main() -> None:
    """Draw the page: actions, one measurement or two, then the list."""
    who = person.current()
    listed = data.listed()
    with st.container(horizontal=True, vertical_alignment="center"):
        with trouble.boundary():
            asking.draw(who)
        files.draw(listed, may_write=jobs.may_act(who))
    if not listed:
        results.calm(_NOTHING)
        return
    known = {each.id: each for each in listed}
    wanted = st.query_params.get("measurement", "")
    first = int(wanted) if wanted.isdigit() and int(wanted) in known else listed[0].id
    left, right = st.columns(2)
    chosen = known[left.selectbox("측정", list(known), index=list(known).index(first), key="performance.chosen",
                                  format_func=lambda each: data.title(known[each]))]
    same = [each.id for each in listed if each.kind == chosen.kind and each.id != chosen.id]
    beside = right.selectbox("나란히 볼 측정", [0, *same], key=f"performance.beside.{chosen.id}",
                             format_func=lambda each: data.title(known[each]) if each else "없음")
    if str(chosen.id) != wanted:
        st.query_params["measurement"] = str(chosen.id)
    with trouble.boundary():
        if beside:
            detail.pair(chosen, known[beside])
        detail.draw(chosen)
    with trouble.boundary():
        listing.draw(listed)


main()
