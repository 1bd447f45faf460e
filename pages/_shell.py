"""What stands around every page: title, navigation, style, and the one place where an error becomes a sentence."""

from __future__ import annotations

import streamlit as st

from core.settings import PROJECT_DIR
from pages.widgets import style, trouble

st.set_page_config(
    page_title="문항은행 검색 POC",
    # An icon by name would be fetched from a font server; a file is not.
    page_icon=PROJECT_DIR / "pages" / "assets" / "favicon.png",
    layout="wide",
)
page = st.navigation(
    [st.Page("playground.py", title="검색 플레이그라운드", icon=":material/search:", url_path="playground", default=True)],
    position="top",
)
style.apply()
with trouble.boundary():
    page.run()
