"""The look that goes with the theme: a common style sheet, and one for each page with a look of its own."""

from __future__ import annotations

import streamlit as st

from core.settings import PROJECT_DIR

ASSETS = PROJECT_DIR / "pages" / "assets"
SHEETS = ("style.css", "compare.css", "label.css", "labelling.css", "metrics.css", "measuring.css", "vram.css", "meeting.css",
          "steps.css", "performing.css", "report.css")


def apply() -> None:
    """Put the style sheets into the page; the shell does this once for every page."""
    for name in SHEETS:
        st.html(ASSETS / name)
