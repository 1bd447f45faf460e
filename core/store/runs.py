"""Runs: what a system returned for a set of queries, stored once and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError

_CREATE = """
INSERT INTO runs (collection_id, system, config) VALUES (%(collection_id)s, %(system)s, %(config)s) RETURNING id
"""
_GET = "SELECT id, collection_id, system, config, created_at FROM runs WHERE id = %(run_id)s"
_LISTING = """
SELECT id, collection_id, system, config, created_at FROM runs WHERE collection_id = %(collection_id)s ORDER BY id
"""
_ADD_QUERY = """
INSERT INTO run_queries (run_id, query_id, query_hash, encode_ms, search_ms)
VALUES (%(run_id)s, %(query_id)s, %(query_hash)s, %(encode_ms)s, %(search_ms)s)
"""
_ADD_HITS = """
INSERT INTO run_hits (run_id, query_id, rank, item_id, score)
SELECT %(run_id)s, %(query_id)s, hit.rank, hit.item_id, hit.score
  FROM unnest(%(ranks)s::integer[], %(item_ids)s::text[], %(scores)s::real[]) AS hit (rank, item_id, score)
"""
_QUERIES = """
SELECT query_id, query_hash, encode_ms, search_ms FROM run_queries WHERE run_id = %(run_id)s ORDER BY query_id
"""
_HITS = "SELECT query_id, rank, item_id, score FROM run_hits WHERE run_id = %(run_id)s ORDER BY query_id, rank"


@dataclass(frozen=True, slots=True)
class Run:
    """A system's answers under one configuration."""

    id: int
    collection_id: int
    system: str
    config: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RunQuery:
    """One query of a run; it may have no hits and still was asked."""

    query_id: str
    query_hash: str
    encode_ms: float
    search_ms: float


@dataclass(frozen=True, slots=True)
class RunHit:
    """One place of a run's ranked list; ``rank`` counts from 1 and is authoritative."""

    query_id: str
    rank: int
    item_id: str
    score: float


def create(conn: Connection, collection_id: int, system: str, config: dict[str, Any]) -> int:
    """Open a run and return its id; ``config`` is everything needed to repeat it."""
    values = {"collection_id": collection_id, "system": system, "config": Jsonb(config)}
    row = conn.execute(_CREATE, values).fetchone()
    assert row is not None
    return row[0]


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


def add_hits(
    conn: Connection, run_id: int, query_id: str, query_hash: str, hits: Iterable[tuple[int, str, float]], *,
    encode_ms: float, search_ms: float,
) -> None:
    """Store one query's ranked list of (rank, item id, score), all or none.

    Raises:
        psycopg.errors.UniqueViolation: the run has that query already; its answer stays as it was.
    """
    listed = list(hits)
    values = {"run_id": run_id, "query_id": query_id, "query_hash": query_hash}
    with conn.transaction():
        conn.execute(_ADD_QUERY, {**values, "encode_ms": encode_ms, "search_ms": search_ms})
        columns = {
            "ranks": [rank for rank, _, _ in listed],
            "item_ids": [item_id for _, item_id, _ in listed],
            "scores": [score for _, _, score in listed],
        }
        conn.execute(_ADD_HITS, {**values, **columns})


def queries(conn: Connection, run_id: int) -> list[RunQuery]:
    """Return the queries the run has answered, by id; a run that was cut off goes on with the others."""
    with conn.cursor(row_factory=class_row(RunQuery)) as cursor:
        return cursor.execute(_QUERIES, {"run_id": run_id}).fetchall()


def hits(conn: Connection, run_id: int) -> list[RunHit]:
    """Return the run's hits by query and rank."""
    with conn.cursor(row_factory=class_row(RunHit)) as cursor:
        return cursor.execute(_HITS, {"run_id": run_id}).fetchall()
