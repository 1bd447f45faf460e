"""The pairs of a round and who proposed them.

A row with ``asked`` false is a pair that was proposed and is not put before raters: the same two items are asked about
the other way round, or people judged it before. It is kept for what it says about who finds what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

_COPY_PAIRS = """
COPY pool_pairs (round_id, query_id, query_hash, item_id, item_hash, asked, agreed_grade) FROM STDIN (FORMAT BINARY)
"""
_COPY_PROPOSALS = "COPY pool_proposals (round_id, query_id, item_id, proposer, rank) FROM STDIN (FORMAT BINARY)"
_LOCK = "SELECT pg_advisory_xact_lock(7301, %(collection_id)s)"
_ASKED_NOW = """
SELECT p.query_id, p.query_hash, p.item_id, p.item_hash
  FROM pool_pairs AS p JOIN label_rounds AS r ON r.id = p.round_id
 WHERE r.collection_id = %(collection_id)s AND r.kind = 'round' AND r.closed_at IS NULL AND p.asked
"""
_JUDGED = """
SELECT DISTINCT query_id, query_hash, item_id, item_hash
  FROM judgments_current
 WHERE collection_id = %(collection_id)s AND purpose = 'label' AND blinded AND origin = 'human'
   AND (grade IS NOT NULL OR unrateable)
"""
_GRADED_OTHERWISE = """
SELECT DISTINCT query_id, query_hash, item_id, item_hash,
       CASE WHEN origin = 'constructed' THEN 'constructed' ELSE 'imported' END AS proposer
  FROM judgments_current
 WHERE collection_id = %(collection_id)s AND purpose = 'label' AND grade IS NOT NULL
   AND blinded AND (origin <> 'human' OR round_id IS NULL)
"""
_PACE = """
SELECT (avg(least(ms_spent, 300000)) / 1000)::float8, count(*)
  FROM judgment_events
 WHERE collection_id = %(collection_id)s AND origin = 'human' AND purpose IN ('label', 'repeat') AND ms_spent > 0
   AND (grade IS NOT NULL OR unrateable)
"""
_ONE = """
SELECT asked FROM pool_pairs WHERE round_id = %(round_id)s AND query_id = %(query_id)s AND item_id = %(item_id)s
   FOR UPDATE
"""
_ADD_PAIR = """
INSERT INTO pool_pairs (round_id, query_id, query_hash, item_id, item_hash, asked)
VALUES (%(round_id)s, %(query_id)s, %(query_hash)s, %(item_id)s, %(item_hash)s, true)
ON CONFLICT (round_id, query_id, item_id) DO UPDATE
   SET asked = true, query_hash = excluded.query_hash, item_hash = excluded.item_hash
"""
_REMEMBER_PAIR = """
INSERT INTO pool_pairs (round_id, query_id, query_hash, item_id, item_hash, asked)
VALUES (%(round_id)s, %(query_id)s, %(query_hash)s, %(item_id)s, %(item_hash)s, false)
ON CONFLICT (round_id, query_id, item_id) DO NOTHING
"""
_ADD_PROPOSAL = """
INSERT INTO pool_proposals (round_id, query_id, item_id, proposer, rank)
VALUES (%(round_id)s, %(query_id)s, %(item_id)s, %(proposer)s, NULL)
ON CONFLICT DO NOTHING
"""
_PROPOSED = """
SELECT p.query_id, p.item_id, array_agg(DISTINCT p.proposer ORDER BY p.proposer)
  FROM pool_proposals AS p
  JOIN label_rounds AS r ON r.id = p.round_id
  JOIN pool_pairs AS a USING (round_id, query_id, item_id)
  JOIN items AS i ON i.collection_id = r.collection_id AND i.item_id = p.item_id AND i.content_hash = a.item_hash
 WHERE r.collection_id = %(collection_id)s AND (%(round_id)s::integer IS NULL OR r.id = %(round_id)s)
 GROUP BY p.query_id, p.item_id
"""
_ASKED_EVER = """
SELECT DISTINCT p.query_id, p.item_id
  FROM pool_pairs AS p
  JOIN label_rounds AS r ON r.id = p.round_id
  JOIN items AS i ON i.collection_id = r.collection_id AND i.item_id = p.item_id AND i.content_hash = p.item_hash
  JOIN (SELECT DISTINCT ON (query_id) query_id, content_hash, retired FROM queries
         WHERE collection_id = %(collection_id)s ORDER BY query_id, revision DESC) AS q
    ON q.query_id = p.query_id AND q.content_hash = p.query_hash AND NOT q.retired
 WHERE r.collection_id = %(collection_id)s AND r.kind = 'round' AND p.asked
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE asked), count(*) FILTER (WHERE NOT asked), count(DISTINCT query_id)
  FROM pool_pairs WHERE round_id = %(round_id)s
"""
_AGREED = """
SELECT query_id, item_id, agreed_grade FROM pool_pairs
 WHERE round_id = %(round_id)s AND agreed_grade IS NOT NULL ORDER BY query_id, item_id
"""

Key = tuple[str, str, str, str]
"""Query id and hash, item id and hash."""


@dataclass(frozen=True, slots=True)
class NewPair:
    """A pair of a round with its (proposer, rank)s."""

    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    asked: bool
    proposals: Sequence[tuple[str, int | None]] = ()
    agreed_grade: int | None = None


def lock(conn: Connection, collection_id: int) -> None:
    """Hold off everybody else who opens a round of this collection until this transaction ends."""
    conn.execute(_LOCK, {"collection_id": collection_id})


def add(conn: Connection, round_id: int, pairs: Sequence[NewPair]) -> None:
    """Store pairs with their proposals, all or none."""
    with conn.transaction(), conn.cursor() as cursor:
        with cursor.copy(_COPY_PAIRS) as copy:
            copy.set_types(["int4", "text", "text", "text", "text", "bool", "int2"])
            for pair in pairs:
                copy.write_row((round_id, pair.query_id, pair.query_hash, pair.item_id, pair.item_hash, pair.asked,
                                pair.agreed_grade))
        with cursor.copy(_COPY_PROPOSALS) as copy:
            copy.set_types(["int4", "text", "text", "text", "int4"])
            for pair in pairs:
                for proposer, rank in pair.proposals:
                    copy.write_row((round_id, pair.query_id, pair.item_id, proposer, rank))


def asked_now(conn: Connection, collection_id: int) -> set[Key]:
    """Return the pairs that some round not closed asks."""
    return set(conn.execute(_ASKED_NOW, {"collection_id": collection_id}).fetchall())


def judged(conn: Connection, collection_id: int) -> set[Key]:
    """Return the exact pairs about which somebody's judgment stands."""
    return set(conn.execute(_JUDGED, {"collection_id": collection_id}).fetchall())


def graded_otherwise(conn: Connection, collection_id: int) -> dict[Key, set[str]]:
    """Return the exact pairs whose grade came with a file: 'constructed' or 'imported' by pair."""
    found: dict[Key, set[str]] = defaultdict(set)
    for *key, proposer in conn.execute(_GRADED_OTHERWISE, {"collection_id": collection_id}):
        found[tuple(key)].add(proposer)
    return found


def pace(conn: Connection, collection_id: int) -> tuple[float | None, int]:
    """Return the mean seconds people spent on a judgment (one counts 5 minutes at most), and how many were timed."""
    row = conn.execute(_PACE, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return row[0], row[1]


def add_one(conn: Connection, round_id: int, key: Key, proposer: str) -> bool:
    """Ask one more pair; False where the round asks it already (the proposer is remembered all the same)."""
    query_id, query_hash, item_id, item_hash = key
    values = {"round_id": round_id, "query_id": query_id, "query_hash": query_hash, "item_id": item_id,
              "item_hash": item_hash, "proposer": proposer}
    with conn.transaction():
        known = conn.execute(_ONE, values).fetchone()
        if known is None or not known[0]:
            conn.execute(_ADD_PAIR, values)
        conn.execute(_ADD_PROPOSAL, values)
    return known is None or not known[0]


def remember(conn: Connection, round_id: int, key: Key, proposer: str) -> None:
    """Note a proposer of a pair that people judged before; the round does not ask it."""
    query_id, query_hash, item_id, item_hash = key
    values = {"round_id": round_id, "query_id": query_id, "query_hash": query_hash, "item_id": item_id,
              "item_hash": item_hash, "proposer": proposer}
    with conn.transaction():
        conn.execute(_REMEMBER_PAIR, values)
        conn.execute(_ADD_PROPOSAL, values)


def proposers(conn: Connection, collection_id: int, *, round_id: int | None = None) -> dict[tuple[str, str], list[str]]:
    """Return who proposed each pair of query id and item id, for items as they are now; over all rounds unless one is given."""
    rows = conn.execute(_PROPOSED, {"collection_id": collection_id, "round_id": round_id})
    return {(query_id, item_id): found for query_id, item_id, found in rows}


def asked_ever(conn: Connection, collection_id: int) -> set[tuple[str, str]]:
    """Return query id and item id of every pair that any round asked, for queries and items as they are now."""
    return set(conn.execute(_ASKED_EVER, {"collection_id": collection_id}).fetchall())


def counts(conn: Connection, round_id: int) -> tuple[int, int, int]:
    """Return how many pairs a round asks, how many it only remembers, and of how many queries."""
    row = conn.execute(_COUNTS, {"round_id": round_id}).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def agreed(conn: Connection, round_id: int) -> dict[tuple[str, str], int]:
    """Return a calibration round's agreed grades by query id and item id."""
    return {(query_id, item_id): grade for query_id, item_id, grade in conn.execute(_AGREED, {"round_id": round_id})}
