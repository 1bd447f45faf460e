"""평가 실행: what would be searched for, the button that does it, and how far it is; goes on whatever its reader opens meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from core.evaluation.execution import plan
from core.evaluation.execution.plan import PlannedRun
from core.evaluation.scenarios import SCENARIOS
from core.moments import moment
from core.store.jobs import Job
from pages.measuring import named
from pages.measuring.data import Shown
from pages.widgets import doors, jobs, markup, person, results
from pages.widgets.text import attribute

_OPEN = "metrics.run.open"
_WEIGHTS = "weights"
"""The row that D's fixed weights share."""
_SCOPES = {"all": "모든 문항", "S1": "S1", "S2": "S2", "S3": "S3", "S4": "S4"}
_STATES = {"there": ("✓", "있음"), "partial": ("◐", "일부"), "missing": ("○", "없음"), "stale": ("↻", "옛것"),
           "unavailable": ("–", "못 함")}
_ABOUT = ("시스템마다 쿼리를 찾아 순위 목록을 저장합니다. 있는 목록은 다시 만들지 않고, 다른 화면을 보아도 계속됩니다. "
          "'모든 문항'의 목록을 판정과 S5가 함께 씁니다.")
_UNCHOSEN = "시나리오와 시스템을 하나 이상 골라 주세요."
_NOTHING = "고른 범위의 목록이 모두 새것입니다. 실행하면 지금 정답으로 D의 가중치만 다시 고릅니다."


def button(at: Shown) -> None:
    """Draw the button that opens the panel, for those who may start jobs."""
    if person.may(at.who, "work"):
        st.button("평가 실행", key="metrics.run.button", icon=":material/play_arrow:", on_click=_toggle,
                  type="secondary" if st.session_state.get(_OPEN) else "primary")


def draw(at: Shown) -> None:
    """Draw an evaluation under way or cut off, and the panel where it is open."""
    last = jobs.draw(_verb(at))
    if st.session_state.get(_OPEN) and person.may(at.who, "work") and not (last and last.active):
        with st.container(key="metrics-run"):
            _panel(at, last)


def _panel(at: Shown, last: Job | None) -> None:
    with doors.database().connection() as conn:
        everything = plan.planned(conn, at.collection)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _table(everything)
    with right:
        results.notes([_ABOUT, *([f"마지막 실행: {moment(last.ended_at)}, {jobs.STATES[last.state]}"]
                                 if last and last.ended_at else [])])
        offered = list(dict.fromkeys(each.system for each in everything if each.state != "unavailable" and not plan.is_weight(each.system)))
        scenarios = st.pills("시나리오", list(SCENARIOS), selection_mode="multi", default=list(SCENARIOS), format_func=_short,
                             key="metrics.run.scenarios")
        systems = st.pills("시스템", offered, selection_mode="multi", default=offered, format_func=named.short, key="metrics.run.systems",
                           help="D를 고르면 가중치 11가지를 함께 찾고, 지금 정답으로 가장 나은 것을 고릅니다.")
        _begin(at, scenarios, None if len(systems) == len(offered) else systems)
    _refused(everything)


def _begin(at: Shown, scenarios: list[str], systems: list[str] | None) -> None:
    """Draw the button that starts what is chosen, with how much of it there is; ``systems`` None: the usual ones of each scenario."""
    missing = 0
    if scenarios and systems != []:
        with doors.database().connection() as conn:
            missing = sum(each.missing for each in plan.planned(conn, at.collection, scenarios, systems))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("실행 시작", type="primary", key="metrics.run.start", disabled=not scenarios or systems == []):
            arguments = [*_verb(at), *(["--scenarios", ",".join(scenarios)] if len(scenarios) < len(SCENARIOS) else []),
                         *(["--systems", ",".join(systems)] if systems else []),
                         *(["--gt", str(at.asked.gt)] if at.asked.gt is not None else [])]
            jobs.start(arguments, "평가 실행")
            st.session_state[_OPEN] = False
            st.rerun()
        words = f"찾을 목록 {missing:,}개" if missing else _NOTHING if scenarios and systems != [] else _UNCHOSEN
        markup.draw(f'<div class="ib-soft">{attribute(words)}</div>')


def _table(everything: list[PlannedRun]) -> None:
    rows = []
    for name in dict.fromkeys(_row_of(each.system) for each in everything):
        own = [each for each in everything if _row_of(each.system) == name]
        cells = "".join(f"<td>{_cell([each for each in own if each.scope == scope])}</td>" for scope in _SCOPES)
        rows.append(f"<tr><td><b>{attribute(_row_title(name))}</b></td>{cells}</tr>")
    head = "".join(f"<th>{attribute(title)}</th>" for title in ("시스템", *_SCOPES.values()))
    markup.draw(f'<div class="ib-scroll"><table class="ib-table ib-plan"><thead><tr>{head}</tr></thead>'
                f"<tbody>{''.join(rows)}</tbody></table></div>")


def _cell(found: list[PlannedRun]) -> str:
    """Return how the lists of a system over a scope stand; of D's weights how most wanting one does."""
    if not found:
        return ""
    if not any(each.wanted for each in found):
        return '<span class="ib-soft">쿼리 없음</span>'
    state = max((each.state for each in found), key=("there", "unavailable", "partial", "stale", "missing").index)
    sign, words = _STATES[state]
    answered, wanted = sum(each.answered for each in found), sum(each.wanted for each in found)
    count = "" if state == "unavailable" else f" {wanted:,}" if state == "there" else f" {answered:,}/{wanted:,}"
    return f'<span class="ib-plan-{state}"><i aria-hidden="true">{sign}</i>{words}{count}</span>'


def _refused(everything: list[PlannedRun]) -> None:
    """Say once why systems cannot run, each reason with whom it stops."""
    found = sorted((each for each in everything if each.state == "unavailable"), key=lambda each: each.reason)
    results.notes([f"{_names(each.system for each in group)}: {reason}" for reason, group in groupby(found, key=lambda each: each.reason)])


def _names(systems: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_row_title(_row_of(name)) for name in systems))


def _row_of(system: str) -> str:
    """Return whose row a system stands in: D's fixed weights share one."""
    return _WEIGHTS if plan.is_weight(system) else system


def _row_title(name: str) -> str:
    return "D의 가중치들" if name == _WEIGHTS else named.short(name)


def _toggle() -> None:
    st.session_state[_OPEN] = not st.session_state.get(_OPEN)


def _short(key: str) -> str:
    return key if key.startswith("S") else named.scenario(key)


def _verb(at: Shown) -> list[str]:
    """Return what every evaluation of this collection begins with, as a job."""
    return ["evaluate", "--collection", at.collection.name]
