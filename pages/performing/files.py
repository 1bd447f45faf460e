"""Measurements as files: the plan's table, Excel, and the one file that travels from the target card to the meeting."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.bench import travelling
from core.errors import UserError
from core.report import performance_results
from core.store.measurements import Measurement
from pages.widgets import doors, results, trouble

_TOLD = "performance.imported"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(listed: Sequence[Measurement], *, may_write: bool) -> None:
    """Draw the buttons; those who may write can also bring a file in."""
    with st.popover("파일", icon=":material/download:", width="content"):
        if listed:
            st.download_button("performance_results.csv", lambda: performance_results.as_csv(listed), "performance_results.csv", "text/csv",
                               on_click="ignore", key="performance.csv", help="계획서 12.2의 열이 먼저 옵니다.")
            st.download_button("성능 측정 결과.xlsx (D8)", lambda: performance_results.as_xlsx(listed), "성능측정결과.xlsx", _EXCEL,
                               on_click="ignore", key="performance.xlsx")
            st.download_button("측정 내보내기", _packed, "measurements.json", "application/json", on_click="ignore",
                               key="performance.export", help="환경, 호출 기록, 해시까지 담습니다. 다른 컴퓨터의 이 화면에서 가져옵니다.")
        if may_write:
            given = st.file_uploader("측정 가져오기", type="json", key="performance.import", max_upload_size=10)
            if given is not None and st.button("가져오기", key="performance.import.do"):
                _bring_in(given.getvalue())
            if told := st.session_state.pop(_TOLD, ""):
                results.notes([told])


def _packed() -> bytes:
    with doors.database().connection() as conn:
        return travelling.pack(conn)[0]


def _bring_in(data: bytes) -> None:
    try:
        with doors.writing("values").connection() as conn:
            done = travelling.unpack(conn, data)
    except UserError as error:
        trouble.show(error)
        return
    st.session_state[_TOLD] = f"측정 {len(done.new):,}개를 가져왔고, {len(done.known):,}개는 이미 있었습니다."
    st.rerun()  # the list, the gates and the charts have them too
