"""A rater's queue: which pair comes next, the same on every computer, without a trace of system or rank.

Whole queries are handed out, those first whose pairs fewest people have looked at, then in an order drawn for this rater.
Between two queries come hidden second looks at pairs this rater judged at least ``APART`` judgments before: one rater
alone then still has a figure of consistency.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Literal

from psycopg import Connection

from core.store import flags, items, queries, queues, rounds
from core.store.queues import Pair, Place, Whose
from core.store.rounds import Round, RoundRater

State = Literal["open", "graded", "unrateable", "flagged", "gone"]
"""``gone``: not answered in time, or query or item changed since; it is not shown, but an answer sent late still finds it."""
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
    state: State
    grade: int | None = None
    note: str = ""


def hand_out(conn: Connection, round_id: int, rater: str, *, ahead: int = AHEAD) -> list[QueueEntry]:
    """Make sure that ``ahead`` entries are open, as far as the pool has them, and return the whole queue but what is gone.

    Two raters who ask at once are served one after the other, so that no pair gets more raters than the round wants.
    A closed round, or one that does not name this rater, hands out nothing more.

    Raises:
        NotFoundError: there is no such round.
    """
    with conn.transaction():
        queues.lock(conn, round_id)
        found = rounds.get(conn, round_id)
        whose = part_of(conn, found, rater)
        if found.open and whose is not None:
            if found.kind == "calibration":
                queues.fill_calibration(conn, whose)
            else:
                _extend(conn, found, whose, ahead)
        return [entry for entry in entries(conn, round_id, rater) if entry.state != "gone"]


def entries(conn: Connection, round_id: int, rater: str) -> list[QueueEntry]:
    """Return by position everything this rater was ever handed: answered, open, taken out by a flag, or gone.

    Raises:
        NotFoundError: there is no such round.
    """
    found = rounds.get(conn, round_id)
    whose = whole(conn, found, rater)
    return [_entry(place, _state(place)) for place in queues.places(conn, whose)]


def part_of(conn: Connection, found: Round, rater: str) -> Whose | None:
    """Return a rater's part of a round, or None where the round names others only."""
    everything = whole(conn, found, rater)
    named = rounds.raters(conn, found.id)
    own = next((each for each in named if each.rater == rater), None)
    if own is None:
        return None if named else everything
    return _restricted(conn, everything, own) if own.subjects or own.units else everything


def whole(conn: Connection, found: Round, rater: str) -> Whose:
    """Return how a round is asked about on behalf of a rater, whatever part the round gives that rater."""
    asked = queries.current(conn, found.collection_id)
    stale = queries.stale(conn, found.collection_id, asked)
    out = {flag.item_id for flag in flags.flagged(conn, found.collection_id)}
    source_flagged = [query.query_id for query in asked if query.source_item_id in out]
    # Calibration has one order for everybody: what differs between raters is then the rater alone.
    seed = f"{found.seed} " if found.kind == "calibration" else f"{found.seed} {rater} "
    return Whose(
        round_id=found.id, collection_id=found.collection_id, rater=rater, seed=seed, overlap=found.overlap,
        free_after=FREE_AFTER, flagged=sorted(out), source_flagged=source_flagged,
        standing=[f"{query.query_id} {query.content_hash}" for query in asked
                  if query.query_id not in stale and query.query_id not in source_flagged])


def _restricted(conn: Connection, whose: Whose, own: RoundRater) -> Whose:
    """Keep the queries of a rater's subjects and units: the source item's, or else those most of its candidates have."""
    topics = queues.topics(conn, whose)
    asked = queries.current(conn, whose.collection_id)
    sources = items.get_many(conn, whose.collection_id, [query.source_item_id for query in asked if query.source_item_id])
    for query in asked:
        if (source := sources.get(query.source_item_id or "")) is not None:
            topics[query.query_id] = (source.item.subject, source.item.unit)
    mine = {query_id for query_id, (subject, unit) in topics.items()
            if (not own.subjects or subject in own.subjects) and (not own.units or unit in own.units)}
    return replace(whose, standing=[key for key in whose.standing if key.rpartition(" ")[0] in mine])


def _extend(conn: Connection, found: Round, whose: Whose, ahead: int) -> None:
    places = queues.places(conn, whose)
    waiting = sum(_state(place) == "open" for place in places)
    if waiting >= ahead:
        return
    fresh = queues.next_pairs(conn, whose, ahead - waiting)
    second = _SecondLooks(places, waiting, found.repeat_share, whose.seed)
    added: list[tuple[Pair, str]] = [(pair, "repeat") for pair in second.due(0)]
    for _, group in groupby(fresh, key=lambda pair: pair[0]):
        pairs = list(group)
        added += [(pair, "label") for pair in pairs]
        added += [(pair, "repeat") for pair in second.due(len(pairs))]
    if added:
        queues.append(conn, whose.round_id, whose.rater, added)


class _SecondLooks:
    """Chooses what a rater sees again, while a queue grows from its end."""

    def __init__(self, places: Sequence[Place], waiting: int, share: float, seed: str) -> None:
        answered = sorted((place for place in places if place.answered), key=lambda place: place.answered_at)
        repeated = {_pair(place) for place in places if place.purpose == "repeat"}
        self._candidates = [
            (len(answered) - number, _pair(place)) for number, place in enumerate(answered, start=1)
            if place.purpose == "label" and place.grade is not None and place.current and not place.flagged
            and _pair(place) not in repeated
        ]
        self._candidates.sort(key=lambda candidate: hashlib.sha256((seed + " ".join(candidate[1])).encode()).digest())
        self._ahead = waiting
        # A share of what was judged, not of what was handed out: that may yet go to somebody else.
        self._wanted = int(share * sum(place.purpose == "label" for place in answered)) - len(repeated)

    def due(self, handed: int) -> list[Pair]:
        """Return what may come after ``handed`` more labels, one query's pairs together."""
        self._ahead += handed
        fit = [candidate for candidate in self._candidates if candidate[0] + self._ahead >= APART][: max(0, self._wanted)]
        self._candidates = [candidate for candidate in self._candidates if candidate not in fit]
        self._wanted -= len(fit)
        self._ahead += len(fit)
        return sorted(pair for _, pair in fit)


def _pair(place: Place) -> Pair:
    return place.query_id, place.query_hash, place.item_id, place.item_hash


def _state(place: Place) -> State:
    if place.answered:
        return "unrateable" if place.unrateable else "graded"
    if place.flagged:
        return "flagged"
    return "open" if place.current and not place.lapsed else "gone"


def _entry(place: Place, state: State) -> QueueEntry:
    return QueueEntry(place.position, *_pair(place), place.purpose, state, place.grade, place.note)
