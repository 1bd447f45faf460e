"""How a report writes numbers and names; one place, so that a table and a sentence never differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.evaluation import naming
from core.evaluation.resampling import Interval
from core.evaluation.results import Evaluation, SystemRun
from core.evaluation.verdict.outcome import NOT_MEASURED, GateResult
from core.moments import moment
from core.report import provenance

__all__ = ["CLEAR", "PASSED", "change", "interval", "letter", "measured", "moment", "outcome", "source", "spread"]
PASSED = {True: "✓ 통과", False: "× 미달", None: "○ 판정 못 함"}
CLEAR = {True: "✓ 해당 없음", False: "× 해당", None: "○ 판정 못 함"}


def measured(value: float | None, digits: int = 3) -> str:
    """Return a number, or 측정 안 됨."""
    return NOT_MEASURED if value is None or not math.isfinite(value) else f"{value:,.{digits}f}".replace("-", "−")


def change(value: float, digits: int = 3) -> str:
    """Return a difference with its sign: ``+0.041``, ``−0.035``."""
    return f"{value:+.{digits}f}".replace("-", "−")


def interval(found: Interval | None, digits: int = 3) -> str:
    """Return a mean with its interval: ``0.712 (0.650–0.771)``; the mean alone where it has no ends."""
    if found is None:
        return NOT_MEASURED
    value = measured(found.value, digits)
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return value
    return f"{value} ({measured(found.low, digits)}–{measured(found.high, digits)})"


def spread(value: float | None, low: float | None, high: float | None, digits: int = 1, unit: str = "") -> str:
    """Return a value with the ends it may have; of few calls, an upper percentile has a lower end alone: ``98.9 (≥ 64.0)``."""
    told = measured(value, digits)
    if value is None:
        return told
    least = measured(low, digits)
    ends = "" if low is None else f" (≥ {least})" if high is None else f" ({least}–{measured(high, digits)})"
    return f"{told}{f' {unit}' if unit else ''}{ends}"


def resting(gates: Sequence[GateResult]) -> str:
    """Return which measurements stand behind gates with a value: ``측정 9 (P95 응답 시간), 12 (안정성)``; empty: none does."""
    found = {gate.title: [proof.link["measurement"] for proof in gate.evidence if "measurement" in proof.link]
             for gate in gates if gate.value is not None}
    told = ", ".join(f"{'·'.join(dict.fromkeys(numbers))} ({title})" for title, numbers in found.items() if numbers)
    return f"측정 {told}" if told else ""


def outcome(gate: GateResult) -> str:
    """Return how a gate ended."""
    return (PASSED if gate.kind == "go" else CLEAR)[gate.passed]


def letter(system: str) -> str:
    """Return the letter that the plan calls a system by: ``A``; a name that this release does not know stays as it is."""
    return naming.title(system).partition(" ")[0]


def source(evaluation: Evaluation, runs: Sequence[SystemRun]) -> str:
    """Return which runs and which ground truth a table's numbers come from, with what to beware of."""
    numbers = ", ".join(f"{letter(run.system)} {run.run_id}" for run in runs)
    silent = ", ".join(f"{letter(run.system)} {len(run.unanswered)}개" for run in runs if run.unanswered)
    truth = evaluation.truth
    return " · ".join(filter(None, [f"실행 {numbers}" if runs else "", f"정답 {truth.title} ({truth.sha256[:8]})",
                                    f"등급 {truth.relevant_from} 이상이 관련", provenance.trust(runs),
                                    f"답하지 못해 0으로 센 쿼리 {silent}" if silent else ""]))
