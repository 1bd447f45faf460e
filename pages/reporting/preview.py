"""The report's pages as pictures, one at a time."""

from __future__ import annotations

import base64

import streamlit as st

from core.report.final import facts, making, prose, typesetting
from core.store import reports
from core.store.collections import Collection
from pages.widgets import doors, markup
from pages.widgets.text import attribute

_PPI = 110
_KEPT = 2
"""Reports whose pages are kept: a dozen pages are some 2 MB."""


def draw(found: Collection, sha256: str) -> None:
    """Draw a page of the report and the way to the others. What is drawn is the report only while nothing has changed since."""
    with st.expander("미리 보기"):
        if not st.toggle("쪽 그림 만들기", key="report.preview", help="보고서의 쪽을 그림으로 만드는 데 몇 초 걸립니다."):
            return
        pages = _pages(found.name, sha256)
        place = st.select_slider("쪽", range(1, len(pages) + 1), key="report.preview.page") if len(pages) > 1 else 1
        data = base64.b64encode(pages[place - 1]).decode()
        markup.element(f'<img class="ib-paper" alt="{attribute(f"보고서 {place}쪽")}" src="data:image/png;base64,{data}">')


@st.cache_data(max_entries=_KEPT, show_spinner="쪽을 그리고 있습니다…")
def _pages(collection: str, sha256: str) -> list[bytes]:
    with doors.database().connection() as conn:
        read = facts.read(conn, collection)
        sections = prose.sections(read, reports.said(conn, read.evaluation.collection_id))
        return typesetting.as_pictures(making.document_of(read, sections, conn), ppi=_PPI)
