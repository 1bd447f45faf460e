"""The plan's five questions (1.3), each answered from gates and comparisons."""

from __future__ import annotations

from core.evaluation.results import Evaluation
from core.evaluation.verdict.outcome import Answer, Decision


def answers(decision: Decision, evaluation: Evaluation) -> tuple[Answer, ...]:
    """Return Q1 to Q5 in order."""
    raise NotImplementedError
