"""후보 모으기: open a round over the union of what systems and people propose."""

from __future__ import annotations

import streamlit as st

from core.accounts.person import Person
from core.labels import rounds
from core.labels.pooling import pool, written
from core.labels.pooling.pool_plan import PoolPlan, PoolRequest, checked
from core.store.collections import Collection
from core.store.jobs import Job
from pages.labelling import place, pool_contribution, pool_plan, pool_request
from pages.widgets import acts, doors, jobs, person, results, trouble

_PLAN, _GATHERED = "label.pool.plan", "label.pool.gathered"
_FIRST = "라운드는 계획을 먼저 보고 엽니다. '계획 세우기'를 누르면 몇 쌍을 몇 시간 동안 판정하게 될지 보여 드립니다."
_MOVED_ON = "아래 계획을 세운 뒤 위의 설정이 바뀌었습니다. 열기 전에 계획을 다시 세워 주세요."


def draw(who: Person | None) -> None:
    """Draw the section: what a round is made of, its plan, and what each proposer brought so far."""
    found = place.collection_for(who)
    if found is None:
        return
    acts.said()
    part = place.choose("pool", {"round": "새 라운드", "contribution": "시스템마다 보탠 것"})
    if part == "contribution":
        pool_contribution.draw(found, graded=place.may_see_grades(found, who))
        return
    job = _unopened(found, jobs.newest(_verb(found)))
    if job is not None and pool_request.untouched():
        pool_request.fill(_wanted(job))
    left, right = st.columns([5, 7], gap="large")
    with left:
        request = pool_request.draw(found)
        if st.button("계획 세우기", type="primary", key="label.pool.make"):
            _make(found, request)
    with right:
        _plan(found, who, request)


def _make(found: Collection, request: PoolRequest) -> None:
    """Plan at once what needs no engine; systems answer as a job, which goes on when this page is left."""
    st.session_state.pop(_PLAN, None)
    with trouble.boundary():
        request = checked(request)
        if request.systems:
            jobs.start([*_verb(found), written.to_text(request)], f"후보 모으기 ({found.name})")
            return
        with st.spinner("후보를 모으는 중입니다…"):
            st.session_state[_PLAN] = pool.plan(doors.writing("pool"), None, found.name, request)


def _plan(found: Collection, who: Person, request: PoolRequest) -> None:
    job = _unopened(found, jobs.draw(_verb(found)))
    planned = st.session_state.get(_PLAN) or _gathered(found, who, job)
    if planned is None:
        if job is None:
            results.calm(_FIRST)
        return
    pool_plan.draw(planned)
    if _same(planned.request, request):
        acts.press("이 계획으로 라운드 열기", "pool.open", lambda: _open(found, planned, who),
                   primary=True, disabled=not planned.asked)
    else:
        results.notes([_MOVED_ON])


def _gathered(found: Collection, who: Person, job: Job | None) -> PoolPlan | None:
    """Return the plan of a job that ended well, made anew from the lists it stored: the same request is the same plan."""
    if job is None or job.state != "done" or not person.may(who, "pool"):
        return None
    of, planned = st.session_state.get(_GATHERED, (None, None))
    if of != (job.id, job.attempts):
        planned = None
        with trouble.boundary(), st.spinner("모은 후보를 정리하는 중입니다…"):
            planned = pool.plan(doors.writing("pool"), doors.encoder, found.name, _wanted(job))
        if planned is not None:
            st.session_state[_GATHERED] = ((job.id, job.attempts), planned)
    return planned


def _unopened(found: Collection, job: Job | None) -> Job | None:
    """Return the job unless a round was opened after it ended: then its plan has been used, or is out of date."""
    if job is None or job.active:
        return job
    with doors.database().connection() as conn:
        used = any(each.kind == "round" and job.ended_at and each.created_at > job.ended_at for each in rounds.listing(conn, found.id))
    return None if used else job


def _verb(found: Collection) -> list[str]:
    return ["labels", "pool", "--dry-run", "--collection", found.name, "--request"]


def _wanted(job: Job) -> PoolRequest:
    return written.from_text(job.arguments[-1])


def _same(planned: PoolRequest, request: PoolRequest) -> bool:
    with trouble.boundary():
        return checked(request) == planned
    return False


def _open(found: Collection, planned: PoolPlan, who: Person) -> str:
    round_id = pool.open_round(doors.writing("pool"), planned, by=who.name)
    st.session_state.pop(_PLAN, None)
    return (f"{round_id}번 라운드 '{planned.request.name}'을(를) 열었습니다. 라벨러의 '판정하기'에 {planned.asked:,}쌍이 나옵니다. "
            "진행은 '진행 상황'에서 보세요.")
