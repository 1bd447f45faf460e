"""The register of critical errors: append-only events, and how every error stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

_EVENTS = """
SELECT error_id, system, open, title, note, by_whom AS by, received_at AS at
  FROM critical_error_events WHERE collection_id = %(collection_id)s ORDER BY sequence
"""
_ADD = """
INSERT INTO critical_error_events (uuid, collection_id, error_id, system, open, title, note, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(error_id)s, %(system)s, %(open)s, %(title)s, %(note)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('critical errors', %(collection_id)s))"
_STATE = "SELECT coalesce(max(sequence), 0) FROM critical_error_events WHERE collection_id = %(collection_id)s"


@dataclass(frozen=True, slots=True)
class CriticalEvent:
    """An error was opened, or closed."""

    error_id: UUID
    system: str
    open: bool
    title: str
    note: str
    by: str
    at: datetime


def lock(conn: Connection, collection_id: int) -> None:
    """Let one change of a collection's register happen at a time; ends with the transaction."""
    conn.execute(_LOCK, {"collection_id": collection_id})


def append(conn: Connection, collection_id: int, error_id: UUID, *, system: str, open_: bool, title: str, note: str, by: str,
           uuid: UUID | None = None) -> None:
    """Store an event; one whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "error_id": error_id, "system": system,
                        "open": open_, "title": title, "note": note, "by": by})


def events(conn: Connection, collection_id: int) -> list[CriticalEvent]:
    """Return a collection's events, oldest first."""
    with conn.cursor(row_factory=class_row(CriticalEvent)) as cursor:
        return cursor.execute(_EVENTS, {"collection_id": collection_id}).fetchall()


def state(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with every event."""
    row = conn.execute(_STATE, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return str(row[0])
