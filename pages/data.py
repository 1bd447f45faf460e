"""데이터와 설정: the items and their sample, its review, the vectors, the models on this machine."""

from __future__ import annotations

import streamlit as st

from pages.bank import SECTIONS, place
from pages.widgets import person, trouble

_KEY = "data.section"


def main() -> None:
    """Draw the page: one section."""
    wanted = st.query_params.get("section", "")
    first = next(iter(SECTIONS))
    if to := place.section_to():
        st.session_state[_KEY] = to
    chosen = st.segmented_control("보기", list(SECTIONS), format_func=lambda name: SECTIONS[name].title, key=_KEY,
                                  default=wanted if wanted in SECTIONS else first, label_visibility="collapsed") or first
    if chosen != wanted:
        st.query_params["section"] = chosen
    with trouble.boundary():
        SECTIONS[chosen].draw(person.current())


main()
