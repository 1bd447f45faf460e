"""A short text that changes whenever what an evaluation is computed from does."""

from __future__ import annotations

from psycopg import Connection

_STATE = """
SELECT concat_ws(' ',
    (SELECT count(*) FROM queries WHERE collection_id = %(collection_id)s),
    (SELECT count(*) || '/' || coalesce(bit_xor(hashtextextended(record_hash || content_hash, 0)), 0)
       FROM items WHERE collection_id = %(collection_id)s),
    (SELECT coalesce(string_agg(id || ':' || answered, ',' ORDER BY id), '')
       FROM (SELECT r.id, count(q.query_id) AS answered
               FROM runs AS r LEFT JOIN run_queries AS q ON q.run_id = r.id
              WHERE r.collection_id = %(collection_id)s GROUP BY r.id) AS each_run),
    (SELECT coalesce(string_agg(id || ':' || vectors || ':' || coalesce(latest::text, ''), ',' ORDER BY id), '')
       FROM (SELECT s.id, count(e.item_id) AS vectors, extract(epoch FROM max(e.embedded_at)) AS latest
               FROM embedding_sets AS s LEFT JOIN embeddings AS e ON e.set_id = s.id
              WHERE s.collection_id = %(collection_id)s GROUP BY s.id) AS each_set))
"""
_JUDGMENTS = """
SELECT concat_ws(' ',
    (SELECT count(*) FROM judgment_events WHERE collection_id = %(collection_id)s),
    (SELECT count(*) FROM pool_proposals AS p JOIN label_rounds AS r ON r.id = p.round_id
      WHERE r.collection_id = %(collection_id)s))
"""


def of_collection(conn: Connection, collection_id: int) -> str:
    """Return the state of queries, items, runs and vectors."""
    return _only(conn, _STATE, collection_id)


def of_judgments(conn: Connection, collection_id: int) -> str:
    """Return the state of what is judged and who proposed it; a frozen ground truth does not depend on it."""
    return _only(conn, _JUDGMENTS, collection_id)


def _only(conn: Connection, query: str, collection_id: int) -> str:
    row = conn.execute(query, {"collection_id": collection_id}).fetchone()
    assert row is not None
    return row[0]
