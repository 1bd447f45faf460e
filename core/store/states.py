"""Fingerprints of what a search reads: a collection's items, a set's vectors."""

from __future__ import annotations

from psycopg import Connection

_ITEMS = """
SELECT encode(sha256(convert_to(coalesce(string_agg(item_id || ' ' || content_hash, E'\\n' ORDER BY item_id), ''), 'UTF8')), 'hex')
  FROM items WHERE collection_id = %(collection_id)s
"""
_VECTORS = """
SELECT encode(sha256(convert_to(coalesce(string_agg(item_id || ' ' || content_hash, E'\\n' ORDER BY item_id), ''), 'UTF8')), 'hex')
  FROM embeddings WHERE set_id = %(set_id)s
"""


def of_items(conn: Connection, collection_id: int) -> str:
    """Return the SHA-256 over every item's id and content hash."""
    return _only(conn, _ITEMS, {"collection_id": collection_id})


def of_vectors(conn: Connection, set_id: int) -> str:
    """Return the SHA-256 over the id and content hash of every item that has a vector in the set."""
    return _only(conn, _VECTORS, {"set_id": set_id})


def _only(conn: Connection, query: str, values: dict[str, int]) -> str:
    row = conn.execute(query, values).fetchone()
    assert row is not None
    return row[0]
