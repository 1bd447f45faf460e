"""평가 실행: what would be searched for, the button that does it, and how far it is; goes on whatever its reader opens meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from core.evaluation.execution import evaluating, plan
from core.evaluation.execution.evaluating import Evaluated
from core.evaluation.execution.plan import PlannedRun
from core.evaluation.scenarios import BASELINE, SCENARIOS
from pages.measuring import named
from pages.measuring.data import Shown
from pages.widgets import doors, markup, results, work
from pages.widgets.text import attribute

_OPEN = "metrics.run.open"
_WEIGHTS = f"{BASELINE}@w"
_SCOPES = {"all": "모든 문항", "S1": "S1", "S2": "S2", "S3": "S3", "S4": "S4"}
_STATES = {"there": ("✓", "있음"), "partial": ("◐", "일부"), "missing": ("○", "없음"), "stale": ("↻", "옛것"),
           "unavailable": ("–", "못 함")}
_ABOUT = ("시스템마다 쿼리를 찾아 순위 목록을 저장합니다. 있는 목록은 다시 만들지 않고, 다른 화면을 보아도 계속됩니다. "
          "'모든 문항'의 목록을 판정과 S5가 함께 씁니다.")
_NOTHING = "고른 범위의 목록이 모두 새것입니다. 실행하면 지금 정답으로 D의 가중치만 다시 고릅니다."


def button(at: Shown) -> None:
    """Draw the button that opens the panel; a viewer has none."""
    if at.may_write:
        st.button("평가 실행", key="metrics.run.button", icon=":material/play_arrow:", on_click=_toggle,
                  type="secondary" if st.session_state.get(_OPEN) else "primary")


def draw(at: Shown) -> None:
    """Draw work under way or its outcome, and the panel where it is open."""
    state = work.draw(_key(at))
    if state is not None and state.phase in ("done", "stopped") and isinstance(state.result, Evaluated):
        _outcome(at, state.result)
    if st.session_state.get(_OPEN) and at.may_write and not (state and state.running):
        with st.container(key="metrics-run"):
            _panel(at)


def _panel(at: Shown) -> None:
    with doors.database().connection() as conn:
        everything = plan.planned(conn, at.collection)
    systems = list(dict.fromkeys(_row_of(each) for each in everything if each.state != "unavailable"))
    results.notes([_ABOUT])
    left, right = st.columns(2, gap="large")
    scenarios = left.pills("시나리오", list(SCENARIOS), selection_mode="multi", default=list(SCENARIOS), format_func=named.scenario,
                           key="metrics.run.scenarios")
    chosen = right.pills("시스템", systems, selection_mode="multi", default=systems, format_func=_row_title, key="metrics.run.systems")
    scopes = {SCENARIOS[key].scope for key in scenarios}
    wanted = [each for each in everything if each.scope in scopes and _row_of(each) in chosen]
    _table(everything)
    _refused(everything)
    missing = sum(each.missing for each in wanted)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("실행 시작", type="primary", key="metrics.run.start", disabled=not wanted):
            _start(at, tuple(scenarios), tuple(dict.fromkeys(each.system for each in wanted)))
        words = f"찾을 목록 {missing:,}개" if missing else _NOTHING if wanted else "시나리오와 시스템을 하나 이상 골라 주세요."
        markup.draw(f'<div class="ib-soft">{attribute(words)}</div>')


def _start(at: Shown, scenarios: tuple[str, ...], systems: tuple[str, ...]) -> None:
    database, engine, name, version = doors.database(), doors.encoder(), at.collection.name, at.asked.gt
    work.start(_key(at), "평가 실행", lambda progress, cancelled: evaluating.evaluate(
        database, lambda: engine, collection=name, version=version, scenarios=scenarios, systems=systems,
        progress=progress, cancelled=cancelled))
    st.session_state[_OPEN] = False
    st.rerun()


def _outcome(at: Shown, done: Evaluated) -> None:
    execution = done.execution
    refused = execution.refused if execution is not None else ()
    told = f"평가를 마쳤습니다. 새로 저장한 목록 {execution.added if execution else 0:,}개." if not done.cancelled else \
        f"멈추었습니다. 저장한 목록 {execution.added if execution else 0:,}개는 남아 있어, 다시 실행하면 이어집니다."
    with st.container(horizontal=True, vertical_alignment="center"):
        markup.draw(f'<div class="ib-done-now" role="status">{attribute(told)}</div>')
        st.button("닫기", key="metrics.run.close", on_click=work.forget, args=(_key(at),))
    reasons = {reason: [each for each in refused if each.reason == reason] for reason in dict.fromkeys(each.reason for each in refused)}
    results.notes([*(f"{_names(each.system for each in found)}: {reason}" for reason, found in reasons.items()), *done.notes])


def _table(everything: list[PlannedRun]) -> None:
    rows = []
    for name in dict.fromkeys(map(_row_of, everything)):
        own = [each for each in everything if _row_of(each) == name]
        cells = "".join(f"<td>{_cell([each for each in own if each.scope == scope])}</td>" for scope in _SCOPES)
        rows.append(f"<tr><td><b>{attribute(_row_title(name))}</b></td>{cells}</tr>")
    head = "".join(f"<th>{attribute(title)}</th>" for title in ("시스템", *_SCOPES.values()))
    markup.draw(f'<div class="ib-scroll"><table class="ib-table ib-plan"><thead><tr>{head}</tr></thead>'
                f"<tbody>{''.join(rows)}</tbody></table></div>")


def _cell(found: list[PlannedRun]) -> str:
    """Return how the lists of a system over a scope stand; of D's weights how most wanting one does."""
    if not found:
        return ""
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
    return ", ".join(dict.fromkeys(_row_title(_WEIGHTS if name.startswith(_WEIGHTS) else name) for name in systems))


def _row_of(each: PlannedRun) -> str:
    return _WEIGHTS if each.system.startswith(_WEIGHTS) else each.system


def _row_title(name: str) -> str:
    return "D의 가중치들" if name == _WEIGHTS else named.short(name)


def _toggle() -> None:
    st.session_state[_OPEN] = not st.session_state.get(_OPEN)


def _key(at: Shown) -> str:
    return f"metrics.run.{at.collection.id}"
