"""The look that goes with the theme: one style sheet for every page."""

from __future__ import annotations

import streamlit as st

from core.settings import PROJECT_DIR

ASSETS = PROJECT_DIR / "pages" / "assets"


def apply() -> None:
    """Put the style sheet into the page; the shell does this once for every page."""
    st.html(ASSETS / "style.css")
