"""지표와 판정: the verdict first, then everything it rests on, one section at a time."""

from __future__ import annotations

import streamlit as st

from pages.measuring import SECTIONS
from pages.widgets import person, state, trouble


def main() -> None:
    """Draw the page: what always stands on top, then the chosen section."""
    who = person.current()
    names = list(SECTIONS)
    wanted = st.query_params.get("section", names[0])
    chosen = st.segmented_control(
        "보기", names, format_func=lambda name: SECTIONS[name].title, key=state.key("metrics.section"),
        default=wanted if wanted in names else names[0], label_visibility="collapsed") or names[0]
    if chosen != wanted:
        st.query_params["section"] = chosen
    with trouble.boundary():
        SECTIONS[chosen].draw(who)


main()
