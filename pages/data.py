"""데이터와 설정: the models on this machine, and what they take of its memory."""

from __future__ import annotations

import streamlit as st

from pages.widgets import memory, models, trouble


def main() -> None:
    """Draw the page."""
    st.markdown("### 모델")
    with trouble.boundary():
        models.draw()
    st.markdown("#### GPU 메모리 계획")
    with trouble.boundary():
        memory.plan()
    st.markdown("#### 계산 엔진")
    memory.engine()


main()
