"""Runs: what a system was asked under which configuration; the lists it gave are in ``run_lists``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError
from core.store import run_lists

_CREATE = """
INSERT INTO runs (collection_id, scope, system, config)
VALUES (%(collection_id)s, %(scope)s, %(system)s, %(config)s) RETURNING id
"""
_GET = "SELECT id, collection_id, scope, system, config, created_at FROM runs WHERE id = %(run_id)s"
_LISTING = """
SELECT id, collection_id, scope, system, config, created_at FROM runs WHERE collection_id = %(collection_id)s ORDER BY id
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('run ' || %(scope)s || ' ' || %(system)s, %(collection_id)s))"
_SAME = """
SELECT id, collection_id, scope, system, config, created_at FROM runs
 WHERE collection_id = %(collection_id)s AND scope = %(scope)s AND system = %(system)s AND config = %(config)s
 ORDER BY id DESC LIMIT 1
"""
_ANSWERING = """
WITH asked AS (
    SELECT DISTINCT ON (query_id) query_id, content_hash, retired
      FROM queries WHERE collection_id = %(collection_id)s ORDER BY query_id, revision DESC
)
SELECT r.id, r.collection_id, r.scope, r.system, r.config, r.created_at, count(a.query_id) AS answered
  FROM runs AS r
  JOIN run_queries AS q ON q.run_id = r.id
  LEFT JOIN asked AS a ON a.query_id = q.query_id AND a.content_hash = q.query_hash AND NOT a.retired
 WHERE r.collection_id = %(collection_id)s AND r.scope = %(scope)s AND (%(system)s::text IS NULL OR r.system = %(system)s)
 GROUP BY r.id
 ORDER BY r.id DESC
"""
@dataclass(frozen=True, slots=True)
class Run:
    """A system's answers under one configuration; ``scope`` is the part of query and collection it was asked for."""

    id: int
    collection_id: int
    scope: str
    system: str
    config: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AnsweringRun(Run):
    """A run with how many of the collection's present queries it has a list for, in their present wording."""

    answered: int


def create(conn: Connection, collection_id: int, system: str, config: dict[str, Any], *, scope: str = "all") -> int:
    """Open a run and return its id; ``config`` is everything needed to repeat it."""
    values = {"collection_id": collection_id, "scope": scope, "system": system, "config": Jsonb(config)}
    row = conn.execute(_CREATE, values).fetchone()
    assert row is not None
    return row[0]


def open_for(
    conn: Connection, collection_id: int, system: str, config: dict[str, Any], asked: Iterable[tuple[str, str, str | None]], *,
    scope: str = "all",
) -> Run:
    """Return the newest run of exactly this configuration and scope, or a new one; safe against others doing the same.

    Args:
        asked: (query id, query hash, item the query was written from) of what is to be run. Where the run has one of
            these queries under another hash, or lists its source item, a new run takes over the lists of all others.
    """
    values = {"collection_id": collection_id, "scope": scope, "system": system, "config": Jsonb(config)}
    with conn.transaction(), conn.cursor(row_factory=class_row(Run)) as cursor:
        cursor.execute(_LOCK, values)
        found = cursor.execute(_SAME, values).fetchone()
        if found is None:
            return get(conn, create(conn, collection_id, system, config, scope=scope))
        outdated = run_lists.outdated(conn, found.id, asked)
        if not outdated:
            return found
        fresh = create(conn, collection_id, system, config, scope=scope)
        run_lists.copy(conn, fresh, old_id=found.id, without=outdated)
        return get(conn, fresh)


def derive(
    conn: Connection, collection_id: int, system: str, config: dict[str, Any], taken: Mapping[str, int], *, scope: str
) -> Run:
    """Return the run of exactly this configuration, else a new one made of other runs' lists.

    Args:
        taken: the run that each query's list is copied from, by query id.
    """
    values = {"collection_id": collection_id, "scope": scope, "system": system, "config": Jsonb(config)}
    with conn.transaction(), conn.cursor(row_factory=class_row(Run)) as cursor:
        cursor.execute(_LOCK, values)
        if found := cursor.execute(_SAME, values).fetchone():
            return found
        fresh = create(conn, collection_id, system, config, scope=scope)
        run_lists.take(conn, fresh, taken)
        return get(conn, fresh)


def answering(conn: Connection, collection_id: int, scope: str, system: str | None = None) -> list[AnsweringRun]:
    """Return a scope's runs that have answered anything, newest first, of one system or of all."""
    values = {"collection_id": collection_id, "scope": scope, "system": system}
    with conn.cursor(row_factory=class_row(AnsweringRun)) as cursor:
        return cursor.execute(_ANSWERING, values).fetchall()


def get(conn: Connection, run_id: int) -> Run:
    """Return a run's head.

    Raises:
        NotFoundError: there is no such run.
    """
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        found = cursor.execute(_GET, {"run_id": run_id}).fetchone()
    if found is None:
        raise NotFoundError(f"{run_id}번 실행이 없습니다. 실행 번호를 확인해 주세요.")
    return found


def listing(conn: Connection, collection_id: int) -> list[Run]:
    """Return the collection's runs, oldest first."""
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(_LISTING, {"collection_id": collection_id}).fetchall()
