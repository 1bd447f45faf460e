"""A collection's labelling in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from psycopg import Connection

from core.labels.consensus import final
from core.store import flags, pools, queries, rounds, truths
from core.store.truths import Version


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to label and what is labelled, for queries and items as they are now."""

    queries: int
    pairs: int
    """Pairs that some round asks or that anybody or any file said something about."""
    judged: int
    """Pairs with a final grade, whatever its origin."""
    origins: dict[str, int]
    """Pairs with a final grade by origin."""
    raters: tuple[tuple[str, int], ...]
    """People with the number of pairs they judged, those with most first."""
    rounds_open: int
    rounds_closed: int
    flagged: int
    versions: tuple[Version, ...]


def of_collection(conn: Connection, collection_id: int) -> Status:
    """Count a collection."""
    said = final.pairs(conn, collection_id)
    graded = final.grades(conn, collection_id)
    people = Counter(rater for events in said.values()
                     for rater in {event.rater for event in events if event.origin == "human" and event.purpose == "label"
                                   and (event.grade is not None or event.unrateable)})
    listed = rounds.listing(conn, collection_id)
    still_open = sum(each.open for each in listed)
    return Status(len(queries.current(conn, collection_id)), len(pools.asked_ever(conn, collection_id) | set(said)), len(graded),
                  dict(sorted(Counter(each.origin for each in graded).items())), tuple(people.most_common()),
                  still_open, len(listed) - still_open, len(flags.flagged(conn, collection_id)),
                  tuple(truths.listing(conn, collection_id)))
