"""What content staff said of a sample's items, the items that could stand in for others, and samples that were frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

Verdict = Literal["accept", "exclude", "swap", "open"]
ImageType = Literal["", "graph", "figure", "photo", "diagram", "table"]

_ADD = """
INSERT INTO item_review_events (uuid, collection_id, item_id, item_hash, verdict, swapped_for, image_type, note, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(item_id)s, %(item_hash)s, %(verdict)s, %(swapped_for)s, %(image_type)s, %(note)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
# The hash is part of the join: an item whose content was changed afterwards is not the one that was reviewed.
_CURRENT = """
SELECT i.item_id, i.kind, i.content_hash, i.record_hash, coalesce(last.verdict, 'open') AS verdict,
       coalesce(last.swapped_for, '') AS swapped_for, coalesce(last.image_type, '') AS image_type, coalesce(last.note, '') AS note,
       coalesce(last.by_whom, '') AS by, last.received_at AS at
  FROM items AS i
  LEFT JOIN LATERAL (
       SELECT item_hash, verdict, swapped_for, image_type, note, by_whom, received_at FROM item_review_events AS e
        WHERE e.collection_id = i.collection_id AND e.item_id = i.item_id ORDER BY sequence DESC LIMIT 1
  ) AS last ON last.item_hash = i.content_hash
 WHERE i.collection_id = %(collection_id)s
 ORDER BY i.item_id
"""
_STATE = "SELECT coalesce(max(sequence), 0) FROM item_review_events WHERE collection_id = %(collection_id)s"
_STATE_OF_FREEZES = "SELECT coalesce(max(id), 0) FROM sample_freezes WHERE collection_id = %(collection_id)s"
_SOURCES = """
SELECT c.name
  FROM items AS own
  JOIN items AS theirs ON theirs.item_id = own.item_id AND theirs.collection_id <> own.collection_id
  JOIN collections AS c ON c.id = theirs.collection_id
 WHERE own.collection_id = %(collection_id)s
 GROUP BY c.id
HAVING (SELECT count(*) FROM items WHERE collection_id = c.id) > (SELECT count(*) FROM items WHERE collection_id = %(collection_id)s)
 ORDER BY count(*) DESC, c.name
"""
# Of the same stratum; those that share most of unit, difficulty and item type first, then in an order that only the seed decides.
_STAND_INS = """
SELECT theirs.item_id
  FROM items AS own
  JOIN items AS theirs ON theirs.collection_id = %(source_id)s AND theirs.kind = own.kind AND theirs.subject = own.subject
 WHERE own.collection_id = %(collection_id)s AND own.item_id = %(item_id)s
   AND theirs.item_id <> ALL(%(taken)s)
   AND NOT EXISTS (SELECT FROM items AS other WHERE other.collection_id = own.collection_id AND other.item_id = theirs.item_id)
 ORDER BY (theirs.unit = own.unit)::int * 2 + (theirs.difficulty = own.difficulty)::int + (theirs.item_type = own.item_type)::int DESC,
          md5(%(seed)s || theirs.item_id)
 LIMIT %(limit)s
"""
_FREEZE = """
INSERT INTO sample_freezes (collection_id, sha256, body, by_whom) VALUES (%(collection_id)s, %(sha256)s, %(body)s, %(by)s)
ON CONFLICT (collection_id, sha256) DO NOTHING
"""
_FREEZES = """
SELECT id, collection_id, sha256, body, by_whom AS by, frozen_at AS at
  FROM sample_freezes WHERE collection_id = %(collection_id)s ORDER BY id DESC
"""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An item of a sample and what was said of it last; ``open`` where nobody said anything of this content."""

    item_id: str
    kind: str
    content_hash: str
    record_hash: str
    verdict: Verdict
    swapped_for: str
    image_type: ImageType
    note: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """A sample as it was agreed on."""

    id: int
    collection_id: int
    sha256: str
    body: dict[str, Any]
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, item_id: str, item_hash: str, *, verdict: Verdict, by: str, swapped_for: str = "",
           image_type: ImageType = "", note: str = "", uuid: UUID | None = None) -> None:
    """Store what somebody said of an item; an event whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "item_id": item_id, "item_hash": item_hash,
                        "verdict": verdict, "swapped_for": swapped_for, "image_type": image_type, "note": note, "by": by})


def current(conn: Connection, collection_id: int) -> list[Reviewed]:
    """Return every item of the collection with its last review, by id."""
    with conn.cursor(row_factory=class_row(Reviewed)) as cursor:
        return cursor.execute(_CURRENT, {"collection_id": collection_id}).fetchall()


def state(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with every review."""
    row = conn.execute(_STATE, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return str(row[0])


def state_of_freezes(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with every sample that is frozen."""
    row = conn.execute(_STATE_OF_FREEZES, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return str(row[0])


def sources(conn: Connection, collection_id: int) -> list[str]:
    """Return the larger collections that share items with this one, the one with most of them first: where it was drawn from."""
    return [row[0] for row in conn.execute(_SOURCES, {"collection_id": collection_id})]


def stand_ins(conn: Connection, collection_id: int, item_id: str, *, source_id: int, taken: list[str], seed: int, limit: int) -> list[str]:
    """Return items of the source that could stand in for one of the sample, the likest first."""
    return [row[0] for row in conn.execute(_STAND_INS, {"collection_id": collection_id, "item_id": item_id, "source_id": source_id,
                                                        "taken": taken, "seed": str(seed), "limit": limit})]


def freeze(conn: Connection, collection_id: int, *, sha256: str, body: dict[str, Any], by: str) -> None:
    """Store a frozen sample; the same content again changes nothing."""
    conn.execute(_FREEZE, {"collection_id": collection_id, "sha256": sha256, "body": Jsonb(body), "by": by})


def freezes(conn: Connection, collection_id: int) -> list[Freeze]:
    """Return the frozen samples of a collection, the newest first."""
    with conn.cursor(row_factory=class_row(Freeze)) as cursor:
        return cursor.execute(_FREEZES, {"collection_id": collection_id}).fetchall()
