"""연습 결과: how a rater's practice answers compare with the grades agreed on before."""

from __future__ import annotations

import streamlit as st

from core.labels.consensus import calibration
from pages.widgets import doors, results, tables


def draw(round_id: int, rater: str) -> None:
    """Draw the result once every practice pair is answered; before that, how many are left."""
    with doors.database().connection() as conn:
        found = calibration.result(conn, round_id, rater)
    if found.exact is None:
        return
    with st.container(key="label-practice"):
        st.markdown("#### 연습 결과")
        kappa = "측정 안 됨" if found.kappa is None else f"{found.kappa:.2f}"
        results.calm(f"합의된 등급과 {found.exact:.0%}가 똑같았습니다. 등급 차이까지 본 일치도(가중 카파)는 {kappa}입니다. "
                     f"판정 {found.answered}쌍에서 계산했습니다.")
        if found.differing:
            st.markdown("다르게 본 쌍입니다. 판정 기준을 다시 읽고 까닭을 선임과 이야기해 보세요.")
            tables.draw(("쿼리", "후보", "합의 등급", "내 등급"), [
                (query_id, item_id, want, "판정 불가" if got is None else got)
                for query_id, item_id, want, got in found.differing])
