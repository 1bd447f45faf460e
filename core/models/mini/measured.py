"""What was measured of the miniatures: its rows, and the table that the cards and the command show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: a mean in [0, 1] with its 95 % interval."""

    system: str
    measure: str
    value: float
    low: float
    high: float
    queries: int


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| system | measure | value | 95 % interval | queries |", "|---|---|---|---|---|"]
    lines += [f"| {r.system} | {r.measure} | {r.value:.3f} | {r.low:.3f}–{r.high:.3f} | {r.queries} |" for r in rows]
    return "\n".join(lines)
