"""What each proposer brought into the pools, and what would be missing without it (circularity guard)."""

from __future__ import annotations

import streamlit as st

from core.labels import rounds
from core.labels.pooling import provenance
from core.labels.pooling.provenance import SystemContribution
from core.store.collections import Collection
from pages.labelling import place
from pages.widgets import doors, facts, results, tables

_ALL = 0
_ABOUT = ("한 시스템만 찾은 정답이 많으면, 그 정답으로 그 시스템을 재는 것은 제 답으로 저를 재는 일입니다. "
          "'혼자 낸 관련'은 그 시스템을 빼면 정답에서 빠질 쌍입니다.")


def draw(found: Collection, *, graded: bool) -> None:
    """Draw the two tables: by proposer, and by families that share an encoder."""
    with doors.database().connection() as conn:
        listed = {each.id: each for each in rounds.listing(conn, found.id) if each.kind == "round"}
        if not listed:
            results.calm("아직 연 라운드가 없습니다. '새 라운드'에서 계획을 세우고 열어 주세요.")
            return
        chosen = st.selectbox("라운드", [_ALL, *listed], key="label.contribution.round", width=320,
                              format_func=lambda each: "모든 라운드" if each == _ALL else listed[each].name)
        counted = provenance.contribution(conn, found.id, round_id=chosen or None)
    results.notes([_ABOUT] if graded else [_ABOUT, place.UNSEEN])
    for level, words in (("proposer", "낸 곳마다"), ("family", "인코더 계열마다 (같은 인코더를 쓰는 시스템은 서로 독립이 아닙니다)")):
        facts.heading(words)
        _table([each for each in counted if each.level == level], graded)


def _table(counted: list[SystemContribution], graded: bool) -> None:
    headers = ["낸 곳", "쌍", "혼자 낸 쌍"] + (["판정된 쌍", "관련(2 이상)", "혼자 낸 관련"] if graded else [])
    rows = [(each.title, each.pairs, each.alone, *((each.judged, each.relevant, each.relevant_alone) if graded else ()))
            for each in counted]
    tables.draw(headers, [(name, *(f"{number:,}" for number in numbers)) for name, *numbers in rows],
                numbers=frozenset(headers[1:]))
