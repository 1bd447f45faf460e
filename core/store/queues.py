"""Queues: which pairs of a round a rater may still get, and the places already handed out.

A pair still stands where query and item have not changed since and no flag is on either. Somebody has looked at it who judged
it, in whatever round, or has it in hand; a place handed out and not judged for ``free_after`` is nobody's again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection

Pair = tuple[str, str, str, str]
"""Query id and hash, item id and hash."""

_LOCK = "SELECT pg_advisory_xact_lock(7302, %(round_id)s)"
# Only what still stands: ``%(standing)s`` are the queries as they read now, ``%(flagged)s`` the items that are out.
# LIMIT keeps the look-up of an item a look-up: over a collection just imported the planner would loop through all of them.
_STANDS = """
  FROM pool_pairs AS p
  JOIN LATERAL (SELECT content_hash, subject, unit FROM items
                 WHERE collection_id = %(collection_id)s AND item_id = p.item_id LIMIT 1) AS i ON i.content_hash = p.item_hash
 WHERE p.round_id = %(round_id)s AND p.asked
   AND p.query_id || ' ' || p.query_hash = ANY(%(standing)s) AND p.item_id <> ALL(%(flagged)s)
"""
_LOOKS = """
SELECT query_id, query_hash, item_id, item_hash, rater, false AS asked FROM judgments_current
 WHERE collection_id = %(collection_id)s AND purpose = 'label' AND blinded AND origin = 'human'
   AND (grade IS NOT NULL OR unrateable)
"""
# Pairs and looks are stacked and grouped, not joined: PostgreSQL takes a join over four columns for nearly empty and loops.
# A pair of the rater's own calibration counts as looked at, and so does one judged where systems or grades were seen.
_FREE = f"""
WITH stacked AS (
    SELECT p.query_id, p.query_hash, p.item_id, p.item_hash, NULL AS rater, true AS asked {_STANDS}
     UNION ALL {_LOOKS}
     UNION ALL
    SELECT query_id, query_hash, item_id, item_hash, rater, false FROM queue_entries
     WHERE round_id = %(round_id)s AND purpose = 'label' AND handed_out_at > now() - %(free_after)s
     UNION ALL
    SELECT e.query_id, e.query_hash, e.item_id, e.item_hash, e.rater, false
      FROM queue_entries AS e JOIN label_rounds AS r ON r.id = e.round_id
     WHERE e.rater = %(rater)s AND e.purpose = 'calibration' AND r.collection_id = %(collection_id)s
     UNION ALL
    SELECT query_id, query_hash, item_id, item_hash, rater, false FROM judgment_events
     WHERE collection_id = %(collection_id)s AND rater = %(rater)s AND (purpose = 'adjudication' OR NOT blinded)),
free AS (
    SELECT query_id, query_hash, item_id, item_hash, count(DISTINCT rater) AS taken
      FROM stacked GROUP BY query_id, query_hash, item_id, item_hash
    HAVING bool_or(asked) AND count(DISTINCT rater) < %(overlap)s AND bool_and(rater IS DISTINCT FROM %(rater)s))
"""
# Queries whose pairs fewest people looked at come first, then chance; of the last one needed, all pairs.
_NEXT = f"""
{_FREE},
least AS (SELECT *, min(taken) OVER (PARTITION BY query_id) AS fewest FROM free),
ordered AS (
    SELECT *, rank() OVER (ORDER BY fewest, md5(%(seed)s || query_id), query_id) AS turn FROM least)
SELECT query_id, query_hash, item_id, item_hash
  FROM ordered WHERE turn <= %(wanted)s
 ORDER BY turn, md5(%(seed)s || query_id || ' ' || item_id), item_id
"""
_COUNT_FREE = f"{_FREE} SELECT count(*) FROM free"
_STANDING = f"""
SELECT count(*), count(*) FILTER (WHERE seen >= %(overlap)s), coalesce(sum(least(seen, %(overlap)s)), 0)::integer
  FROM (SELECT count(DISTINCT rater) AS seen
          FROM (SELECT p.query_id, p.query_hash, p.item_id, p.item_hash, NULL AS rater, true AS asked {_STANDS}
                 UNION ALL {_LOOKS}) AS stacked
         GROUP BY query_id, query_hash, item_id, item_hash HAVING bool_or(asked)) AS counted
"""
_TOPICS = f"""
SELECT p.query_id, mode() WITHIN GROUP (ORDER BY i.subject), mode() WITHIN GROUP (ORDER BY i.unit) {_STANDS} GROUP BY p.query_id
"""
_ENTRIES = """
SELECT e.position, e.query_id, e.query_hash, e.item_id, e.item_hash, e.purpose,
       e.item_id = ANY(%(flagged)s) OR e.query_id = ANY(%(source_flagged)s) AS flagged,
       e.query_id || ' ' || e.query_hash = ANY(%(standing)s) AND i.content_hash = e.item_hash IS TRUE AS current,
       e.purpose = 'label' AND e.handed_out_at <= now() - %(free_after)s AS lapsed
  FROM queue_entries AS e
  LEFT JOIN LATERAL (SELECT content_hash FROM items
                      WHERE collection_id = %(collection_id)s AND item_id = e.item_id LIMIT 1) AS i ON true
 WHERE e.round_id = %(round_id)s AND e.rater = %(rater)s
 ORDER BY e.position
"""
_SAID = """
SELECT DISTINCT ON (purpose, query_id, query_hash, item_id, item_hash)
       purpose, query_id, query_hash, item_id, item_hash, grade, unrateable, note, created_at
  FROM judgment_events
 WHERE round_id = %(round_id)s AND rater = %(rater)s AND blinded
 ORDER BY purpose, query_id, query_hash, item_id, item_hash, created_at DESC, sequence DESC
"""
# One's own lapsed pair comes back in a new place; its row stays the same, so that an answer sent late is still accepted.
_ADD = """
INSERT INTO queue_entries (round_id, rater, position, query_id, query_hash, item_id, item_hash, purpose)
VALUES (%(round_id)s, %(rater)s, %(position)s, %(query_id)s, %(query_hash)s, %(item_id)s, %(item_hash)s, %(purpose)s)
ON CONFLICT (round_id, rater, query_id, item_id, purpose) DO UPDATE
   SET position = excluded.position, query_hash = excluded.query_hash, item_hash = excluded.item_hash, handed_out_at = now()
"""
_LAST = """
SELECT coalesce(max(position), 0) FROM queue_entries WHERE round_id = %(round_id)s AND rater = %(rater)s
"""
_CALIBRATE = """
INSERT INTO queue_entries (round_id, rater, position, query_id, query_hash, item_id, item_hash, purpose)
SELECT round_id, %(rater)s, row_number() OVER (ORDER BY md5(%(seed)s || query_id), query_id,
                                               md5(%(seed)s || query_id || ' ' || item_id), item_id),
       query_id, query_hash, item_id, item_hash, 'calibration'
  FROM pool_pairs WHERE round_id = %(round_id)s
    ON CONFLICT DO NOTHING
"""
_TIMES = """
SELECT ms_spent, created_at FROM judgment_events
 WHERE round_id = %(round_id)s AND rater = %(rater)s AND (grade IS NOT NULL OR unrateable)
 ORDER BY created_at, sequence
"""
_RATERS = """
SELECT rater FROM queue_entries WHERE round_id = %(round_id)s
UNION SELECT rater FROM round_raters WHERE round_id = %(round_id)s
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a queue with its rater's last word; ``answered_at`` is None where nothing was ever said.

    ``current`` is False where query or item changed since; ``lapsed`` where it waited too long and is free again.
    """

    position: int
    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    purpose: str
    flagged: bool
    current: bool
    lapsed: bool
    grade: int | None = None
    unrateable: bool = False
    note: str = ""
    answered_at: datetime | None = None

    @property
    def answered(self) -> bool:
        """Whether a judgment stands; one taken back does not."""
        return self.grade is not None or self.unrateable


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A rater's part of a round: everything the statements here are asked with."""

    round_id: int
    collection_id: int
    rater: str
    seed: str
    overlap: int
    free_after: timedelta
    standing: list[str]
    """The queries that may be asked as they read now: id, space, content hash."""
    flagged: list[str]
    """Items that are out."""
    source_flagged: list[str]
    """Queries whose source item is out."""

    def values(self) -> dict[str, object]:
        """Return the named parameters."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def lock(conn: Connection, round_id: int) -> None:
    """Hold off everybody else whom this round hands out to until this transaction ends."""
    conn.execute(_LOCK, {"round_id": round_id})


def places(conn: Connection, whose: Whose) -> list[Place]:
    """Return a rater's places by position."""
    said = {tuple(row[:5]): row[5:] for row in conn.execute(_SAID, whose.values())}
    found = []
    for row in conn.execute(_ENTRIES, whose.values()):
        position, *pair, purpose, flagged, current, lapsed = row
        answer = said.get((purpose, *pair), ())
        found.append(Place(position, *pair, purpose, flagged, current, lapsed, *answer))
    return found


def next_pairs(conn: Connection, whose: Whose, wanted: int) -> list[Pair]:
    """Return the pairs to hand out next, query by query until there are ``wanted``; the last query comes whole."""
    return conn.execute(_NEXT, {**whose.values(), "wanted": wanted}).fetchall()


def topics(conn: Connection, whose: Whose) -> dict[str, tuple[str, str]]:
    """Return the subject and the unit that most of each query's candidates have."""
    return {query_id: (subject, unit) for query_id, subject, unit in conn.execute(_TOPICS, whose.values())}


def count_free(conn: Connection, whose: Whose) -> int:
    """Return how many pairs the rater could still be handed."""
    row = conn.execute(_COUNT_FREE, whose.values()).fetchone()
    assert row is not None
    return row[0]


def append(conn: Connection, round_id: int, rater: str, added: Sequence[tuple[Pair, str]]) -> None:
    """Put (pair, purpose)s at the end of a queue."""
    row = conn.execute(_LAST, {"round_id": round_id, "rater": rater}).fetchone()
    assert row is not None
    with conn.cursor() as cursor:
        cursor.executemany(_ADD, [
            {"round_id": round_id, "rater": rater, "position": position, "query_id": pair[0], "query_hash": pair[1],
             "item_id": pair[2], "item_hash": pair[3], "purpose": purpose}
            for position, (pair, purpose) in enumerate(added, start=row[0] + 1)
        ])


def fill_calibration(conn: Connection, whose: Whose) -> None:
    """Hand a calibration round's whole set to a rater, in the order that every rater gets."""
    conn.execute(_CALIBRATE, whose.values())


def answered_when(conn: Connection, round_id: int, rater: str) -> list[tuple[int | None, datetime]]:
    """Return (milliseconds spent, when) of everything a rater said in a round, in order; corrections included."""
    return conn.execute(_TIMES, {"round_id": round_id, "rater": rater}).fetchall()


def standing(conn: Connection, whose: Whose) -> tuple[int, int, int]:
    """Return of a round: pairs still asked, how many have their overlap, and looks made that count towards it."""
    row = conn.execute(_STANDING, whose.values()).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def raters(conn: Connection, round_id: int) -> list[str]:
    """Return everybody a round names or has handed something to."""
    return [row[0] for row in conn.execute(_RATERS, {"round_id": round_id})]
