"""A rater's queue: which pair comes next, the same on every computer, without a trace of system or rank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from psycopg import Connection

AHEAD = 40
APART = 20
"""A hidden second look comes at least so many judgments after the first."""
FREE_AFTER = timedelta(hours=24)
"""A pair handed out and not judged for so long goes back to the pool; its rater may still answer it."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One place of a rater's queue with the rater's own last word on it.

    ``purpose`` is for storing the judgment only: a page that lets a rater see it would give the hidden repeats away.
    """

    position: int
    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    purpose: Literal["label", "repeat", "calibration"]
    state: Literal["open", "graded", "unrateable", "flagged"]
    grade: int | None = None
    note: str = ""


def hand_out(conn: Connection, round_id: int, rater: str, *, ahead: int = AHEAD) -> list[QueueEntry]:
    """Make sure that ``ahead`` entries are open, as far as the pool has them, and return the whole queue.

    Raises:
        NotFoundError: there is no such round.
    """
    raise NotImplementedError


def entries(conn: Connection, round_id: int, rater: str) -> list[QueueEntry]:
    """Return the queue by position: everything answered, everything still open, and what a flag took out.

    Raises:
        NotFoundError: there is no such round.
    """
    raise NotImplementedError
