"""Collections: named sets of items."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from core.errors import NotFoundError

_ADD = "INSERT INTO collections (name, note) VALUES (%(name)s, %(note)s) ON CONFLICT (name) DO NOTHING"
_FIND = "SELECT id, name, note, created_at FROM collections WHERE name = %(name)s"
_OF_ID = "SELECT id, name, note, created_at FROM collections WHERE id = %(collection_id)s"
_NAMES = "SELECT name FROM collections ORDER BY name"
_LISTING = """
SELECT c.name, c.created_at, count(i.item_id) AS items,
       jsonb_build_object(
           'image', count(*) FILTER (WHERE i.kind = 'image'),
           'latex', count(*) FILTER (WHERE i.kind = 'latex'),
           'text', count(*) FILTER (WHERE i.kind = 'text')) AS by_kind
  FROM collections AS c LEFT JOIN items AS i ON i.collection_id = c.id
 GROUP BY c.id
 ORDER BY c.name
"""


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of items."""

    id: int
    name: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """A collection and how many items it has, in all and of each kind."""

    name: str
    items: int
    by_kind: dict[str, int]
    created_at: datetime


def ensure(conn: Connection, name: str, *, note: str = "") -> Collection:
    """Return the collection of that name, created if there is none; an existing note stays."""
    found = find(conn, name)
    if found is None:
        conn.execute(_ADD, {"name": name, "note": note})
        found = get(conn, name)
    return found


def find(conn: Connection, name: str) -> Collection | None:
    """Return the collection of that name, if there is one."""
    with conn.cursor(row_factory=class_row(Collection)) as cursor:
        return cursor.execute(_FIND, {"name": name}).fetchone()


def get(conn: Connection, name: str) -> Collection:
    """Return the collection of that name.

    Raises:
        NotFoundError: there is none; the message lists near names, or all when nothing is near.
    """
    found = find(conn, name)
    if found is None:
        names = [row[0] for row in conn.execute(_NAMES)]
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:5]
        hint = f"있는 컬렉션: {', '.join(near)}." if near else "아직 컬렉션이 없으니 문항을 먼저 가져와 주세요."
        raise NotFoundError(f"'{name}' 컬렉션이 없습니다. {hint}")
    return found


def of_id(conn: Connection, collection_id: int) -> Collection:
    """Return the collection of an id that another row refers to; collections are never removed.

    Raises:
        NotFoundError: there is none.
    """
    with conn.cursor(row_factory=class_row(Collection)) as cursor:
        found = cursor.execute(_OF_ID, {"collection_id": collection_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{collection_id}번 컬렉션이 없습니다. 컬렉션 이름으로 다시 찾아 주세요.")
    return found


def listing(conn: Connection) -> list[CollectionSummary]:
    """Return every collection with its counts, by name."""
    with conn.cursor(row_factory=class_row(CollectionSummary)) as cursor:
        return cursor.execute(_LISTING).fetchall()
