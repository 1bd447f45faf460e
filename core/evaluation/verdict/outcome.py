"""What a decision is made of: every gate with its evidence, the verdict, the answers to the plan's questions, the bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.evaluation.verdict.gates import Direction, GateFile, Kind, Source

Verdict = Literal["go", "no-go", "hold", "undetermined"]
TITLES: dict[Verdict, str] = {"go": "Go", "no-go": "No-Go", "hold": "보류", "undetermined": "판정 불가"}
BORDERLINE = "경계"
NOT_MEASURED = "측정 안 됨"


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing a number rests on, in words, and where a page finds it (address parameters; empty: nowhere)."""

    words: str
    link: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate, what it was held against and how that ended.

    Values are in the threshold's unit (a share where ``unit`` is ``%``). ``passed`` is true where the condition holds; of a
    ``no-go`` gate where one is clear of it. None: there is no evidence that counts, ``reason`` says why and what to do. A value
    may stand there nevertheless, of another variant or card: shown, not counted.
    """

    name: str
    title: str
    about: str
    kind: Kind
    source: Source
    value: float | None
    low: float | None
    high: float | None
    """95 % interval; None where the evidence gives none."""
    threshold: float
    direction: Direction
    unit: str
    passed: bool | None
    holds: bool | None
    """What the value alone says, whether it counts or not; None without a value."""
    firmness: float | None
    """Share of resamples in which it passes; None where it does not come from queries."""
    evidence: tuple[Proof, ...]
    reason: str
    """Korean sentences; empty where there is nothing to say beyond the numbers."""
    unjudged_low: float | None
    """The value with unjudged items counted as grade 0, and as grade 3; None where nothing can be unjudged."""
    unjudged_high: float | None
    samples: int
    """Queries, or calls."""
    more_queries: int | None
    """How many more query groups would make a decision of this gate firm; 0 where it is, None where no number would."""


@dataclass(frozen=True, slots=True)
class CriticalError:
    """An entry of the register of critical errors, as it stands."""

    error_id: str
    system: str
    title: str
    open: bool
    opened_by: str
    opened_at: datetime
    note: str
    closed_by: str = ""
    closed_at: datetime | None = None
    closing_note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One automatic check for critical errors; ``passed`` None: it was not run, or not where it counts."""

    name: str
    title: str
    passed: bool | None
    detail: str
    """One Korean sentence: what was found, or what to do."""
    evidence: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The computed verdict and everything it follows from."""

    verdict: Verdict
    borderline: bool
    """A Go that fewer than ``floors.firmness`` of the resamples confirm."""
    headline: str
    """One Korean sentence why."""
    reasons: tuple[str, ...]
    """Korean sentences: what decided."""
    invalid: tuple[str, ...]
    """What makes the evidence worthless, each with what to do."""
    missing: tuple[str, ...]
    """All evidence that is missing, each with what to do."""
    cautions: tuple[str, ...]
    """What does not change the verdict and must stand wherever it stands, such as a threshold that was moved."""
    notes: tuple[str, ...]
    """What to know beside the verdict, such as figures from another card."""
    gates: tuple[GateResult, ...]
    checks: tuple[Check, ...]
    """The automatic checks for critical errors."""
    errors: tuple[CriticalError, ...]
    """What is open in the register against the subject."""
    joint_firmness: float | None
    """Share of resamples in which all quality gates of Go pass together."""
    more_queries: int | None
    """How many more query groups would make a borderline Go firm; 0 where it is none, None where no number would."""
    gate_file: GateFile
    """With the thresholds that were used."""
    hypothetical: Mapping[str, float]
    """Thresholds that were asked for instead of the registered ones, by gate; not empty: this is a "what if", never a verdict."""
    collection: str
    truth_title: str
    truth_sha256: str
    relevant_from: int
    origins: Mapping[str, int]
    queries: int
    """Of the gate set, that count."""
    groups: int
    subject_run: int | None
    baseline_run: int | None
    miniature: bool

    @property
    def gate_file_sha256(self) -> str:
        """What was registered."""
        return self.gate_file.sha256

    @property
    def title(self) -> str:
        """The verdict in the words of a page: ``Go (경계)``."""
        return TITLES[self.verdict] + (f" ({BORDERLINE})" if self.borderline else "")

    def gate(self, name: str) -> GateResult:
        """Return a gate's result by name (KeyError: there is none)."""
        found = {each.name: each for each in self.gates}
        return found[name]


AnswerWord = Literal["예", "아니오", "판단 못 함"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one of the plan's five questions."""

    key: str
    """``Q1`` to ``Q5``."""
    question: str
    answer: AnswerWord
    sentence: str
    evidence: tuple[Proof, ...]


BandWord = Literal["우수", "양호", "미흡", "측정 안 됨"]


@dataclass(frozen=True, slots=True)
class Band:
    """One of the plan's further criteria (2.3) and the band it falls into."""

    name: str
    title: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    band: BandWord
    limits: str
    """The bands in words: ``우수 > 50 % · 양호 30–50 % · 미흡 < 30 %``."""
    sentence: str
    evidence: tuple[Proof, ...]
