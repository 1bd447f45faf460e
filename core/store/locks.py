"""Advisory locks that last longer than a transaction: what one process at a time does, and whose process still lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection, sql

HOUSE = 0x6974656D62616E6B
"""The lock ("itembank" in ASCII) under which extension and tables are made."""

_LOCK = "SELECT pg_advisory_lock(%(key)s)"
_UNLOCK = "SELECT pg_advisory_unlock(%(key)s)"
_KEY = "SELECT hashtextextended(%(what)s, %(number)s)"


@contextmanager
def alone(conn: Connection, key: int) -> Iterator[None]:
    """Wait until nobody else holds a lock, and hold it. Taken before a transaction, which then sees what the last one wrote."""
    conn.execute(_LOCK, {"key": key})
    try:
        yield
    finally:
        if not conn.broken:
            conn.execute(_UNLOCK, {"key": key})


@contextmanager
def alone_in(conn: Connection, collection_id: int, what: str) -> Iterator[None]:
    """Like :func:`alone`, with a lock for each collection and for what is done in it."""
    row = conn.execute(_KEY, {"what": what, "number": collection_id}).fetchone()
    assert row is not None
    with alone(conn, row[0]):
        yield


def held(kind: str, table: str) -> sql.Composed:
    """Return the condition that a process holds ``pg_try_advisory_lock(hashtext(kind), id)`` of a row of ``table``."""
    return sql.SQL("""
EXISTS (SELECT 1 FROM pg_locks AS held
         WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
           AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND held.classid = hashtext({})::oid AND held.objid = {}.id::oid)
""").format(sql.Literal(kind), sql.Identifier(table))
