"""The gate files that a collection was evaluated under, in the order in which they were seen; nothing here is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

_SEEN = "SELECT sha256, body, seen_at FROM seen_gates WHERE collection_id = %(collection_id)s ORDER BY id"
_NOTE = """
INSERT INTO seen_gates (collection_id, sha256, body)
SELECT %(collection_id)s, %(sha256)s, %(body)s
 WHERE %(sha256)s IS DISTINCT FROM
       (SELECT sha256 FROM seen_gates WHERE collection_id = %(collection_id)s ORDER BY id DESC LIMIT 1)
"""
_STATE = "SELECT coalesce(max(id), 0) FROM seen_gates WHERE collection_id = %(collection_id)s"


@dataclass(frozen=True, slots=True)
class SeenGates:
    """A gate file, and when a collection was first evaluated under it."""

    sha256: str
    body: str
    """The file's text."""
    seen_at: datetime


def note(conn: Connection, collection_id: int, *, sha256: str, body: str) -> None:
    """Store a gate file where it is another than the last one that was seen."""
    conn.execute(_NOTE, {"collection_id": collection_id, "sha256": sha256, "body": body})


def history(conn: Connection, collection_id: int) -> list[SeenGates]:
    """Return a collection's gate files, first seen first."""
    with conn.cursor(row_factory=class_row(SeenGates)) as cursor:
        return cursor.execute(_SEEN, {"collection_id": collection_id}).fetchall()


def state(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with every file that is seen."""
    row = conn.execute(_STATE, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return str(row[0])
