"""Work that goes on while its reader looks elsewhere: a thread of the process, its progress, a button that stops it.

A page's own run dies with the page (a switch, a reload, a closed tab); a thread does not. State is by key and by process:
whoever opens the page sees the same bar, and a second start under the same key joins the first.

For what means nothing without this process or its upload: a model taken up by the engine, a file looked at before it is imported.
Everything that stores something is a job (``jobs.py``).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import streamlit as st

from core.jobs import pace
from pages.widgets import trouble
from pages.widgets.text import attribute, sentence

log = logging.getLogger(__name__)
_TICK = 0.5
"""Seconds between two looks at work under way."""
_KEPT = 32
"""Ended works whose outcome is remembered."""
_STOPPED = "멈추었습니다."
_STOPPING = "멈추는 중입니다…"

Phase = Literal["running", "done", "stopped", "failed"]


class Report(Protocol):
    """What work is given to say how far it is."""

    def __call__(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say that ``done`` of ``total`` (None: nobody knows) are done; ``words`` is what is done now, in Korean."""


Cancelled = Callable[[], bool]
Work = Callable[[Report, Cancelled], Any]


@dataclass(frozen=True, slots=True)
class State:
    """A work as it stands. ``result`` is what it returned; ``error`` a Korean sentence where it failed."""

    key: str
    label: str
    phase: Phase = "running"
    done: int = 0
    total: int | None = None
    words: str = ""
    result: Any = None
    error: str = ""
    cancelling: bool = False
    started: float = field(default_factory=time.monotonic)
    counted_from: tuple[float, int] | None = None
    """Time and count of the first report: what was there before, a resumed run's, says nothing of the pace."""
    reported: float = 0.0

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.phase == "running"

    @property
    def rate(self) -> float | None:
        """Steps a second, None before it is known."""
        if self.counted_from is None:
            return None
        since, before = self.counted_from
        return (self.done - before) / (self.reported - since) if self.reported > since and self.done > before else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at this pace, None where nobody can say."""
        return (self.total - self.done) / self.rate if self.rate and self.total is not None else None


_lock = threading.Lock()
_states: dict[str, State] = {}
_stops: dict[str, threading.Event] = {}


def start(key: str, label: str, work: Work) -> bool:
    """Begin work in a thread of its own; return False where work of that key is already under way.

    Args:
        key: one work of that name at a time in the process; put the collection into it where it belongs to one.
        label: Korean, what is being done: ``C 검색 실행``.
        work: called with ``progress(done, total, words)`` and ``cancelled()``; it must draw nothing, look at
            ``cancelled()`` between steps, and open its own database connection. A ``UserError`` it raises becomes its
            sentence.
    """
    stop = threading.Event()
    with _lock:
        if key in _states and _states[key].running:
            return False
        _states.pop(key, None)
        for old in [name for name, state in _states.items() if not state.running][: max(0, len(_states) - _KEPT)]:
            _states.pop(old)
        _states[key], _stops[key] = State(key, label), stop
    threading.Thread(target=_run, args=(key, work, stop), name=f"work:{key}", daemon=True).start()
    return True


def state(key: str) -> State | None:
    """Return how the work of a key stands or ended, None where there is none."""
    with _lock:
        return _states.get(key)


def cancel(key: str) -> None:
    """Ask the work to stop at its next step."""
    with _lock:
        if key in _states and _states[key].running:
            _stops[key].set()
            _states[key] = replace(_states[key], cancelling=True)


def forget(key: str) -> None:
    """Forget how ended work ended."""
    with _lock:
        if key in _states and not _states[key].running:
            _states.pop(key)


def draw(key: str) -> State | None:
    """Draw the bar, pace, time left and the button to stop of work under way, or how it ended; return its state.

    While it goes on, only this part is drawn anew; its end draws the page.
    """
    found = state(key)
    if found is not None:
        st.fragment(_draw, run_every=_TICK if found.running else None)(key, found.running)
    return found


def _run(key: str, work: Work, stop: threading.Event) -> None:
    def report(done: int, total: int | None = None, words: str = "") -> None:
        now = time.monotonic()
        with _lock:
            before = _states[key]
            _states[key] = replace(before, done=done, total=total, words=words or before.words, reported=now,
                                   counted_from=before.counted_from or (now, done))

    try:
        ended: dict[str, Any] = {"result": work(report, stop.is_set)}
        ended["phase"] = "stopped" if stop.is_set() else "done"
    except Exception as error:
        log.error("work %s failed: %s", key, error, exc_info=error)
        ended = {"phase": "failed", "error": trouble.sentence(error)}
    with _lock:
        _states[key] = replace(_states[key], **ended)


def _draw(key: str, was_running: bool) -> None:
    found = state(key)
    if found is None or (was_running and not found.running):
        st.rerun()
    if found.running:
        with st.container(horizontal=True, vertical_alignment="center", key=f"work.{key}"):
            st.progress(min(1.0, found.done / found.total) if found.total else 0.0, text=sentence(_words(found)))
            st.button("멈추기", key=f"work.stop.{key}", disabled=found.cancelling, on_click=cancel, args=(key,))
    elif found.phase == "failed":
        st.markdown(f'<div class="ib-trouble" role="alert">\n\n{sentence(found.error)}\n\n</div>', unsafe_allow_html=True)
    elif found.phase == "stopped":
        st.markdown(f'<div class="ib-note">{attribute(f"{found.label}: {_STOPPED}")}</div>', unsafe_allow_html=True)


def _words(found: State) -> str:
    if found.cancelling:
        return f"{found.label} · {_STOPPING}"
    return pace.words(found.label, found.words, found.done, found.total, found.rate, found.seconds_left)
