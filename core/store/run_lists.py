"""The ranked lists of runs, one for each query that a run was asked: stored once, read by evaluations and pools."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from psycopg import Connection
from psycopg.rows import class_row

_OUTDATED = """
SELECT q.query_id
  FROM unnest(%(query_ids)s::text[], %(query_hashes)s::text[], %(sources)s::text[]) AS asked (query_id, query_hash, source)
  JOIN run_queries AS q ON q.run_id = %(run_id)s AND q.query_id = asked.query_id
 WHERE q.query_hash <> asked.query_hash
    OR EXISTS (SELECT 1 FROM run_hits AS h
                WHERE h.run_id = q.run_id AND h.query_id = q.query_id AND h.item_id = asked.source)
"""
_COPY_QUERIES = """
INSERT INTO run_queries (run_id, query_id, query_hash, encode_ms, search_ms, rerank_ms, encoded_together)
SELECT %(run_id)s, query_id, query_hash, encode_ms, search_ms, rerank_ms, encoded_together
  FROM run_queries WHERE run_id = %(old_id)s AND query_id <> ALL(%(without)s)
"""
_COPY_HITS = """
INSERT INTO run_hits (run_id, query_id, rank, item_id, score)
SELECT %(run_id)s, query_id, rank, item_id, score
  FROM run_hits WHERE run_id = %(old_id)s AND query_id <> ALL(%(without)s)
"""
_TAKE_QUERIES = """
INSERT INTO run_queries (run_id, query_id, query_hash, encode_ms, search_ms, rerank_ms, encoded_together)
SELECT %(run_id)s, q.query_id, q.query_hash, q.encode_ms, q.search_ms, q.rerank_ms, q.encoded_together
  FROM unnest(%(query_ids)s::text[], %(run_ids)s::integer[]) AS taken (query_id, run_id)
  JOIN run_queries AS q USING (run_id, query_id)
"""
_TAKE_HITS = """
INSERT INTO run_hits (run_id, query_id, rank, item_id, score)
SELECT %(run_id)s, h.query_id, h.rank, h.item_id, h.score
  FROM unnest(%(query_ids)s::text[], %(run_ids)s::integer[]) AS taken (query_id, run_id)
  JOIN run_hits AS h USING (run_id, query_id)
"""
_TOP = """
SELECT q.run_id, q.query_id, q.query_hash, coalesce(array_agg(h.item_id ORDER BY h.rank) FILTER (WHERE h.rank <= %(k)s), '{}')
  FROM run_queries AS q LEFT JOIN run_hits AS h USING (run_id, query_id)
 WHERE q.run_id = ANY(%(run_ids)s)
 GROUP BY q.run_id, q.query_id
"""
_LISTS = """
SELECT q.run_id, q.query_id, q.query_hash, coalesce(array_agg(h.item_id ORDER BY h.rank) FILTER (WHERE h.rank IS NOT NULL), '{}'),
       coalesce(array_agg(h.score ORDER BY h.rank) FILTER (WHERE h.rank <= %(looked_at)s), '{}')
  FROM run_queries AS q LEFT JOIN run_hits AS h USING (run_id, query_id)
 WHERE q.run_id = ANY(%(run_ids)s)
 GROUP BY q.run_id, q.query_id
"""
_ADD_QUERY = """
INSERT INTO run_queries (run_id, query_id, query_hash, encode_ms, search_ms, rerank_ms, encoded_together)
VALUES (%(run_id)s, %(query_id)s, %(query_hash)s, %(encode_ms)s, %(search_ms)s, %(rerank_ms)s, %(encoded_together)s)
"""
_ADD_HITS = """
INSERT INTO run_hits (run_id, query_id, rank, item_id, score)
SELECT %(run_id)s, %(query_id)s, hit.rank, hit.item_id, hit.score
  FROM unnest(%(ranks)s::integer[], %(item_ids)s::text[], %(scores)s::real[]) AS hit (rank, item_id, score)
"""
_QUERIES = """
SELECT query_id, query_hash, encode_ms, search_ms, rerank_ms, encoded_together
  FROM run_queries WHERE run_id = %(run_id)s ORDER BY query_id
"""
_HITS = "SELECT query_id, rank, item_id, score FROM run_hits WHERE run_id = %(run_id)s ORDER BY query_id, rank"

TIES_WITHIN = 20
"""Places of a list in which ties are counted."""


@dataclass(frozen=True, slots=True)
class RunQuery:
    """One query of a run; it may have no hits and still was asked.

    ``encode_ms`` is its share of a call that encoded ``encoded_together`` queries: a latency only where that is 1.
    """

    query_id: str
    query_hash: str
    encode_ms: float
    search_ms: float
    rerank_ms: float = 0.0
    encoded_together: int = 1


@dataclass(frozen=True, slots=True)
class RunHit:
    """One place of a run's ranked list; ``rank`` counts from 1 and is authoritative."""

    query_id: str
    rank: int
    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class RunList:
    """A run's list for one query: item ids, best first, and how many of the first 20 score as much as the one above."""

    query_hash: str
    item_ids: tuple[str, ...]
    ties: int


def add(
    conn: Connection, run_id: int, query_id: str, query_hash: str, hits: Iterable[tuple[int, str, float]], *,
    encode_ms: float, search_ms: float, rerank_ms: float = 0.0, encoded_together: int = 1,
) -> None:
    """Store one query's ranked list of (rank, item id, score), all or none.

    Raises:
        psycopg.errors.UniqueViolation: the run has that query already; its answer stays as it was.
    """
    listed = list(hits)
    values = {"run_id": run_id, "query_id": query_id, "query_hash": query_hash}
    with conn.transaction():
        conn.execute(_ADD_QUERY, {**values, "encode_ms": encode_ms, "search_ms": search_ms, "rerank_ms": rerank_ms,
                                  "encoded_together": encoded_together})
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


def outdated(conn: Connection, run_id: int, asked: Iterable[tuple[str, str, str | None]]) -> list[str]:
    """Return the queries whose list in a run is not what would be found today.

    Args:
        asked: (query id, query hash, item the query was written from). A list is outdated where the run has the query under
            another hash, or lists its source item.
    """
    columns = list(zip(*asked, strict=True)) or [(), (), ()]
    given = dict(zip(("query_ids", "query_hashes", "sources"), map(list, columns), strict=True))
    return [row[0] for row in conn.execute(_OUTDATED, {"run_id": run_id, **given})]


def copy(conn: Connection, run_id: int, *, old_id: int, without: Collection[str]) -> None:
    """Give a new run the lists of an older one, but for those of some queries."""
    for statement in (_COPY_QUERIES, _COPY_HITS):
        conn.execute(statement, {"run_id": run_id, "old_id": old_id, "without": list(without)})


def take(conn: Connection, run_id: int, taken: Mapping[str, int]) -> None:
    """Give a new run one list a query from the run that is named for it."""
    for statement in (_TAKE_QUERIES, _TAKE_HITS):
        conn.execute(statement, {"run_id": run_id, "query_ids": list(taken), "run_ids": list(taken.values())})


def read(conn: Connection, run_ids: Collection[int]) -> dict[int, dict[str, RunList]]:
    """Return every list of the runs, by run id and query id; a run without any has an empty dict."""
    found: dict[int, dict[str, RunList]] = {run_id: {} for run_id in run_ids}
    for run_id, query_id, query_hash, item_ids, scores in conn.execute(
            _LISTS, {"run_ids": list(run_ids), "looked_at": TIES_WITHIN}):
        ties = sum(above == below for above, below in pairwise(scores))
        found[run_id][query_id] = RunList(query_hash, tuple(item_ids), ties)
    return found


def top(conn: Connection, run_ids: Iterable[int], k: int) -> dict[tuple[int, str], tuple[str, list[str]]]:
    """Return for each (run id, query id) the query's hash and the first ``k`` items, best first."""
    rows = conn.execute(_TOP, {"run_ids": list(run_ids), "k": k})
    return {(run_id, query_id): (query_hash, item_ids) for run_id, query_id, query_hash, item_ids in rows}
