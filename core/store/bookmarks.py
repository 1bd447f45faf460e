"""Comparisons kept for a meeting: append-only events; the last of an address counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

_KEPT = """
SELECT address, title, by, at FROM (
    SELECT DISTINCT ON (address) address, title, kept, by_whom AS by, received_at AS at,
           min(sequence) OVER (PARTITION BY address) AS place
      FROM bookmark_events WHERE collection_id = %(collection_id)s ORDER BY address, sequence DESC) AS latest
 WHERE kept ORDER BY place
"""
_ADD = """
INSERT INTO bookmark_events (uuid, collection_id, address, title, kept, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(address)s, %(title)s, %(kept)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A comparison somebody kept."""

    address: str
    """Query string of the comparison page, with its question mark."""
    title: str
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, *, address: str, title: str, kept: bool, by: str, uuid: UUID | None = None) -> None:
    """Store that an address is kept, or no more; an event whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "address": address, "title": title, "kept": kept,
                        "by": by})


def listing(conn: Connection, collection_id: int) -> list[Bookmark]:
    """Return what is kept, in the order in which it was first kept."""
    with conn.cursor(row_factory=class_row(Bookmark)) as cursor:
        return cursor.execute(_KEPT, {"collection_id": collection_id}).fetchall()
