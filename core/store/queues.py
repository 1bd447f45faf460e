"""Queues: which pairs of a round a rater may still get, and the places already handed out.

``ASKABLE`` is the round as it stands now: pairs that are asked, of queries and items that have not changed since and are not
flagged, with the names of those who looked at each or have it in hand. A place handed out and not judged for
``%(free_after)s`` is nobody's again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from core.store.flags import NOW_FLAGGED

Pair = tuple[str, str, str, str]
"""Query id and hash, item id and hash."""

_LOCK = "SELECT pg_advisory_xact_lock(7302, %(round_id)s)"
_SAID = """
said AS (
    SELECT DISTINCT ON (purpose, query_id, query_hash, item_id, item_hash)
           purpose, query_id, query_hash, item_id, item_hash, grade, unrateable, note, ms_spent, created_at
      FROM judgment_events
     WHERE round_id = %(round_id)s AND rater = %(rater)s AND blinded
     ORDER BY purpose, query_id, query_hash, item_id, item_hash, created_at DESC, sequence DESC)
"""
_NOW = f"""
live AS (
    SELECT DISTINCT ON (query_id) query_id, content_hash AS query_hash, source_item_id, retired
      FROM queries WHERE collection_id = %(collection_id)s ORDER BY query_id, revision DESC),
flagged AS ({NOW_FLAGGED}),
gone AS (
    SELECT query_id FROM live
     WHERE retired OR query_id = ANY(%(stale)s) OR source_item_id IN (SELECT item_id FROM flagged))
"""
ASKABLE = f"""
{_NOW},
pairs AS (
    SELECT p.query_id, p.query_hash, p.item_id, p.item_hash, live.source_item_id, i.subject, i.unit
      FROM pool_pairs AS p
      JOIN live ON live.query_id = p.query_id AND live.query_hash = p.query_hash
      JOIN items AS i
        ON i.collection_id = %(collection_id)s AND i.item_id = p.item_id AND i.content_hash = p.item_hash
     WHERE p.round_id = %(round_id)s AND p.asked
       AND p.query_id NOT IN (SELECT query_id FROM gone) AND p.item_id NOT IN (SELECT item_id FROM flagged)),
looks AS (
    SELECT query_id, query_hash, item_id, item_hash, rater FROM judgments_current
     WHERE collection_id = %(collection_id)s AND purpose = 'label' AND blinded AND origin = 'human'
       AND (grade IS NOT NULL OR unrateable)
    UNION
    SELECT query_id, query_hash, item_id, item_hash, rater FROM queue_entries
     WHERE round_id = %(round_id)s AND purpose = 'label' AND handed_out_at > now() - %(free_after)s),
askable AS (
    SELECT p.*, coalesce(array_agg(l.rater) FILTER (WHERE l.rater IS NOT NULL), '{{}}') AS raters
      FROM pairs AS p LEFT JOIN looks AS l USING (query_id, query_hash, item_id, item_hash)
     GROUP BY p.query_id, p.query_hash, p.item_id, p.item_hash, p.source_item_id, p.subject, p.unit)
"""
# A query belongs to the subject and unit of its source item, or else to what most of its candidates belong to.
FREE = f"""
{ASKABLE},
topics AS (
    SELECT a.query_id, coalesce(min(s.subject), mode() WITHIN GROUP (ORDER BY a.subject)) AS subject,
           coalesce(min(s.unit), mode() WITHIN GROUP (ORDER BY a.unit)) AS unit
      FROM pairs AS a LEFT JOIN items AS s ON s.collection_id = %(collection_id)s AND s.item_id = a.source_item_id
     GROUP BY a.query_id),
free AS (
    SELECT a.query_id, a.query_hash, a.item_id, a.item_hash, cardinality(a.raters) AS taken
      FROM askable AS a JOIN topics AS t USING (query_id)
     WHERE cardinality(a.raters) < %(overlap)s AND NOT %(rater)s = ANY(a.raters)
       AND (%(subjects)s::text[] = '{{}}' OR t.subject = ANY(%(subjects)s))
       AND (%(units)s::text[] = '{{}}' OR t.unit = ANY(%(units)s))
       AND NOT EXISTS (SELECT FROM queue_entries AS c JOIN label_rounds AS r ON r.id = c.round_id
                        WHERE c.rater = %(rater)s AND c.purpose = 'calibration' AND r.collection_id = %(collection_id)s
                          AND (c.query_id, c.query_hash, c.item_id, c.item_hash)
                            = (a.query_id, a.query_hash, a.item_id, a.item_hash)))
"""
# Queries whose pairs fewest people looked at come first, then chance; of the last one needed, all pairs.
_NEXT = f"""
WITH {FREE},
groups AS (
    SELECT query_id, row_number() OVER turn AS turn, coalesce(sum(count(*)) OVER (turn ROWS BETWEEN UNBOUNDED PRECEDING
           AND 1 PRECEDING), 0) AS before
      FROM free GROUP BY query_id
    WINDOW turn AS (ORDER BY min(taken), md5(%(seed)s || query_id), query_id))
SELECT query_id, query_hash, item_id, item_hash
  FROM free JOIN groups USING (query_id)
 WHERE before < %(wanted)s
 ORDER BY turn, md5(%(seed)s || query_id || ' ' || item_id), item_id
"""
_COUNT_FREE = f"WITH {FREE} SELECT count(*) FROM free"
_ENTRIES = f"""
WITH {_NOW}, {_SAID}
SELECT e.position, e.query_id, e.query_hash, e.item_id, e.item_hash, e.purpose, s.grade,
       coalesce(s.unrateable, false) AS unrateable, coalesce(s.note, '') AS note, s.created_at AS answered_at,
       (e.item_id IN (SELECT item_id FROM flagged) OR live.source_item_id IN (SELECT item_id FROM flagged)) IS TRUE AS flagged,
       (live.query_hash = e.query_hash AND NOT live.retired AND NOT e.query_id = ANY(%(stale)s)
         AND i.content_hash = e.item_hash) IS TRUE AS current,
       e.purpose = 'label' AND e.handed_out_at <= now() - %(free_after)s AS lapsed
  FROM queue_entries AS e
  LEFT JOIN said AS s USING (purpose, query_id, query_hash, item_id, item_hash)
  LEFT JOIN live ON live.query_id = e.query_id
  LEFT JOIN items AS i ON i.collection_id = %(collection_id)s AND i.item_id = e.item_id
 WHERE e.round_id = %(round_id)s AND e.rater = %(rater)s
 ORDER BY e.position
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
_STANDING = f"""
WITH {ASKABLE}
SELECT count(*), count(*) FILTER (WHERE seen >= %(overlap)s), coalesce(sum(least(seen, %(overlap)s)), 0)::integer
  FROM (SELECT a.query_id, count(DISTINCT j.rater) AS seen
          FROM pairs AS a
          LEFT JOIN judgments_current AS j
            ON j.collection_id = %(collection_id)s AND j.purpose = 'label' AND j.blinded AND j.origin = 'human'
           AND (j.grade IS NOT NULL OR j.unrateable)
           AND (j.query_id, j.query_hash, j.item_id, j.item_hash) = (a.query_id, a.query_hash, a.item_id, a.item_hash)
         GROUP BY a.query_id, a.item_id) AS counted
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
    grade: int | None
    unrateable: bool
    note: str
    answered_at: datetime | None
    flagged: bool
    current: bool
    lapsed: bool

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
    subjects: list[str]
    units: list[str]
    stale: list[str]
    """Queries that are an item whose content has changed since."""

    def values(self) -> dict[str, object]:
        """Return the named parameters."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def lock(conn: Connection, round_id: int) -> None:
    """Hold off everybody else whom this round hands out to until this transaction ends."""
    conn.execute(_LOCK, {"round_id": round_id})


def places(conn: Connection, whose: Whose) -> list[Place]:
    """Return a rater's places by position."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(_ENTRIES, whose.values()).fetchall()


def next_pairs(conn: Connection, whose: Whose, wanted: int) -> list[Pair]:
    """Return the pairs to hand out next, query by query until there are ``wanted``; the last query comes whole."""
    return conn.execute(_NEXT, {**whose.values(), "wanted": wanted}).fetchall()


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
