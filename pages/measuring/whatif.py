"""What would be with other thresholds: never stored, always called an assumption."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.evaluation.verdict.gates import Gate
from core.evaluation.verdict.outcome import Decision
from pages.measuring import data, gate_table, stamp
from pages.measuring.data import Shown
from pages.widgets import markup, results
from pages.widgets.text import attribute

_KEY = "metrics.whatif"
_STEPS = {"%": (0.0, 1.0, 0.01), "": (0.0, 1.0, 0.01), "ms": (50.0, 2000.0, 10.0), "GB": (2.0, 24.0, 0.5)}
_COLUMNS = 3
_RELATIVE = (-0.5, 0.5, 0.01)
_ABOUT = "여기서 옮긴 기준은 이 화면에서만 씁니다. 등록된 기준과 위의 판정은 바뀌지 않고, 어디에도 저장하지 않습니다."


def draw(at: Shown, decision: Decision) -> None:
    """Draw the switch, and behind it the sliders beside what they would decide."""
    if not st.toggle("기준을 바꾸면 어떻게 되는지 보기", key=f"{_KEY}.open"):
        return
    gates = [gate for gate in decision.gate_file.gates if gate.source not in ("critical", "stability")]
    with st.container(key="metrics-whatif"):
        markup.draw(f'<div class="ib-assumed"><em>가정</em><span>{attribute(_ABOUT)}</span></div>')
        columns = st.columns(_COLUMNS, gap="large")
        chosen = {}
        for number, gate in enumerate(gates):
            with columns[number % _COLUMNS]:
                chosen[gate.name] = _slider(gate)
        changed = {name: value for name, value in chosen.items() if value != decision.gate_file.gate(name).threshold}
        if not changed:
            results.calm("위에서 기준을 옮기면, 그 기준이었을 때의 판정을 여기에 보여 드립니다.")
            return
        _assumed(data.decision(at, changed), changed)
        st.button("등록된 기준으로 되돌리기", key=f"{_KEY}.reset", on_click=_reset, args=(list(chosen),))


def _assumed(decision: Decision, changed: Mapping[str, float]) -> None:
    """Draw what other thresholds would decide, and the gates they belong to."""
    markup.draw(stamp.assumed(decision))
    gate_table.draw(gate for gate in decision.gates if gate.name in changed)


def _slider(gate: Gate) -> float:
    low, high, step = _RELATIVE if gate.source == "relative" else _STEPS[gate.unit]
    share = gate.unit == "%"
    scale = 100 if share else 1
    key = f"{_KEY}.{gate.name}"
    st.session_state.setdefault(key, gate.threshold * scale)
    unit = " %%" if share else f" {gate.unit}" if gate.unit else ""
    places = "%.2f" if not gate.unit else "%.1f" if gate.unit == "GB" else "%.0f"
    kind = "Go" if gate.kind == "go" else "No-Go"
    chosen = st.slider(f"{kind} · {gate.title}", low * scale, high * scale, step=step * scale, key=key, format=f"{places}{unit}")
    return round(chosen / scale, 4)


def _reset(names: list[str]) -> None:
    for name in names:
        st.session_state.pop(f"{_KEY}.{name}", None)
