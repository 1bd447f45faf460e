"""Walking through stored queries with the arrow keys: all that are labelled, or those the systems disagree about most."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.comparing import asked, data
from pages.comparing.asked import Asked
from pages.widgets import jobs, markup, person, results, trouble
from pages.widgets.address import written

_NO_TRUTH = "아직 정답이 있는 쿼리가 없습니다. 정답 라벨링에서 등급을 매기거나, 목록을 '모든 쿼리'로 바꿔 주세요."
_HIDDEN = "정답을 볼 수 없는 동안에는 정답 있는 쿼리의 목록도 보이지 않습니다."
_LEFT = "둘 이상의 시스템이 답하지 않은 쿼리입니다. 글로만 찾는 시스템은 그림뿐인 쿼리에 답하지 못합니다."
_NEWER = "목록에 없는 쿼리가 있습니다. 새로 생겼거나 검색이 도중에 멈추었다면 검색해 주세요. 이미 검색한 쿼리는 건너뜁니다."
_NO_RUNS = "의견이 갈리는 순서는 쿼리마다 저장해 둔 검색 결과로 매깁니다. 아직 검색하지 않은 시스템: "


@dataclass(frozen=True, slots=True)
class Walk:
    """Where in a list of stored queries the page is."""

    ids: list[str]
    place: int
    """Counts from 0; -1 where what is asked is not in the list."""
    disputed: float | None
    """How much the systems disagree about the query, where the list is sorted by it."""
    left: int = 0
    """Stored queries that are not in a list of disputed ones: not searched yet, or answered by fewer than two systems."""


def prepare(found: Asked, *, graded: bool) -> Walk | None:
    """Return the chosen list and the place in it; None where none is chosen or it is empty, which is said."""
    listing = found.address.list
    if not listing:
        return None
    values: dict[str, float] = {}
    left = 0
    if listing == "disagree":
        _runs(found)
        values = _disputed(found)
        ids = list(values)
        left = len(data.queries(found.collection)) - len(ids)
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
    return Walk(ids, place, values.get(here), left)


def draw(walk: Walk) -> None:
    """Draw the buttons of the arrow keys and the place in the list, into the row that is open."""
    ids, place = walk.ids, walk.place
    before, after = ids[(place - 1) if place > 0 else -1], ids[(place + 1) % len(ids)]
    st.button("이전", key="compare.before", shortcut="Left", on_click=asked.go_to, args=(before,))
    st.button("다음", key="compare.after", shortcut="Right", on_click=asked.go_to, args=(after,))
    told = [f"<b>{place + 1:,} / {len(ids):,}</b>" if place >= 0 else f"<b>{len(ids):,}개</b>"]
    if walk.disputed is not None:
        told.append(f'<span title="1 − 시스템 쌍들의 RBO 평균. 0이면 같은 목록, 1이면 겹침이 없음">불일치 {walk.disputed:.2f}</span>')
    if walk.left:
        told.append(f'<span title="{_LEFT}">{walk.left:,}개 빠짐</span>')
    markup.draw(f'<div class="ib-walk">{" · ".join(told)}</div>', width="content")


def _runs(found: Asked) -> None:
    """Offer to search with every system for every stored query, a job; follow it while it is done."""
    systems, collection = found.address.systems, found.collection
    verb = _verb(collection)
    job = jobs.draw(verb)
    if job is not None and job.active:
        return
    known = data.queries(collection)
    missing = data.not_run(collection, systems)
    words = _NO_RUNS + ", ".join(map(written, missing))
    if not missing:
        # Runs are there, and yet a query may be newer, or the work was cut off. Where everything was asked nothing more can come.
        if data.searched(collection, jobs.ended_well(verb)) >= set(systems):
            return
        if len(_disputed(found)) == len(known):
            return
        missing, words = list(systems), _NEWER
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare.runs"):
        results.notes([words])
        if person.may(person.current(), "work"):
            st.button(f"쿼리 {len(known):,}개 검색하기", key="compare.runs.start", on_click=_start,
                      args=([*verb, ",".join(missing)], collection))


def _disputed(found: Asked) -> dict[str, float]:
    job = jobs.newest(_verb(found.collection))
    return dict(data.disputed(found.collection, found.address.systems, found.address.k,
                              f"{job.id} {job.attempts} {job.state}" if job is not None else ""))


def _verb(collection: str) -> list[str]:
    return ["runs", "--collection", collection, "--systems"]


def _start(arguments: list[str], collection: str) -> None:
    with trouble.boundary():
        jobs.start(arguments, f"쿼리마다 검색 ({collection})")
