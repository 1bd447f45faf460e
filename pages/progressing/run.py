"""The whole POC in one run: its steps, what is done and why, the button that goes on, what the last run came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.accounts.person import Person
from core.labels import rounds
from core.moments import brief
from core.poc import deciding, record, running
from core.poc.record import Last
from core.poc.running import Planned
from core.poc.step import House, Outcome, Wish
from core.poc.steps import STEPS
from core.settings import settings
from core.store import collections
from core.store.jobs import Job
from pages.widgets import doors, jobs, markup, person, results
from pages.widgets.text import attribute, sentence

_FRESH = 20.0
"""Seconds for which a look at the store holds, unless the run goes on to another step."""
_TICK = 2.0
_BENCH = "poc.bench"
TITLE = "문항에서 보고서까지 한 번에"
_ABOUT = "있는 것은 다시 하지 않습니다. 멈추거나 끊겨도 저장된 것은 남고, 이어서 하면 거기서부터 갑니다."
_CHANGED = "그 뒤에 근거가 바뀌었습니다. 이어서 하면 다시 판정합니다."
_HIDDEN = "판정은 라벨링이 끝난 뒤에 보입니다."
_SIGNS = {
    "done": ("yes", "✓", "완료"), "missing": ("unknown", "", "아직"), "stale": ("unknown", "↻", "다시 해야 함"),
    "waiting": ("unknown", "", "앞 단계 뒤에"), "impossible": ("no", "!", "할 수 없음"), "left_out": ("unknown", "–", "뺌"),
    "running": ("running", "▶", "하는 중"), "failed": ("no", "!", "실패"),
}
"""By how a step stands: look, sign, words."""
_HEADERS = ("", "단계", "상태", "언제", "이유")


def draw(who: Person | None) -> None:
    """Draw the steps and, for those who may, the button."""
    name = st.query_params.get("collection", settings().collection)
    st.subheader(TITLE, anchor=False)
    st.session_state[_BENCH] = with_bench = st.session_state.get(_BENCH, True)  # kept while a run hides the box
    job = jobs.newest(_verb(name))
    active = job is not None and job.active
    with st.container(horizontal=True, vertical_alignment="center", key="poc-head"):
        if person.may(who, "work") and not active:
            _begin(name, job, with_bench=with_bench)
        markup.draw(f'<div class="ib-soft">{attribute(f"{name} · {_ABOUT}")}</div>')
    if active:
        jobs.draw(_verb(name))
    elif job is not None and job.state != "done":
        results.notes([f"마지막 실행: {jobs.STATES[job.state]}" + (f" {job.error}" if job.error else ". 저장된 것은 그대로 있습니다.")])
    st.fragment(_body, run_every=_TICK if active else None)(name, who, with_bench=with_bench)


def _begin(name: str, job: Job | None, *, with_bench: bool) -> None:
    planned, *_ = _state(name, _moment(job), with_bench)
    open_ = sum(each.runs for each in planned)
    st.checkbox("측정도 함께", key=_BENCH, help="속도, 메모리, 안정성을 잽니다.")
    words = "이어서" if job is not None and job.state in ("cancelled", "failed", "interrupted") else "시작"
    if st.button(words, type="primary" if open_ else "secondary", key="poc.start", icon=":material/play_arrow:"):
        jobs.start([*_verb(name), *([] if with_bench else ["--skip-bench"])], TITLE)
        _state.clear()
        st.rerun()


def _body(name: str, who: Person | None, *, with_bench: bool) -> None:
    """Draw the steps and the summary; while a run goes on only this is drawn anew."""
    job = jobs.newest(_verb(name))
    planned, last, evidence = _state(name, _moment(job), with_bench)
    at_work = running.step_of(job.words) if job is not None and job.state in ("running", "cancelling") else None
    said = {each.name: each for each in last.outcomes} if last is not None and not (job is not None and job.active) else {}
    may_see = _may_see(name, who)
    now = at_work.name if at_work is not None else ""
    rows = "".join(_row(each, said.get(each.step.name), running_now=each.step.name == now, may_see=may_see)
                   for each in planned)
    head = "".join(f"<th>{title}</th>" for title in _HEADERS)
    markup.draw(f'<div class="ib-scroll"><table class="ib-table ib-steps"><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>")
    if job is None or not job.active:
        _summary(name, said, evidence, may_see=may_see)


def _row(planned: Planned, said: Outcome | None, *, running_now: bool, may_see: bool) -> str:
    step, look = planned.step, planned.look
    # What the last run met counts as long as the step still is to be done.
    failed = said is not None and said.ending == "failed" and look.standing != "done"
    word = "running" if running_now else "failed" if failed else look.standing
    kind, sign, words = _SIGNS[word]
    why = said.words if failed and said is not None else look.why
    if step.name in ("decide", "report") and not may_see:
        why = _HIDDEN
    done_at = look.at or (said.at if said is not None and said.ending == "done" and look.standing == "done" else None)
    told = f"{brief(done_at)}" if done_at is not None else ""
    return (f'<tr data-step="{step.name}" data-standing="{word}"><td class="ib-number">{STEPS.index(step) + 1}</td>'
            f'<td><b>{attribute(step.title)}</b><small>{attribute(step.about)}</small></td>'
            f'<td><span class="ib-sign ib-sign-{kind}"><i aria-hidden="true">{sign}</i>{words}</span></td>'
            f"<td>{told}</td><td>{attribute(why)}</td></tr>")


def _summary(name: str, said: Mapping[str, Outcome], evidence: str, *, may_see: bool) -> None:
    """Say what the last run came to: the verdict, what is missing for it, where the files are."""
    decided = said.get("decide")
    if decided is None or not decided.good:
        return
    if not may_see:
        results.notes([_HIDDEN])
        return
    with st.container(key="poc-summary"):
        if decided.fingerprint != evidence:
            results.notes([f"마지막 실행의 {deciding.verdict_in(decided.words)}", _CHANGED])
            return
        found = _verdict(name, evidence)
        small = " · 축소 모델" if found.miniature else ""
        st.markdown(f"**판정: {sentence(found.title + small)}**  \n{sentence(found.headline)}")
        markup.draw(f'<div class="ib-soft">정답 {attribute(found.truth)} · 판정 기준 {attribute(found.gates)}</div>')
        if found.lacking:
            with st.expander(f"빠진 근거 {len(found.lacking)}가지"):
                results.notes(list(found.lacking))
        st.markdown("[지표와 판정](/metrics) · [성능](/performance) · [보고서와 결정](/report)")


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the summary says of a verdict."""

    title: str
    headline: str
    miniature: bool
    truth: str
    gates: str
    lacking: tuple[str, ...]


@st.cache_data(ttl=600, max_entries=8, show_spinner=False)
def _verdict(name: str, _state_of_evidence: str) -> _Verdict:
    with doors.database().connection() as conn:
        found = deciding.decision(conn, name)
    return _Verdict(found.title, found.headline, found.miniature, f"{found.truth_title} ({found.truth_sha256[:8]})",
                    found.gate_file_sha256[:8], tuple(dict.fromkeys((*found.invalid, *found.missing))))


@st.cache_data(ttl=_FRESH, show_spinner=False)
def _state(name: str, moment: str, with_bench: bool) -> tuple[tuple[Planned, ...], Last | None, str]:
    """Return how the steps stand, what the last run said, and the fingerprint of a verdict's evidence now."""
    house = House(doors.database(), doors.encoder, Wish(name, bench=with_bench))
    with house.database.connection() as conn:
        there = collections.find(conn, name) is not None
        last = record.last(conn, name) if there else None
        evidence = deciding.fingerprint(conn, name) if there else ""
    return running.plan(house), last, evidence


def _moment(job: Job | None) -> str:
    """Return a word that changes when a run begins, goes on to another step, or ends."""
    at_work = running.step_of(job.words) if job is not None else None
    return f"{job.id} {job.attempts} {job.state} {at_work.name if at_work else ''}" if job is not None else ""


def _may_see(name: str, who: Person | None) -> bool:
    with doors.database().connection() as conn:
        found = collections.find(conn, name)
        return found is None or rounds.may_see_grades(conn, found.id, who)


def _verb(name: str) -> list[str]:
    """Return what every run of a collection begins with, as a job."""
    return ["poc", "--collection", name]
