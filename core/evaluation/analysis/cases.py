"""Error cases (D9): queries a system misses in its top 10, or answers worse than another; what staff said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg import Connection

from core.evaluation.analysis.causes import Suggestion
from core.evaluation.results import Evaluation, ScoredQuery
from core.evaluation.scenarios import BASELINE, GATE
from core.store.items import StoredItem

TOP = 10
Kind = Literal["missed", "lost"]
KINDS: Mapping[Kind, str] = {"missed": "상위 10개에 정답 없음", "lost": "비교 시스템보다 못함"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A relevant item, and where the system put it."""

    item: StoredItem | None
    """None where the collection no longer has it."""
    item_id: str
    grade: int
    rank: int | None
    """None: not in the stored list (depth 100)."""
    rank_against: int | None


@dataclass(frozen=True, slots=True)
class Got:
    """One of the system's first ten."""

    item: StoredItem | None
    item_id: str
    grade: int | None
    """None: not judged."""
    rank: int


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One query."""

    query: ScoredQuery
    source: StoredItem | None
    """The item the query is, or was written from."""
    kind: Kind
    """``missed`` goes before ``lost``."""
    values: Mapping[str, float]
    """The system's, by measure: cR@5, nDCG@10, RR."""
    values_against: Mapping[str, float]
    """The other system's; empty where it was not run."""
    wanted: tuple[Wanted, ...]
    """Every relevant item, the highest grade first."""
    got: tuple[Got, ...]
    suggested: tuple[Suggestion, ...]
    """The likeliest first; empty where no rule says anything."""
    cause: str | None
    """What staff set (a key of ``causes.CAUSES``), of the query as it reads now; None: nothing yet."""
    note: str
    by: str
    at: datetime | None

    @property
    def cause_shown(self) -> str | None:
        """The staff's cause, else the likeliest suggestion."""
        return self.cause or (self.suggested[0].cause if self.suggested else None)


def of(conn: Connection, evaluation: Evaluation, *, scenario: str = GATE, system: str = "qwen3-vl",
       against: str = BASELINE) -> list[ErrorCase]:
    """Return the cases, the missed ones first, then the greatest loss; D stands for the tuned one where there is one.

    Without the other system only missed ones are there.

    Raises:
        ValueError: the system was not run in the scenario.
    """
    raise NotImplementedError


def say(conn: Connection, evaluation: Evaluation, case: ErrorCase, *, cause: str, note: str, by: str, scenario: str = GATE,
        system: str = "qwen3-vl") -> None:
    """Store what staff says of a case; the last word counts, all stay.

    Raises:
        InputError: there is no such cause, the note is too long, or nobody's name is given.
    """
    raise NotImplementedError
