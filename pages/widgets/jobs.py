"""Jobs on a page: starting one, how far it is, stopping, going on; and a tray of all of them on every page.

A job is a process of its own, so a page shows it and does not carry it: whoever looks sees the same bar, also after a reload
or a restart of the dashboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from core.accounts import logins, rights
from core.accounts.person import Person
from core.jobs import launching, pace
from core.jobs.verbs import goes_on
from core.store import jobs as stored
from core.store.jobs import Job
from pages.widgets import doors, markup, person, trouble
from pages.widgets.text import attribute, sentence

STATES = {"queued": "차례를 기다리는 중", "running": "하는 중", "cancelling": "멈추는 중…", "done": "끝났습니다", "failed": "실패했습니다",
          "cancelled": "멈추었습니다", "interrupted": "끊겼습니다"}
_FRESH = 1.0
"""Seconds a listing may be old: one query a second, however many browsers look."""
_TICK, _TRAY, _IDLE = 1.0, 3.0, 5.0
"""Seconds between two looks: at the page a job belongs to, at the tray of any other page, and where nothing goes on."""
_LISTED, _TAIL = 30, 12
_SHOWN = 5
_REMEMBERED = timedelta(hours=1)
"""How long a job that went wrong stays in the tray."""
_SIGNS = {"done": "✓", "failed": "!", "cancelled": "■", "interrupted": "!"}


def start(arguments: Sequence[str], title: str) -> Job:
    """Start a verb as a job, or join the one that does the same."""
    who = person.current()
    job, _ = launching.start(doors.writing(rights.of_job(arguments)), arguments, title=title, asked_by=who.name if who else "대시보드")
    _listed.clear()
    return job


def ended_well(prefix: Sequence[str]) -> list[Job]:
    """Return the jobs of these first arguments that did all of it, the newest first, among the latest."""
    return [job for job in _listed() if job.state == "done" and job.arguments[: len(prefix)] == list(prefix)]


def newest(prefix: Sequence[str]) -> Job | None:
    """Return the newest job whose arguments begin with these, None where there is none among the latest."""
    return next((job for job in _listed() if job.arguments[: len(prefix)] == list(prefix)), None)


def draw(prefix: Sequence[str]) -> Job | None:
    """Draw the newest job of these first arguments: bar, pace, time left, what it printed last, buttons; return it.

    Only this part is drawn anew; its end, and its being taken up again by anybody, draw the page. One that ended well is not drawn.
    """
    found = newest(prefix)
    if found is not None and (found.active or found.state != "done"):
        st.fragment(_draw, run_every=_TICK if found.active else _IDLE)(list(prefix), found.active)
    return found


def tray(who: Person | None) -> None:
    """Draw the tray of jobs in the corner of a page; empty where nothing goes on and nothing went wrong lately."""
    # The pace is that of the page's last run: drawing the whole page anew for it would take a click made meanwhile away.
    under_way = any(job.active for job in _listed())
    st.fragment(_tray, run_every=_TRAY if under_way else _IDLE)(who)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def _listed() -> list[Job]:
    with doors.database().connection() as conn:
        return stored.listing(conn, limit=_LISTED)


def _draw(prefix: list[str], was_active: bool) -> None:
    found = newest(prefix)
    if found is None or found.active != was_active:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"job.{found.id}"):
        _bar(found)
        _buttons(found, "page", person.current())
    if tail := launching.log_tail(found.id, lines=_TAIL):
        with st.expander("작업이 남긴 말"):
            st.code("\n".join(tail), language=None, wrap_lines=True)


def _tray(who: Person | None) -> None:
    listed = [job for job in _listed() if job.active or _went_wrong(job)][:_SHOWN]
    active = [job for job in listed if job.active]
    if not listed:
        return
    with st.container(key="jobtray"):
        label = f"작업 {len(active)}개 · {_share(active[-1])}" if active else "끝나지 못한 작업"
        with st.popover(label, icon=":material/progress_activity:" if active else ":material/error:"):
            for job in listed:
                _bar(job)
                _buttons(job, "tray", who)


def _went_wrong(job: Job) -> bool:
    return job.state in ("failed", "interrupted") and datetime.now(UTC) - (job.ended_at or job.reported_at) < _REMEMBERED


def _bar(job: Job) -> None:
    if job.active:
        told = pace.words(job.title, job.words if job.state == "running" else STATES[job.state], job.done, job.total, job.rate,
                          job.seconds_left)
        st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=sentence(told))
        return
    words = f"{_SIGNS[job.state]} {job.title} · {STATES[job.state]}" + (f" · {job.error}" if job.error else "")
    markup.draw(f'<div class="ib-note" role="status">{attribute(words)}</div>')


def _buttons(job: Job, where: str, who: Person | None) -> None:
    if job.active:
        if rights.may_cancel(who, job.asked_by, demanded=logins.demanded()):
            st.button("멈추기", key=f"job.stop.{where}.{job.id}", disabled=job.state == "cancelling", on_click=cancel, args=(job.id,))
    elif job.state != "done" and person.may(who, rights.of_job(job.arguments)):
        words = "이어서 하기" if goes_on(job.arguments) else "처음부터 다시"
        st.button(words, key=f"job.resume.{where}.{job.id}", on_click=_resume, args=(job.id,))


def _share(job: Job) -> str:
    return f"{job.done / job.total:.0%}" if job.total else STATES[job.state]


def cancel(job_id: int) -> None:
    """Ask a job to stop at its next step."""
    with trouble.boundary(), doors.stopping(job_id).connection() as conn:
        stored.cancel(conn, job_id)
    _listed.clear()


def _resume(job_id: int) -> None:
    with trouble.boundary():
        launching.resume(doors.resuming(job_id), job_id)
    _listed.clear()
