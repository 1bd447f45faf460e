"""All evidence of one decision as plain data: what is known of every gate, and what makes it worthless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.evaluation.results import Values
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.outcome import Check, CriticalError, Proof


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of one gate's value."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    samples: int = 0
    """Queries, or calls."""
    proofs: tuple[Proof, ...] = ()
    lacking: str = ""
    """Why it does not count and what to do, in Korean; empty: it counts."""
    remark: str = ""
    """What to know beside the value."""
    ways: tuple[float, ...] = ()
    """Of a measure: the value as judged, with unjudged items as grade 0, and as grade 3; of other gates empty."""
    draws: Values | None = None
    """The same resampled, shape (ways, draws); every gate of one body sees the same draws."""
    ceiling: float | None = None
    """The best any system could reach; None where there is no bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Everything a decision follows from."""

    gate_file: GateFile
    evidence: Mapping[str, Evidence]
    """By gate name; every gate of the file is there."""
    invalid: tuple[str, ...]
    """What makes the numbers on quality worthless, each with what to do."""
    cautions: tuple[str, ...]
    """What must be read together with the verdict."""
    notes: tuple[str, ...]
    checks: tuple[Check, ...]
    errors: tuple[CriticalError, ...]
    collection: str
    truth_title: str
    truth_sha256: str
    relevant_from: int
    origins: Mapping[str, int]
    queries: int
    groups: int
    subject_run: int | None = None
    baseline_run: int | None = None
    miniature: bool = False
