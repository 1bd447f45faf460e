"""후보 모으기: open a round over the union of what systems and people propose."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels.pooling import pool, provenance
from core.labels.pooling.pool_plan import PoolPlan, PoolRequest, checked
from core.store.collections import Collection
from pages.labelling import place, pool_contribution, pool_plan, pool_request
from pages.widgets import acts, doors, jobs, results, trouble, work

_PLAN, _WANTED = "label.pool.plan", "label.pool.wanted"
_FIRST = "라운드는 계획을 먼저 보고 엽니다. '계획 세우기'를 누르면 몇 쌍을 몇 시간 동안 판정하게 될지 보여 드립니다."
_MOVED_ON = "아래 계획을 세운 뒤 위의 설정이 바뀌었습니다. 열기 전에 계획을 다시 세워 주세요."


def draw(who: Person | None) -> None:
    """Draw the section: what a round is made of, its plan, and what each proposer brought so far."""
    found = place.collection()
    if found is None:
        return
    if who is None:
        place.ask_name()
        return
    acts.said()
    part = place.choose("pool", {"round": "새 라운드", "contribution": "시스템마다 보탠 것"})
    if part == "contribution":
        pool_contribution.draw(found, graded=place.may_see_grades(found, who))
        return
    left, right = st.columns([5, 7], gap="large")
    with left:
        request = pool_request.draw(found)
        if st.button("계획 세우기", type="primary", key="label.pool.make"):
            _make(found, request)
    with right:
        _plan(found, who, request)


def _make(found: Collection, request: PoolRequest) -> None:
    """Plan at once what needs no engine; else the systems answer every query first, a job, and the plan follows it."""
    for key in (_PLAN, _WANTED):
        st.session_state.pop(key, None)
    work.forget(_key(found))
    with trouble.boundary():
        request = checked(request)
        if not request.systems:
            with st.spinner("후보를 모으는 중입니다…"):
                st.session_state[_PLAN] = pool.plan(doors.writing("pool"), None, found.name, request)
            return
        doors.demand("pool")
        job = jobs.start(["runs", "--collection", found.name, "--systems", ",".join(request.systems)], f"쿼리마다 검색 ({found.name})")
        st.session_state[_WANTED] = (job.arguments, request)


def _follow(found: Collection) -> None:
    """Draw the job that a plan waits for; when all lists are stored, gather from them."""
    wanted = st.session_state.get(_WANTED)
    if wanted is None:
        return
    arguments, request = wanted
    job = jobs.draw(arguments)
    if job is None or job.state != "done":
        return
    st.session_state.pop(_WANTED)
    with trouble.boundary():
        database, engine = doors.writing("pool"), doors.encoder()
        work.start(_key(found), "후보 모으기", lambda progress, cancelled: pool.plan(
            database, lambda: engine, found.name, request, cancelled=cancelled,
            progress=lambda proposer, done, total: progress(done, total, provenance.title_of(proposer))))


def _plan(found: Collection, who: Person, request: PoolRequest) -> None:
    _follow(found)
    state = work.draw(_key(found))
    planned = st.session_state.get(_PLAN) or (state.result if state and state.phase == "done" else None)
    if not isinstance(planned, PoolPlan):
        if state is None and _WANTED not in st.session_state:
            results.calm(_FIRST)
        return
    pool_plan.draw(planned)
    if _same(planned.request, request):
        acts.press("이 계획으로 라운드 열기", "pool.open", lambda: _open(found, planned, who),
                   primary=True, disabled=not planned.asked)
    else:
        results.notes([_MOVED_ON])


def _same(planned: PoolRequest, request: PoolRequest) -> bool:
    with trouble.boundary():
        return checked(request) == planned
    return False


def _open(found: Collection, planned: PoolPlan, who: Person) -> str:
    round_id = pool.open_round(doors.writing("pool"), planned, by=who.name)
    st.session_state.pop(_PLAN, None)
    work.forget(_key(found))
    return (f"{round_id}번 라운드 '{planned.request.name}'을(를) 열었습니다. 라벨러의 '판정하기'에 {planned.asked:,}쌍이 나옵니다. "
            "진행은 '진행 상황'에서 보세요.")


def _key(found: Collection) -> str:
    return f"label.pool.{found.id}"
