"""What staff said of queries a system misses: append-only events, the last of a case counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

_ADD = """
INSERT INTO error_case_events (uuid, collection_id, scenario, system, query_id, query_hash, cause, note, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(scenario)s, %(system)s, %(query_id)s, %(query_hash)s, %(cause)s, %(note)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
_LATEST = """
SELECT DISTINCT ON (query_id, query_hash) query_id, query_hash, cause, note, by_whom AS by, received_at AS at
  FROM error_case_events
 WHERE collection_id = %(collection_id)s AND scenario = %(scenario)s AND system = %(system)s
 ORDER BY query_id, query_hash, sequence DESC
"""
_HISTORY = """
SELECT query_id, query_hash, cause, note, by_whom AS by, received_at AS at
  FROM error_case_events
 WHERE collection_id = %(collection_id)s AND scenario = %(scenario)s AND system = %(system)s AND query_id = %(query_id)s
 ORDER BY sequence
"""


@dataclass(frozen=True, slots=True)
class CaseWord:
    """What somebody said of a case. ``query_hash`` is of the query as it read then."""

    query_id: str
    query_hash: str
    cause: str
    """'' where only a note was left, or a cause was taken back."""
    note: str
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, *, scenario: str, system: str, query_id: str, query_hash: str, cause: str,
           note: str, by: str, uuid: UUID | None = None) -> None:
    """Store what somebody said; an event whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "scenario": scenario, "system": system,
                        "query_id": query_id, "query_hash": query_hash, "cause": cause, "note": note, "by": by})


def latest(conn: Connection, collection_id: int, *, scenario: str, system: str) -> dict[tuple[str, str], CaseWord]:
    """Return the last word on each case by query id and query hash: an edited query starts without one."""
    with conn.cursor(row_factory=class_row(CaseWord)) as cursor:
        rows = cursor.execute(_LATEST, {"collection_id": collection_id, "scenario": scenario, "system": system})
        return {(row.query_id, row.query_hash): row for row in rows}


def history(conn: Connection, collection_id: int, *, scenario: str, system: str, query_id: str) -> list[CaseWord]:
    """Return everything said of a query, oldest first, under whatever wording."""
    with conn.cursor(row_factory=class_row(CaseWord)) as cursor:
        return cursor.execute(_HISTORY, {"collection_id": collection_id, "scenario": scenario, "system": system,
                                         "query_id": query_id}).fetchall()
