"""Flags on defective items: append-only events, and what they say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

NOW_FLAGGED = """
SELECT last.item_id, last.reason, last.by_whom AS by, last.received_at AS at
  FROM (SELECT DISTINCT ON (item_id) item_id, item_hash, flagged, reason, by_whom, received_at
          FROM item_flag_events WHERE collection_id = %(collection_id)s
         ORDER BY item_id, sequence DESC) AS last
  JOIN items AS i ON i.collection_id = %(collection_id)s AND i.item_id = last.item_id AND i.content_hash = last.item_hash
 WHERE last.flagged
"""
"""The hash is part of it: an item whose content was repaired is not the one that was flagged."""
_LISTING = NOW_FLAGGED + " ORDER BY at DESC, item_id"
_ADD = """
INSERT INTO item_flag_events (uuid, collection_id, item_id, item_hash, flagged, reason, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(item_id)s, %(item_hash)s, %(flagged)s, %(reason)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Flag:
    """An item that is out of the queues."""

    item_id: str
    reason: str
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, item_id: str, item_hash: str, *, flagged: bool, reason: str,
           by: str, uuid: UUID | None = None) -> None:
    """Store that an item was flagged or cleared; an event whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "item_id": item_id, "item_hash": item_hash,
                        "flagged": flagged, "reason": reason, "by": by})


def flagged(conn: Connection, collection_id: int) -> list[Flag]:
    """Return the items that are flagged now, the latest first."""
    with conn.cursor(row_factory=class_row(Flag)) as cursor:
        return cursor.execute(_LISTING, {"collection_id": collection_id}).fetchall()
