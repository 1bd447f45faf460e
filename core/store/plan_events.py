"""What people state of the plan's progress: append-only events; the last of a kind and name counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

Kind = Literal["start", "task", "role", "risk", "meeting"]

_ADD = """
INSERT INTO plan_events (uuid, collection_id, kind, name, value, by_whom)
VALUES (%(uuid)s, %(collection_id)s, %(kind)s, %(name)s, %(value)s, %(by)s)
ON CONFLICT (uuid) DO NOTHING
"""
_LATEST = """
SELECT DISTINCT ON (kind, name) kind, name, value, by_whom AS by, received_at AS at
  FROM plan_events WHERE collection_id = %(collection_id)s ORDER BY kind, name, sequence DESC
"""
_HISTORY = """
SELECT kind, name, value, by_whom AS by, received_at AS at
  FROM plan_events WHERE collection_id = %(collection_id)s AND kind = %(kind)s AND name = %(name)s ORDER BY sequence DESC
"""


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """Somebody stated something."""

    kind: Kind
    name: str
    value: dict[str, Any]
    by: str
    at: datetime


def append(conn: Connection, collection_id: int, *, kind: Kind, name: str, value: Mapping[str, Any], by: str,
           uuid: UUID | None = None) -> None:
    """Store a statement; one whose uuid is stored already changes nothing."""
    conn.execute(_ADD, {"uuid": uuid or uuid4(), "collection_id": collection_id, "kind": kind, "name": name,
                        "value": Jsonb(dict(value)), "by": by})


def latest(conn: Connection, collection_id: int) -> dict[tuple[Kind, str], PlanEvent]:
    """Return the last word on everything, by kind and name."""
    with conn.cursor(row_factory=class_row(PlanEvent)) as cursor:
        return {(each.kind, each.name): each for each in cursor.execute(_LATEST, {"collection_id": collection_id})}


def history(conn: Connection, collection_id: int, kind: Kind, name: str) -> list[PlanEvent]:
    """Return everything said under a name, the newest first."""
    with conn.cursor(row_factory=class_row(PlanEvent)) as cursor:
        return cursor.execute(_HISTORY, {"collection_id": collection_id, "kind": kind, "name": name}).fetchall()
