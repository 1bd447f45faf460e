"""What a rater's page is drawn from: the queue with names that tell nothing, the queries and items in it, the progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import Connection

from core.labels import progress, queue, rounds, tokens
from core.labels.progress import Progress
from core.labels.queue import QueueEntry
from core.labels.tokens import Assignment
from core.store import items, queries
from core.store.database import Database
from core.store.items import StoredItem
from core.store.queries import QueryRevision
from core.store.rounds import Round

BEHIND = 12
"""Answered pairs that stay at hand for a look back."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One pair of a queue; ``ref`` is all that a browser may know of it besides its content."""

    ref: str
    entry: QueueEntry


@dataclass(frozen=True, slots=True)
class Desk:
    """A rater's work in one round. ``seats`` are in the queue's order, without pairs whose content is gone."""

    round: Round
    token: str
    seats: list[Seat]
    queries: Mapping[str, QueryRevision]
    items: Mapping[str, StoredItem]
    progress: Progress


def lay_out(db: Database, round_id: int, rater: str, *, ahead: int = queue.AHEAD, first: str | None = None,
            most: int | None = None) -> Desk:
    """Hand out what is missing and return the desk.

    Args:
        ahead: how many open pairs there should be.
        first: the ref the seats begin with; without one, ``BEHIND`` answered pairs before the first open one.
        most: with more seats than this they begin as if ``first`` were not given.

    Raises:
        NotFoundError: there is no such round.
    """
    with db.connection() as conn:
        found = rounds.get(conn, round_id)
        entries = queue.hand_out(conn, round_id, rater, ahead=ahead)
        known = {query.query_id: query for query in queries.current(conn, found.collection_id)}
        entries = [entry for entry in entries if entry.query_id in known
                   and known[entry.query_id].content_hash == entry.query_hash]
        assignment = Assignment.of(round_id, found.collection_id, rater)
        seats = [Seat(ref, entry) for ref, entry in zip(tokens.refs(conn, assignment, entries), entries, strict=True)]
        seats = seats[_start(seats, first, most):]
        asked, stored = _contents(conn, found.collection_id, known,
                                  [(seat.entry.query_id, seat.entry.item_id) for seat in seats])
        seats = [seat for seat in seats if seat.entry.item_id in stored]
        return Desk(found, tokens.sign(conn, assignment), seats, asked, stored, progress.of_rater(conn, round_id, rater))


def contents(db: Database, collection_id: int,
             pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, QueryRevision], dict[str, StoredItem]]:
    """Return the queries and items of (query id, item id) pairs as they are now, with the items that queries come from."""
    with db.connection() as conn:
        known = {query.query_id: query for query in queries.current(conn, collection_id)}
        return _contents(conn, collection_id, known, pairs)


def _contents(conn: Connection, collection_id: int, known: Mapping[str, QueryRevision],
              pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, QueryRevision], dict[str, StoredItem]]:
    named = list(pairs)
    asked = {query_id: known[query_id] for query_id, _ in named if query_id in known}
    wanted = {item_id for _, item_id in named}
    wanted |= {query.source_item_id for query in asked.values() if query.source_item_id}
    return asked, items.get_many(conn, collection_id, wanted)


def _start(seats: list[Seat], first: str | None, most: int | None) -> int:
    places = {seat.ref: place for place, seat in enumerate(seats)}
    if first in places and (most is None or len(seats) - places[first] <= most):
        return places[first]
    ahead = next((place for place, seat in enumerate(seats) if seat.entry.state == "open"), len(seats))
    return max(0, ahead - BEHIND)
