"""Numbers nobody can compute, such as days saved: append-only, each with who stated it and why. The last of a name counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

_HISTORY = """
SELECT name, value, note, by_whom AS by, received_at AS at
  FROM stated_value_events WHERE collection_id = %(collection_id)s AND name = %(name)s ORDER BY sequence DESC
"""
_ADD = """
INSERT INTO stated_value_events (uuid, collection_id, name, value, note, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(name)s, %(value)s, %(note)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
_STATE = "SELECT coalesce(max(sequence), 0) FROM stated_value_events WHERE collection_id = %(collection_id)s"


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A number as somebody stated it."""

    name: str
    value: float
    note: str
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, *, name: str, value: float, note: str, by: str, uuid: UUID | None = None) -> None:
    """Store a statement; one whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "name": name, "value": value, "note": note,
                        "by": by})


def history(conn: Connection, collection_id: int, name: str) -> list[StatedValue]:
    """Return what was stated under a name, the latest first."""
    with conn.cursor(row_factory=class_row(StatedValue)) as cursor:
        return cursor.execute(_HISTORY, {"collection_id": collection_id, "name": name}).fetchall()


def latest(conn: Connection, collection_id: int, name: str) -> StatedValue | None:
    """Return what counts under a name, None where nobody stated it."""
    return next(iter(history(conn, collection_id, name)), None)


def state(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with every statement."""
    row = conn.execute(_STATE, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return str(row[0])
