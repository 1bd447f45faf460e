"""Choices of the sections that stand in the address: scenario, measure, systems, and a section's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from core.evaluation import naming
from core.evaluation.measures import CATALOGUE
from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS
from pages.measuring import data, gaps, named
from pages.measuring.data import Shown
from pages.widgets import results

Name = Callable[[str], str]


def scenario(at: Shown) -> ScenarioResult | None:
    """Let somebody choose the scenario and return it; where it has nothing to show, say why and return None."""
    key = _kept("metrics.scenario", at.asked.scenario, list(SCENARIOS))
    chosen = st.segmented_control("시나리오", list(SCENARIOS), key=key, required=True, label_visibility="collapsed",
                                  format_func=lambda each: "판정 쿼리 전체" if each == GATE else each, on_change=_put,
                                  args=(key, "scenario", GATE))
    found = at.result(chosen)
    if why := gaps.of_scenario(found):
        results.calm(why)
        return None
    told = [f"{found.scenario.about} 쿼리 {len(found.queries):,}개(문항군 {len(set(found.groups)):,}개), 문항 {found.items:,}개."]
    if excluded := named.counted(found.excluded):
        told[0] += f" 세지 않은 쿼리: {excluded}."
    results.notes(told)
    return found


def measure(at: Shown, allowed: Sequence[str] = tuple(CATALOGUE)) -> str:
    """Let somebody choose a measure and return its name."""
    start = at.asked.measure if at.asked.measure in allowed else PRIMARY
    key = _kept("metrics.measure", start, list(allowed))
    return st.selectbox("지표", list(allowed), key=key, width=240, format_func=lambda name: CATALOGUE[name].title,
                        on_change=_put, args=(key, "measure", PRIMARY))


def own(name: str, title: str, options: Sequence[str], *, first: str, shown: Name, width: int = 240) -> str:
    """Let somebody choose what only this section knows, and return it. ``name`` is its parameter of the address.

    Args:
        first: what is chosen where the address says nothing that there is.
        shown: what an option is called.
    """
    asked = st.query_params.get(name, first)
    key = _kept(f"metrics.{name}", asked if asked in options else first, list(options))
    return st.selectbox(title, list(options), key=key, width=width, format_func=shown, on_change=_put, args=(key, name, first))


def runs(result: ScenarioResult) -> tuple[SystemRun, ...]:
    """Return the runs that are shown: the plain ones, and the variants where somebody wants them too."""
    plain = named.main(result)
    if len(plain) == len(result.systems):
        return plain
    more = st.toggle(f"변형 {len(result.systems) - len(plain)}개도 보기", key="metrics.variants")
    return result.systems if more else plain


def _kept(key: str, value: str, options: Sequence[str]) -> str:
    """Let the widget of a key begin with what the address says."""
    st.session_state[key] = value if value in options else options[0]
    return key


def _put(key: str, name: str, first: str) -> None:
    chosen = st.session_state[key]
    data.put(**{name: chosen if chosen != first else None})


def ordered(names: Iterable[str]) -> list[str]:
    """Return systems in the plan's order, each once."""
    return sorted(set(names), key=naming.order)


def system(at: Shown, options: Sequence[str]) -> str:
    """Let somebody choose one of these systems and return its name."""
    first = options[0]
    key = _kept("metrics.system", at.asked.system, options)
    return st.selectbox("시스템", options, key=key, width=300, format_func=named.system, on_change=_put, args=(key, "system", first))
