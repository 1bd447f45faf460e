"""SHA-256 over what a decision rests on, recomputed from the rows themselves: whoever changes a row changes its hash."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import Connection

_RUNS = """
SELECT r.id, encode(sha256(convert_to(concat_ws(E'\\n',
           jsonb_build_array(r.scope, r.system, r.config)::text,
           (SELECT string_agg(jsonb_build_array(q.query_id, q.query_hash, q.encode_ms, q.search_ms, q.rerank_ms,
                                                q.encoded_together)::text, E'\\n' ORDER BY q.query_id)
              FROM run_queries AS q WHERE q.run_id = r.id),
           (SELECT string_agg(concat_ws(' ', h.query_id, h.rank, h.item_id, h.score), E'\\n' ORDER BY h.query_id, h.rank)
              FROM run_hits AS h WHERE h.run_id = r.id)), 'UTF8')), 'hex')
  FROM runs AS r WHERE r.id = ANY(%(ids)s)
"""
_MEASUREMENTS = """
SELECT id, encode(sha256(convert_to(jsonb_build_array(sha256, kind, system, device, miniature, config, environment, result, partial,
                                                      extract(epoch FROM measured_at))::text, 'UTF8')), 'hex')
  FROM measurements WHERE id = ANY(%(ids)s)
"""
_REPORTS = "SELECT id, encode(sha256(pdf), 'hex') FROM reports WHERE id = ANY(%(ids)s)"
_CRITICAL = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY sequence), ''), 'UTF8')), 'hex')
  FROM (SELECT sequence, jsonb_build_array(uuid, error_id, system, open, title, note, by_whom)::text AS line
          FROM critical_error_events WHERE collection_id = %(collection_id)s ORDER BY sequence LIMIT %(first)s::bigint) AS told
"""
_STATED = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY sequence), ''), 'UTF8')), 'hex')
  FROM (SELECT sequence, jsonb_build_array(uuid, name, value, note, by_whom)::text AS line
          FROM stated_value_events WHERE collection_id = %(collection_id)s ORDER BY sequence LIMIT %(first)s::bigint) AS told
"""


def of_runs(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the hash of each run that exists: configuration, queries and every ranked list."""
    return dict(conn.execute(_RUNS, {"ids": list(ids)}).fetchall())


def of_measurements(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the hash of each measurement that exists."""
    return dict(conn.execute(_MEASUREMENTS, {"ids": list(ids)}).fetchall())


def of_reports(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the hash of each report's file that exists."""
    return dict(conn.execute(_REPORTS, {"ids": list(ids)}).fetchall())


def of_critical(conn: Connection, collection_id: int, first: int | None = None) -> tuple[int, str]:
    """Return number and hash of the first so many events of the register of critical errors, of all where None."""
    return _events(conn, _CRITICAL, collection_id, first)


def of_stated(conn: Connection, collection_id: int, first: int | None = None) -> tuple[int, str]:
    """Return number and hash of the first so many stated values, of all where None."""
    return _events(conn, _STATED, collection_id, first)


def _events(conn: Connection, query: str, collection_id: int, first: int | None) -> tuple[int, str]:
    row = conn.execute(query, {"collection_id": collection_id, "first": first}).fetchone()
    assert row is not None
    return row[0], row[1]
