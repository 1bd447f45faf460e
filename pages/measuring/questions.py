"""The plan's five questions, one card each: the answer first, then why, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterable

from core.evaluation.verdict.outcome import Answer
from pages.measuring import gate_table
from pages.widgets import markup
from pages.widgets.text import attribute, inline

_PASSED = {"예": True, "아니오": False, "판단 못 함": None}


def draw(answers: Iterable[Answer]) -> None:
    """Draw the cards."""
    markup.draw(f'<div class="ib-cards">{"".join(map(_card, answers))}</div>')


def _card(answer: Answer) -> str:
    told = gate_table.proofs(answer.evidence)
    rests = f'<div class="ib-evidence">{told}</div>' if told else ""
    return (f'<div class="ib-answer" data-question="{attribute(answer.key)}"><span><b>{attribute(answer.key)}</b> '
            f"{attribute(answer.question)}</span>{gate_table.sign(_PASSED[answer.answer], answer.answer)}"
            f"<p>{inline(answer.sentence)}</p>{rests}</div>")
