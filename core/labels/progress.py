"""How far a rater and a round are, and when they will be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection

from core.labels import queue
from core.labels.pooling import pool
from core.store import pools, queues, rounds
from core.store.rounds import Round

BREAK_MINUTES = 5
RECENT = 50
FEWEST_TIMED = 20
"""Judgments of one rater: the pace is the mean of the last ``RECENT``, and unmeasured below ``FEWEST_TIMED``."""
_LONGEST_MS = 300_000


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
    """What one rater did in a round; grades are not among it."""

    rater: str
    judged: int
    unrateable: int
    repeats: int
    open: int
    per_hour: float | None


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """A round: ``pairs`` asked, how many of them have their overlap, looks made of looks wanted (repeats left out).

    Pairs whose query or item changed or was flagged since are not among ``pairs``.
    """

    pairs: int
    complete: int
    looks: int
    looks_wanted: int
    flagged: int
    """Asked pairs that are out because of a flag or a change."""
    mirrored: int
    """Proposed pairs that are not asked: asked the other way round, or judged before."""
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
    found = rounds.get(conn, round_id)
    entries = queue.entries(conn, round_id, rater)
    done = sum(entry.state in ("graded", "unrateable") for entry in entries)
    waiting = sum(entry.state == "open" for entry in entries)
    left = waiting + _still_to_come(conn, found, rater, entries)
    times = queues.answered_when(conn, round_id, rater)
    per_hour = _per_hour(times)
    return Progress(done, done + left, per_hour, left / per_hour if per_hour else None, _since_break(times))


def of_round(conn: Connection, round_id: int) -> RoundProgress:
    """Return a round's progress.

    Raises:
        NotFoundError: there is no such round.
    """
    found = rounds.get(conn, round_id)
    asked, remembered, _ = pools.counts(conn, round_id)
    names = queues.raters(conn, round_id)
    shares = tuple(_share(conn, round_id, rater) for rater in names)
    if found.kind == "calibration":
        finished = sum(share.judged + share.unrateable >= asked for share in shares)
        made = sum(share.judged + share.unrateable for share in shares)
        pairs, complete, wanted = asked, asked if shares and finished == len(shares) else 0, asked * max(1, len(shares))
    else:
        pairs, complete, made = queues.standing(conn, queue.whole(conn, found, ""))
        wanted = pairs * found.overlap
    seconds, timed = pool.pace(conn, found.collection_id)
    return RoundProgress(pairs, complete, made, wanted, asked - pairs, remembered, shares, seconds, timed)


def _still_to_come(conn: Connection, found: Round, rater: str, entries: Sequence[queue.QueueEntry]) -> int:
    """Pairs the pool still has for this rater, and the hidden repeats that will come with them."""
    whose = queue.part_of(conn, found, rater)
    if not found.open or whose is None:
        return 0
    if found.kind == "calibration":
        return 0 if entries else pools.counts(conn, found.id)[0]
    free = queues.count_free(conn, whose)
    labels = sum(entry.purpose == "label" and entry.state not in ("flagged", "gone") for entry in entries) + free
    repeats = sum(entry.purpose == "repeat" for entry in entries)
    # Of a short queue nothing comes twice: there would not be enough in between.
    expected = int(found.repeat_share * labels) if labels > queue.APART else 0
    return free + (max(0, expected - repeats) if free else 0)


def _share(conn: Connection, round_id: int, rater: str) -> RaterShare:
    entries = queue.entries(conn, round_id, rater)

    def count(state: str, *purposes: str) -> int:
        return sum(entry.state == state and entry.purpose in purposes for entry in entries)

    first = ("label", "calibration")
    return RaterShare(rater, count("graded", *first), count("unrateable", *first),
                      count("graded", "repeat") + count("unrateable", "repeat"), count("open", *first, "repeat"),
                      _per_hour(queues.answered_when(conn, round_id, rater)))


def _per_hour(times: Sequence[tuple[int | None, datetime]]) -> float | None:
    spent = [min(ms, _LONGEST_MS) for ms, _ in times if ms][-RECENT:]
    return 3_600_000 / (sum(spent) / len(spent)) if len(spent) >= FEWEST_TIMED else None


def _since_break(times: Sequence[tuple[int | None, datetime]]) -> int:
    """Judgments up to the last one without a gap of ``BREAK_MINUTES`` between two."""
    since = 0
    for number, (_, at) in enumerate(times):
        paused = number and at - times[number - 1][1] >= timedelta(minutes=BREAK_MINUTES)
        since = 1 if paused or not number else since + 1
    return since
