"""Walking through stored queries with the arrow keys: all that are labelled, or those the systems disagree about most."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.search import running
from pages.comparing import asked, data
from pages.comparing.asked import Asked
from pages.widgets import doors, markup, results, work
from pages.widgets.address import written

_NO_TRUTH = "아직 정답이 있는 쿼리가 없습니다. 정답 라벨링에서 등급을 매기거나, 목록을 '모든 쿼리'로 바꿔 주세요."
_HIDDEN = "정답을 볼 수 없는 동안에는 정답 있는 쿼리의 목록도 보이지 않습니다."
_NO_RUNS = "의견이 갈리는 순서는 쿼리마다 저장해 둔 검색 결과로 매깁니다. 아직 검색하지 않은 시스템: "


@dataclass(frozen=True, slots=True)
class Walk:
    """Where in a list of stored queries the page is."""

    ids: list[str]
    place: int
    """Counts from 0; -1 where what is asked is not in the list."""
    disputed: float | None
    """How much the systems disagree about the query, where the list is sorted by it."""


def prepare(found: Asked, *, graded: bool) -> Walk | None:
    """Return the chosen list and the place in it; None where none is chosen or it is empty, which is said."""
    listing = found.address.list
    if not listing:
        return None
    values: dict[str, float] = {}
    if listing == "disagree":
        _runs(found)
        values = dict(data.disputed(found.collection, found.address.systems, found.address.k))
        ids = list(values)
    else:
        ids = [one.query_id for one in data.queries(found.collection)]
        if listing == "labelled":
            truth = data.grades(found.collection, found.address.gt) if graded else None
            labelled = {query_id for query_id, grades in truth.grades.items() if grades} if truth else set()
            ids = [query_id for query_id in ids if query_id in labelled]
            if not ids:
                results.notes([_NO_TRUTH if graded else _HIDDEN])
    if not ids:
        return None
    here = found.stored.query_id if found.stored is not None else ""
    place = ids.index(here) if here in ids else -1
    if asked.entering() and place < 0:
        asked.go_to(ids[0])
        st.rerun()
    return Walk(ids, place, values.get(here))


def draw(walk: Walk) -> None:
    """Draw the buttons of the arrow keys and the place in the list, into the row that is open."""
    ids, place = walk.ids, walk.place
    before, after = ids[(place - 1) if place > 0 else -1], ids[(place + 1) % len(ids)]
    st.button("이전", key="compare.before", shortcut="Left", on_click=asked.go_to, args=(before,))
    st.button("다음", key="compare.after", shortcut="Right", on_click=asked.go_to, args=(after,))
    told = [f"<b>{place + 1:,} / {len(ids):,}</b>" if place >= 0 else f"<b>{len(ids):,}개</b>"]
    if walk.disputed is not None:
        told.append(f'<span title="1 − 시스템 쌍들의 RBO 평균. 0이면 같은 목록, 1이면 겹침이 없음">불일치 {walk.disputed:.2f}</span>')
    markup.draw(f'<div class="ib-walk">{" · ".join(told)}</div>', width="content")


def _runs(found: Asked) -> None:
    """Offer to search with every system for every stored query; follow it while it is done."""
    key = f"compare.runs.{found.collection}"
    state = work.draw(key)
    if state is not None and state.running:
        return
    if state is not None and state.phase == "done":
        data.disputed.clear()
        work.forget(key)
    missing = data.not_run(found.collection, found.address.systems)
    if not missing:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare.runs"):
        results.notes([_NO_RUNS + ", ".join(map(written, missing))])
        st.button(f"쿼리 {len(data.queries(found.collection)):,}개 검색하기", key="compare.runs.start", on_click=_start,
                  args=(key, found.collection, tuple(missing), doors.database(), doors.encoder()))


def _start(key: str, collection: str, systems: tuple[str, ...], database, engine) -> None:
    def run(progress: work.Report, cancelled: work.Cancelled) -> None:
        for place, system in enumerate(systems):
            def told(done: int, total: int, place: int = place, system: str = system) -> None:
                progress(place * total + done, len(systems) * total, written(system))

            running.run_system(database, engine, system, collection=collection, progress=told, cancelled=cancelled)
            if cancelled():
                return

    work.start(key, "쿼리마다 검색", run)
