"""정답 라벨링: the rater's queue, and what stands around it for those who run the labelling."""

from __future__ import annotations

import streamlit as st

from pages.labelling import SECTIONS, sections_for
from pages.widgets import person, state, trouble


def main() -> None:
    """Draw the page: one section, chosen from those this person may open."""
    who = person.current()
    names = sections_for(who)
    if not names:
        return
    chosen = names[0]
    if len(names) > 1:
        wanted = st.query_params.get("section", names[0])
        chosen = st.segmented_control(
            "보기", names, format_func=lambda name: SECTIONS[name].title, key=state.key("label.section"),
            default=wanted if wanted in names else names[0], label_visibility="collapsed") or names[0]
        if chosen != wanted:
            st.query_params["section"] = chosen
    with trouble.boundary():
        SECTIONS[chosen].draw(who)


main()
