"""데이터와 설정: the items and their sample, its review, the vectors, the models on this machine."""

from __future__ import annotations

import streamlit as st

from pages.bank import SECTIONS, place
from pages.widgets import person, trouble

_KEY = "data.section"


def main() -> None:
    """Draw the page: one section of those this person may open."""
    who = person.current()
    names = [name for name in SECTIONS if person.may_open(who, "data", name)]
    if not names:
        return
    wanted = st.query_params.get("section", "")
    chosen = names[0]
    if (to := place.section_to()) in names:
        st.session_state[_KEY] = to
    if len(names) > 1:
        chosen = st.segmented_control("보기", names, format_func=lambda name: SECTIONS[name].title, key=_KEY,
                                      default=wanted if wanted in names else chosen, label_visibility="collapsed") or chosen
    else:
        st.subheader(SECTIONS[chosen].title, anchor=False)
    if chosen != wanted:
        st.query_params["section"] = chosen
    with trouble.boundary():
        SECTIONS[chosen].draw(who)


main()
