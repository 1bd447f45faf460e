"""What leaves the page: the link, and the view as a file."""

from __future__ import annotations

import re

import streamlit as st

from core.search import comparison_export
from core.search.comparison import Comparison
from pages.comparing.view import View
from pages.widgets import doors
from pages.widgets.palette import SYSTEM_COLOURS, colour


def draw(comparison: Comparison, drawn: View, *, url: str) -> None:
    """Draw the buttons that save the view; a file is made when its button is pressed."""
    colours = SYSTEM_COLOURS | {system: colour(system) for system in comparison.systems}
    name = "비교_" + (re.sub(r"[^\w-]+", "_", drawn.address.query or drawn.address.item or drawn.address.q).strip("_")[:40] or "그림")

    def page() -> bytes:
        return comparison_export.as_html(doors.database(), comparison, address=url, grades=drawn.grades,
                                         baseline=drawn.address.baseline, colours=colours)

    def table() -> bytes:
        return comparison_export.as_csv(doors.database(), comparison, address=url, grades=drawn.grades)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare.export"):
        st.download_button("HTML로 저장", page, file_name=f"{name}.html", mime="text/html", key="compare.html",
                           icon=":material/download:", on_click="ignore", disabled=not drawn.whole)
        st.download_button("CSV로 저장", table, file_name=f"{name}.csv", mime="text/csv", key="compare.csv",
                           icon=":material/download:", on_click="ignore", disabled=not drawn.whole)
