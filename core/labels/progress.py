"""How far a rater and a round are, and when they will be done."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

PAUSE_AFTER = 50
"""Judgments in one go after which a page suggests a break."""
BREAK_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Progress:
    """One rater in one round. ``total`` is at most that many: colleagues may take some of what is left."""

    done: int
    total: int
    per_hour: float | None
    """None: not measured yet."""
    remaining_hours: float | None
    since_break: int
    """Judgments since the last pause of ``BREAK_MINUTES`` or more."""


@dataclass(frozen=True, slots=True)
class RaterShare:
    """What one rater did in a round; ``flagged`` and grades are not among it."""

    rater: str
    judged: int
    unrateable: int
    repeats: int
    open: int
    per_hour: float | None


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """A round: ``pairs`` asked, how many of them have their overlap, looks made of looks wanted (repeats left out)."""

    pairs: int
    complete: int
    looks: int
    looks_wanted: int
    flagged: int
    mirrored: int
    raters: tuple[RaterShare, ...]
    seconds_per_pair: float
    timed: int
    """Judgments the pace comes from; 0: it is assumed."""

    @property
    def remaining_hours(self) -> float:
        """Hours of all raters together, hidden repeats left out."""
        return (self.looks_wanted - self.looks) * self.seconds_per_pair / 3600


def of_rater(conn: Connection, round_id: int, rater: str) -> Progress:
    """Return one rater's progress.

    Raises:
        NotFoundError: there is no such round.
    """
    raise NotImplementedError


def of_round(conn: Connection, round_id: int) -> RoundProgress:
    """Return a round's progress.

    Raises:
        NotFoundError: there is no such round.
    """
    raise NotImplementedError
