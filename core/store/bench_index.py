"""Tables of synthetic vectors for measuring indexes: made, searched and dropped by the bench alone, never part of a collection."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pgvector.psycopg import register_vector
from psycopg import Connection, sql

Type = Literal["vector", "halfvec"]
PREFIX = "bench_vectors_"
_NAME = re.compile(rf"{PREFIX}\d+x\d+_\d+")
_LOCK = "SELECT pg_try_advisory_lock(hashtext('bench index'), 0)"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^bench_vectors_[0-9]+x[0-9]+_[0-9]+$' ORDER BY relname"
# Not logged: nobody misses these rows after a crash.
_CREATE = sql.SQL("CREATE UNLOGGED TABLE IF NOT EXISTS {table} (id integer PRIMARY KEY, vector vector({dims}) NOT NULL)")
_DROP = sql.SQL("DROP TABLE IF EXISTS {table}")
_COUNT = sql.SQL("SELECT coalesce(max(id) + 1, 0) FROM {table}")
_COPY = sql.SQL("COPY {table} (id, vector) FROM STDIN (FORMAT BINARY)")
_ANALYZE = sql.SQL("ANALYZE {table}")
_INDEX = sql.SQL("CREATE INDEX {index} ON {table} USING hnsw (({column}) {operators}) WITH (m = {m}, ef_construction = {ef})")
_DROP_INDEX = sql.SQL("DROP INDEX IF EXISTS {index}")
_SIZE = "SELECT pg_relation_size(%(name)s::regclass)"
_TABLE_SIZE = "SELECT pg_table_size(%(name)s::regclass)"
_BUILDING = "SELECT tuples_done, tuples_total FROM pg_stat_progress_create_index WHERE pid = %(pid)s"
_APPROXIMATE = sql.SQL("SELECT id FROM {table} ORDER BY {column} <=> {query} LIMIT %(k)s")
# The product's exact search: an expression that no index serves.
_EXACT = sql.SQL("SELECT id FROM {table} ORDER BY (1 - ({column} <=> {query}))::real DESC LIMIT %(k)s")
_EXPLAIN = sql.SQL("EXPLAIN {}")
_SETTINGS = """
SELECT name, current_setting(name) FROM unnest(ARRAY['server_version', 'shared_buffers', 'maintenance_work_mem',
       'max_parallel_maintenance_workers', 'effective_cache_size']) AS asked (name)
"""
_VERSION = "SELECT extversion FROM pg_extension WHERE extname = 'vector'"


def table_name(rows: int, dims: int, seed: int) -> str:
    """Return the table of a synthetic collection; the same numbers mean the same rows."""
    return f"{PREFIX}{rows}x{dims}_{seed}"


def take_turn(conn: Connection) -> bool:
    """Hold the one place of an index bench on this connection; False where another one has it."""
    row = conn.execute(_LOCK).fetchone()
    return bool(row and row[0])


def tables(conn: Connection) -> list[str]:
    """Return the tables there are: under way, or left by a bench that died."""
    return [name for (name,) in conn.execute(_TABLES).fetchall()]


def create(conn: Connection, name: str, dims: int) -> int:
    """Make the table where it is not there, and return how many rows it has."""
    register_vector(conn)
    conn.execute(_CREATE.format(table=_known(name), dims=sql.Literal(dims)))
    row = conn.execute(_COUNT.format(table=_known(name))).fetchone()
    assert row is not None
    return row[0]


def drop(conn: Connection, name: str) -> None:
    """Drop a table with its indexes."""
    conn.execute(_DROP.format(table=_known(name)))


def copy_in(conn: Connection, name: str, first: int, vectors: NDArray[np.float32]) -> None:
    """Add rows with the ids ``first`` on, all or none of them."""
    with conn.transaction(), conn.cursor().copy(_COPY.format(table=_known(name))) as copy:
        copy.set_types(["int4", "vector"])
        for number, vector in enumerate(vectors, start=first):
            copy.write_row((number, vector))


def analyze(conn: Connection, name: str) -> None:
    """Let the planner know the table."""
    conn.execute(_ANALYZE.format(table=_known(name)))


def build(conn: Connection, name: str, *, kind: Type, dims: int, m: int, ef_construction: int) -> None:
    """Build the index; ``conn.cancel_safe()`` of another thread ends it, and nothing of it stays."""
    conn.execute(_INDEX.format(index=sql.Identifier(index_name(name, kind, dims)), table=_known(name), column=_column(kind, dims),
                               operators=sql.Identifier(f"{kind}_cosine_ops"), m=sql.Literal(m), ef=sql.Literal(ef_construction)))


def building(conn: Connection, pid: int) -> tuple[int, int]:
    """Return how many rows another connection has put into its index, and of how many."""
    row = conn.execute(_BUILDING, {"pid": pid}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def index_name(name: str, kind: Type, dims: int) -> str:
    """Return the name of an index."""
    return f"{name}_{kind}_{dims}"


def drop_index(conn: Connection, name: str, kind: Type, dims: int) -> None:
    """Drop an index."""
    conn.execute(_DROP_INDEX.format(index=sql.Identifier(index_name(name, kind, dims))))


def size(conn: Connection, name: str, kind: Type, dims: int) -> int:
    """Return an index's bytes."""
    row = conn.execute(_SIZE, {"name": index_name(name, kind, dims)}).fetchone()
    assert row is not None
    return row[0]


def table_size(conn: Connection, name: str) -> int:
    """Return the table's bytes, its vectors' own storage included."""
    row = conn.execute(_TABLE_SIZE, {"name": name}).fetchone()
    assert row is not None
    return row[0]


def use_index(conn: Connection, *, ef_search: int) -> None:
    """Search by the index on this connection from now on, with so many candidates."""
    conn.execute("SELECT set_config('hnsw.ef_search', %(ef)s, false), set_config('enable_seqscan', 'off', false)", {"ef": str(ef_search)})


def approximate(conn: Connection, name: str, query: NDArray[np.float32], *, kind: Type, dims: int, k: int) -> list[int]:
    """Return the ids that the index finds, best first."""
    found = conn.execute(_by_index(name, kind, dims), {"query": query[:dims], "k": k}, binary=True).fetchall()
    return [number for (number,) in found]


def uses_index(conn: Connection, name: str, query: NDArray[np.float32], *, kind: Type, dims: int, k: int) -> bool:
    """Return whether the planner takes the index for ``approximate``."""
    told = conn.execute(_EXPLAIN.format(_by_index(name, kind, dims)), {"query": query[:dims], "k": k}).fetchall()
    return any(index_name(name, kind, dims) in line for (line,) in told)


def exact(conn: Connection, name: str, query: NDArray[np.float32], *, dims: int, k: int) -> list[int]:
    """Return the ids of the nearest rows by comparing all of them, best first."""
    statement = _EXACT.format(table=_known(name), column=_leading(dims), query=_query("vector", dims))
    return [number for (number,) in conn.execute(statement, {"query": query[:dims], "k": k}, binary=True).fetchall()]


def settings(conn: Connection) -> dict[str, str]:
    """Return what of the server a figure depends on."""
    version = conn.execute(_VERSION).fetchone()
    return dict(conn.execute(_SETTINGS).fetchall()) | {"pgvector": version[0] if version else ""}


def _by_index(name: str, kind: Type, dims: int) -> sql.Composed:
    return _APPROXIMATE.format(table=_known(name), column=_column(kind, dims), query=_query(kind, dims))


def _known(name: str) -> sql.Identifier:
    """Return a table of this bench as an identifier; nothing else is ever made or dropped here."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name} is no table of a bench")
    return sql.Identifier(name)


def _leading(dims: int) -> sql.Composed:
    return sql.SQL("subvector(vector, 1, {dims})").format(dims=sql.Literal(dims))


def _column(kind: Type, dims: int) -> sql.Composed:
    return sql.SQL("({leading}::{kind}({dims}))").format(leading=_leading(dims), kind=sql.SQL(kind), dims=sql.Literal(dims))


def _query(kind: Type, dims: int) -> sql.Composed:
    return sql.SQL("%(query)s::vector::{kind}({dims})").format(kind=sql.SQL(kind), dims=sql.Literal(dims))
