"""연습 결과: how a rater's practice answers compare with the grades agreed on before."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.items import grades
from core.labels import desk
from core.labels.consensus import calibration
from pages.labelling import pairs
from pages.widgets import cards, doors, results
from pages.widgets.markup import draw as markup

_MOST = 10


def draw(round_id: int, rater: str, *, collection_id: int) -> None:
    """Draw the result once every practice pair is answered; before that, nothing."""
    with doors.database().connection() as conn:
        found = calibration.result(conn, round_id, rater)
    if found.exact is None:
        return
    with st.container(key="label-practice"):
        st.markdown("##### 연습 결과")
        kappa = "측정 안 됨" if found.kappa is None else f"{found.kappa:.2f}"
        results.calm(f"합의된 등급과 {found.exact:.0%}가 똑같았습니다. 등급 차이까지 본 일치도(가중 카파)는 {kappa}입니다. "
                     f"판정 {found.answered}쌍에서 계산했습니다.")
        if found.differing:
            st.markdown("다르게 본 쌍입니다. 판정 기준을 다시 읽고 까닭을 선임과 이야기해 보세요.")
            markup(_differing(found.differing[:_MOST], collection_id))


def _differing(found: Sequence[tuple[str, str, int, int | None]], collection_id: int) -> str:
    queries, items = desk.contents(doors.database(), collection_id, [(query_id, item_id) for query_id, item_id, _, _ in found])
    parts = []
    for query_id, item_id, want, got in found:
        if query_id not in queries or item_id not in items:
            continue
        mine = "판정 불가" if got is None else grades.titled(got)
        parts.append("\n\n".join([
            f'<div class="ib-differs"><div class="ib-side">합의 <b>{grades.titled(want)}</b> · 나 <b>{mine}</b></div>'
            '<div class="ib-both"><div class="ib-sought">', pairs.asked(queries[query_id], items), "</div><div>",
            cards.unnamed(items[item_id]), "</div></div></div>"]))
    return "\n\n".join(parts)
