"""Defective items: flagged by raters, cleared by those who repaired or checked them. A changed item is unflagged."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from core.store import flags as stored
from core.store import items
from core.store.flags import Flag

LONGEST_REASON = 500


def flag(conn: Connection, collection_id: int, item_id: str, *, by: str, reason: str = "", uuid: UUID | None = None) -> None:
    """Take an item out of every queue; sent again under the same uuid it does not flag what was cleared meanwhile.

    Raises:
        NotFoundError: the collection has no such item.
    """
    _say(conn, collection_id, item_id, True, by, reason, uuid)


def clear(conn: Connection, collection_id: int, item_id: str, *, by: str, reason: str = "") -> None:
    """Put a flagged item back.

    Raises:
        NotFoundError: the collection has no such item.
    """
    _say(conn, collection_id, item_id, False, by, reason)


def flagged(conn: Connection, collection_id: int) -> list[Flag]:
    """Return the items that are flagged now, the latest first."""
    return stored.flagged(conn, collection_id)


def _say(conn: Connection, collection_id: int, item_id: str, flagged: bool, by: str, reason: str,
         uuid: UUID | None = None) -> None:
    item_hash = items.get(conn, collection_id, item_id).content_hash
    stored.append(conn, collection_id, item_id, item_hash, flagged=flagged, reason=reason.strip()[:LONGEST_REASON], by=by,
                  uuid=uuid)
