"""Defective items: flagged by raters, cleared by those who repaired or checked them. A changed item is unflagged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Flag:
    """An item that is out of the queues."""

    item_id: str
    reason: str
    by: str
    at: datetime


def flag(conn: Connection, collection_id: int, item_id: str, *, by: str, reason: str = "") -> None:
    """Take an item out of every queue.

    Raises:
        NotFoundError: the collection has no such item.
    """
    raise NotImplementedError


def clear(conn: Connection, collection_id: int, item_id: str, *, by: str, reason: str = "") -> None:
    """Put a flagged item back.

    Raises:
        NotFoundError: the collection has no such item.
    """
    raise NotImplementedError


def flagged(conn: Connection, collection_id: int) -> list[Flag]:
    """Return the items that are flagged now, the latest first."""
    raise NotImplementedError
