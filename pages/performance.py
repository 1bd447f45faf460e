"""성능: what was measured of speed, memory and stability, how it stands at the gates, and measuring more."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.store.measurements import Measurement
from pages.performing import asking, data, detail, files, gates, listing, live, quality, systems
from pages.widgets import person, results, trouble

_NOTHING = ("아직 잰 것이 없습니다. '재기'로 이 컴퓨터에서 재거나, 대상 카드에서 잰 파일을 '파일'에서 가져와 주세요.")
_NOTHING_YET = "아직 잰 것이 없습니다. 속도와 메모리를 재면 여기에 나옵니다."
_VIEWS = {"systems": "시스템 견주기", "one": "측정 하나", "quality": "품질·속도·메모리", "all": "잰 것 모두"}
_NEWEST = "performance.newest"


def main() -> None:
    """Draw the page: actions, what is under way, the gates, then the chosen view."""
    who = person.current()
    listed = data.listed()
    with st.container(horizontal=True, vertical_alignment="center"):
        with trouble.boundary():
            asking.draw(who)
        if listed or person.may(who, "values"):
            files.draw(listed, may_write=person.may(who, "values"))
    live.draw()
    _follow(listed)
    if not listed:
        results.calm(_NOTHING if person.may(who, "work") else _NOTHING_YET)
        return
    with trouble.boundary():
        gates.draw(listed)
    asked = st.query_params.get("view", "")
    start = asked if asked in _VIEWS else "one" if "measurement" in st.query_params else "systems"
    chosen = st.segmented_control("보기", list(_VIEWS), format_func=_VIEWS.__getitem__, default=start, key=f"performance.view.{start}",
                                  label_visibility="collapsed", required=True)
    if chosen != start:
        st.query_params["view"] = chosen
        st.rerun()
    with trouble.boundary():
        {"systems": systems.draw, "one": _one, "quality": quality.draw, "all": listing.draw}[chosen](listed)


def _follow(listed: Sequence[Measurement]) -> None:
    """Open a measurement that ended while somebody looked on."""
    newest = max((each.id for each in listed), default=0)
    before = st.session_state.get(_NEWEST)
    st.session_state[_NEWEST] = newest
    if before is not None and newest > before and st.session_state.pop(live.SEEN, False):
        st.query_params["measurement"], st.query_params["view"] = str(newest), "one"


def _one(listed: Sequence[Measurement]) -> None:
    known = {each.id: each for each in listed}
    wanted = st.query_params.get("measurement", "")
    first = int(wanted) if wanted.isdigit() and int(wanted) in known else listed[0].id
    left, right = st.columns(2)
    chosen = known[left.selectbox("측정", list(known), index=list(known).index(first), key=f"performance.chosen.{first}",
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


main()
