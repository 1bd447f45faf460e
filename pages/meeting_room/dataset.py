"""데이터와 정답: what was searched, who graded it, and how far they agree."""

from __future__ import annotations

import streamlit as st

from core.items.naming import KINDS
from core.labels import origins, status
from core.labels.consensus import agreement
from core.labels.consensus.agreement import AgreementReport
from core.labels.status import Status
from core.meeting import messages
from pages.measuring import gaps
from pages.meeting_room import room
from pages.meeting_room.room import Room
from pages.widgets import doors, facts, markup, results

_FRESH = 20
_NOBODY = "아직 블라인드로 판정한 사람이 없어 일치도를 잴 수 없습니다."
_MOST_RATERS = 6


def message(at: Room) -> str:
    """Return the slide's sentence."""
    return messages.data(at.results.evaluation.truth, items=_items(at)) if at.at else f"문항 {_items(at):,}개로 시험했습니다."


def draw(at: Room) -> None:
    """Draw the slide."""
    counted = next((found for found in doors.collections(at.collection.name) if found.name == at.collection.name), None)
    kinds = " · ".join(f"{name} {(counted.by_kind if counted else {}).get(kind, 0):,}" for kind, name in KINDS.items())
    said, agreed = _labelled(at.collection.id)
    counts = [("문항", f"{_items(at):,}", kinds), ("쿼리", f"{said.queries:,}", f"판정 대상 쌍 {said.pairs:,}개"),
            ("등급이 있는 쌍", f"{said.judged:,}", origins.counted(said.origins) or "없음")]
    if at.at:
        counts.append(("라벨러 일치도 (알파)", facts.number(agreed.overall.value), _agreed(agreed)))
    markup.draw(room.tally(counts))
    if not at.at:
        results.calm(gaps.UNSEEN)
        return
    truth = at.results.evaluation.truth
    graded = [f"{name} {pairs:,}쌍" for name, pairs in said.raters[:_MOST_RATERS]]
    if len(said.raters) > _MOST_RATERS:
        graded.append(f"그 밖에 {len(said.raters) - _MOST_RATERS:,}명")
    frozen = [f"정답 {truth.title}", f"SHA-256 {truth.sha256[:16]}…", f"등급의 출처: {origins.counted(truth.origins) or '없음'}",
              f"등급 {truth.relevant_from} 이상을 맞는 문항으로 셉니다."]
    graded = graded or ["아직 사람이 매긴 등급이 없습니다."]
    told = [room.lines("누가 매겼나", graded, name="ib-meet-bullets"), room.lines("지표를 낸 정답", frozen, name="ib-meet-bullets")]
    markup.draw(f'<div class="ib-meet-two">{"".join(told)}</div>')


def _items(at: Room) -> int:
    return sum(found.items for found in doors.collections(at.collection.name) if found.name == at.collection.name)


def _agreed(agreed: AgreementReport) -> str:
    if not agreed.raters:
        return _NOBODY
    return " · ".join(filter(None, [facts.interval(agreed.overall.low, agreed.overall.high), agreed.overall.reason,
                                    f"라벨러 {len(agreed.raters):,}명"]))


@st.cache_data(ttl=_FRESH, max_entries=8, show_spinner=False)
def _labelled(collection_id: int) -> tuple[Status, AgreementReport]:
    with doors.database().connection() as conn:
        return status.of_collection(conn, collection_id), agreement.report(conn, collection_id)
