"""The planner's statistics of tables that are loaded in bulk: the server's own round comes up to a minute late."""

from __future__ import annotations

from psycopg import Connection, sql

_GROWN = """
SELECT pg_relation_size(oid) >= 2 * relpages::bigint * current_setting('block_size')::bigint + 65536
  FROM pg_class WHERE oid = to_regclass(%(table)s)
"""
_ANALYZE = sql.SQL("ANALYZE {}")


def refresh(conn: Connection, table: str) -> None:
    """Gather a table's statistics anew if it has doubled since they were last gathered; costs next to nothing if not."""
    row = conn.execute(_GROWN, {"table": table}).fetchone()
    if row is not None and row[0]:
        conn.execute(_ANALYZE.format(sql.Identifier(table)))
