"""Every query with how far it is labelled; without any of that for somebody who still has pairs to judge."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.items import grades
from core.items.naming import QUERY_TYPES
from core.labels.making import ENOUGH, QueryState
from pages.labelling import shown
from pages.widgets import facts, results, tables

_KEPT_BACK = "판정할 쌍이 남아 있는 동안에는 쿼리마다 관련 문항이 몇 개인지 보이지 않습니다."
_ALL, _SHORT_OF, _RETIRED, _CHANGED = "모두", "모자란 것", "거둔 것", "문항이 바뀐 것"


def relevant_from() -> int:
    """Draw and return the lowest grade that is counted as relevant."""
    return st.segmented_control("관련으로 칠 등급", list(grades.FROM), format_func=grades.FROM.__getitem__, default=1, required=True,
                                key="label.queries.from")


def draw(states: Sequence[QueryState], *, graded: bool, relevant_from: int) -> None:
    """Draw the counts and the table."""
    current = [each for each in states if not each.query.retired]
    reached = sum(each.reached for each in current)
    told = [("쿼리", f"{len(current):,}", f"거둔 것 {len(states) - len(current):,}개" if len(states) > len(current) else "")]
    if graded:
        told += [(f"관련 문항 {ENOUGH}개 이상", f"{reached:,}", f"등급 {relevant_from} 이상을 관련으로 셈"),
                 ("아직 모자란 쿼리", f"{len(current) - reached:,}", "")]
    facts.strip(told)
    if not graded:
        results.notes([_KEPT_BACK])
    if not states:
        results.calm("아직 쿼리가 없습니다. 왼쪽에서 첫 쿼리를 만들어 주세요.")
        return
    views = [_ALL, *([_SHORT_OF] if graded else []), _CHANGED, _RETIRED]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control("보기", views, default=_ALL, required=True, key="label.queries.view", label_visibility="collapsed")
        words = st.text_input("쿼리 찾기", key="label.queries.words", placeholder="쿼리 찾기", label_visibility="collapsed", width=260)
    kept = [each for each in states if _wanted(each, view) and _says(each, words)]
    if not kept:
        results.calm("여기에 맞는 쿼리가 없습니다.")
        return
    headers = ["쿼리", "종류", *(["판정", "관련", "목표"] if graded else []), "내용"]
    with st.container(key="label-query-table"):
        tables.draw(headers, [_row(each, graded) for each in kept], numbers=frozenset({"판정", "관련"}))


def _wanted(each: QueryState, view: str) -> bool:
    if view == _RETIRED or each.query.retired:
        return view == _RETIRED and each.query.retired
    return {_SHORT_OF: not each.reached, _CHANGED: each.source_changed}.get(view, True)


def _says(each: QueryState, words: str) -> bool:
    told = f"{each.query.query_id} {each.query.text or ''} {each.query.source_item_id or ''}".casefold()
    return words.strip().casefold() in told


def _row(each: QueryState, graded: bool) -> tuple[object, ...]:
    query = each.query
    kind = QUERY_TYPES.get(query.query_type, query.query_type)
    words = shown.title(query, 90) + (" — 문항이 바뀌었습니다" if each.source_changed else "")
    return (query.query_id, kind, *((f"{each.judged:,}", f"{each.relevant:,}", _goal(each)) if graded else ()), words)


def _goal(each: QueryState) -> str:
    return "도달" if each.reached else f"{ENOUGH - each.relevant}개 더"
