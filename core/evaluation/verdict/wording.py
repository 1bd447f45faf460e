"""How values and thresholds of gates read, in one place for pages, command line and reports."""

from __future__ import annotations

import math

from core.evaluation.verdict.gates import Gate
from core.evaluation.verdict.outcome import NOT_MEASURED, GateResult

_SIGNS = {">=": "≥", "<=": "≤"}
_MISSED = {">=": "<", "<=": ">"}


_CLOSE = ("건", "일")
"""Units that stand right behind the number."""


def value_text(unit: str, value: float | None, *, more: int = 0) -> str:
    """Return a value in its unit: ``81.2 %`` of a share, ``178 ms``, ``0.712``; 측정 안 됨 without one.

    Args:
        more: places beyond the usual ones.
    """
    if value is None:
        return NOT_MEASURED
    if unit in _CLOSE:
        return f"{value:g}{unit}"
    places = {"%": 1, "ms": 0, "": 3}.get(unit, 2) + more
    # Adding 0.0 makes of a −0 that rounding left a 0.
    number = round(value * 100 if unit == "%" else value, places) + 0.0
    return f"{number:.{places}f} {unit}".strip().replace("-", "−")


def percent(share: float) -> str:
    """Return a share in whole per cents, rounded down, so that what falls short of a round number never reads as that number."""
    return f"{math.floor(share * 100 + 1e-9)} %"


def gate_value_text(result: GateResult) -> str:
    """Return a gate's value, with as many places as it takes to see on which side of the threshold it lies."""
    if result.value is None or result.holds is not False:
        return value_text(result.unit, result.value)
    for more in range(6):
        told = value_text(result.unit, result.value, more=more)
        if told != value_text(result.unit, result.threshold, more=more):
            break
    return told


def threshold_text(gate: Gate | GateResult) -> str:
    """Return what a gate asks for: ``≥ 80 %``."""
    return _condition(gate, _SIGNS)


def condition_text(gate: Gate | GateResult) -> str:
    """Return how a gate is missed, which is how the plan writes its No-Go conditions: ``< 70 %``."""
    return _condition(gate, _MISSED)


def _condition(gate: Gate | GateResult, signs: dict[str, str]) -> str:
    number = f"{gate.threshold * 100:g}" if gate.unit == "%" else f"{gate.threshold:g}"
    gap = "" if gate.unit in ("", *_CLOSE) else " "
    return f"{signs[gate.direction]} {number}{gap}{gate.unit}".replace("-", "−")


def interval_text(result: GateResult) -> str:
    """Return a value's 95 % interval, empty where there is none."""
    if result.low is None or result.high is None:
        return ""
    return f"{value_text(result.unit, result.low)} – {value_text(result.unit, result.high)}"
