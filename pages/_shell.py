"""What stands around every page: title, navigation, style, and the one place where an error becomes a sentence."""

from __future__ import annotations

import streamlit as st

from pages.widgets import style, trouble
from pages.widgets.style import ASSETS

st.set_page_config(
    page_title="문항은행 검색 POC",
    # An icon by name would be fetched from a font server; a file is not.
    page_icon=ASSETS / "favicon.png",
    layout="wide",
)
st.logo(ASSETS / "name.png", size="small")
PAGES = [
    # The default page answers at "/" alone.
    st.Page("playground.py", title="검색 플레이그라운드", icon=":material/search:", default=True),
    st.Page("compare.py", title="모델 비교", icon=":material/view_column:", url_path="compare"),
    st.Page("label.py", title="정답 라벨링", icon=":material/edit_note:", url_path="label"),
    st.Page("data.py", title="데이터와 설정", icon=":material/database:", url_path="data"),
]
page = st.navigation(PAGES, position="top")
style.apply()
with trouble.boundary():
    page.run()
