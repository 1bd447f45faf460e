"""판정: what is missing, the gates, critical errors, the plan's questions and further criteria, and what other thresholds would say."""

from __future__ import annotations

import streamlit as st

from core.evaluation.verdict.gates import GateFile
from pages.measuring import data, further, gate_table, lacking, proof, questions, register, whatif
from pages.measuring.data import Shown
from pages.widgets import acts, markup, trouble
from pages.widgets.text import attribute


def draw(at: Shown) -> None:
    """Draw the section."""
    with trouble.boundary():
        proof.draw(at)
    decision = data.decision(at)
    lacking.draw(decision)
    _title("Go 조건", "모두 충족해야 합니다")
    gate_table.draw(gate for gate in decision.gates if gate.kind == "go")
    _title("No-Go 조건", "하나라도 해당하면 No-Go입니다")
    gate_table.draw(gate for gate in decision.gates if gate.kind == "no-go")
    whatif.draw(at, decision)
    with trouble.boundary():
        _title("핵심 질문", "계획서 1.3")
        questions.draw(data.answers(at))
    acts.said()
    with trouble.boundary():
        _title("추가 평가 기준", "계획서 2.3 · Go일 때 참고합니다")
        further.draw(at, data.further(at))
    with trouble.boundary():
        _title("치명적 오류", "자동 점검과 사람이 적은 등록부")
        register.draw(at, decision)
    _registered(decision.gate_file)


def _registered(file: GateFile) -> None:
    """Draw the gate file as it is registered, comments and all: they give its reasons."""
    with st.expander(f"등록된 판정 기준 파일 · SHA-256 {file.sha256[:16]}…"):
        st.code(file.path.read_text(encoding="utf-8"), language="toml", height=480, wrap_lines=True)


def _title(words: str, remark: str) -> None:
    markup.draw(f'<div class="ib-title">{attribute(words)}{f"<small>{attribute(remark)}</small>" if remark else ""}</div>')
