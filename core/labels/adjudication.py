"""Adjudication: pairs that raters judged differently, for a senior to decide."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from core.labels.final import FinalGrade
from core.store.judgments import JudgmentEvent


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one rater said. ``alias`` is 라벨러 1, 라벨러 2 … in an order of the pair's own; ``rater`` is empty unless asked for."""

    alias: str
    rater: str
    grade: int | None
    unrateable: bool
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A pair whose raters do not agree. ``provisional`` is what the rule gives without a decision."""

    collection_id: int
    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    opinions: tuple[Opinion, ...]
    spread: int
    """The largest difference in grades; 4 where one rater graded what another called unrateable."""
    provisional: FinalGrade | None
    decision: JudgmentEvent | None
    own: bool
    """Whether the person that cases were asked for is one of the raters."""


def cases(conn: Connection, collection_id: int, *, decided: bool = False, named: bool = False, by: str = "") -> list[Case]:
    """Return the open cases, the widest difference first; with ``decided`` those that have a decision instead.

    Args:
        named: fill in the raters' names; without, not even the object knows them.
        by: for whom, to mark cases that person judged too.
    """
    raise NotImplementedError


def decide(conn: Connection, case: Case, grade: int | None, note: str, by: str, *, uuid: UUID | None = None) -> JudgmentEvent:
    """Store a senior's decision; ``grade`` None means that the pair cannot be rated. Deciding the same again changes nothing.

    Raises:
        InputError: somebody decided or judged otherwise since the case was read, or the grade is not 0 to 3.
    """
    raise NotImplementedError


def withdraw(conn: Connection, case: Case, by: str) -> None:
    """Take a decision back: the rule over the raters' grades holds again."""
    raise NotImplementedError
