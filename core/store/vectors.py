"""Exact search over an embedding set: the one ranking rule, in SQL.

A score is cosine similarity as ``real`` (the inner product for a set of joined vectors, whose halves carry weights; the
cosine of the leading dimensions where a query is shorter than the set's vectors, which is truncation and renormalisation
in one). Equal scores are ordered by the MD5 of ``RANK_SEED`` followed by the item id
(stored beside the vector when it is loaded). The order is by an expression that no vector index serves, so the search is
exact whatever indexes a partition has.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, sql

from core.errors import ModelError
from core.store.filters import Filters, conditions

RANK_SEED = "itembank"

_SCORED = sql.SQL("""
SELECT e.item_id, {score} AS score
  FROM embeddings AS e{join}
 WHERE e.set_id = %(set_id)s{conditions}
 ORDER BY score DESC, e.tie_key ASC
""")
Similarity = Literal["cosine", "inner"]
_COSINE = sql.SQL("(1 - (e.vector <=> %(query)s))::real")
_LEADING = sql.SQL("(1 - (subvector(e.vector, 1, %(leading)s) <=> %(query)s))::real")
_INNER = sql.SQL("(-(e.vector <#> %(query)s))::real")
_LIMIT = sql.SQL(" LIMIT %(k)s")
_JOIN = sql.SQL(" JOIN items AS i ON i.collection_id = e.collection_id AND i.item_id = e.item_id")
_NOT_EXCLUDED = sql.SQL(" AND e.item_id <> ALL(%(exclude)s)")
# Two aggregates instead of a row for each item: the client unpacks arrays, not ten thousand tuples.
_PACKED = sql.SQL("SELECT array_agg(item_id), string_agg(float4send(score), ''::bytea) FROM ({}) AS scored")


def nearest(
    conn: Connection, set_id: int, query: NDArray[np.float32], *, k: int, filters: Filters = Filters(),
    exclude: Collection[str] = (), leading: int | None = None, similarity: Similarity = "cosine",
) -> list[tuple[str, float]]:
    """Return the ``k`` best items with their scores, best first.

    Args:
        query: shape (dims,), under exactly the set's configuration; of ``leading`` dimensions where that is given.
        exclude: ids that may not appear (the source item of a query).
        leading: compare only this many leading dimensions (MRL).

    Raises:
        ModelError: the query vector is not finite or zero.
    """
    statement = _statement(filters, exclude, leading, similarity) + _LIMIT
    values = _values(set_id, query, filters, exclude, leading)
    return conn.execute(statement, {**values, "k": k}, binary=True).fetchall()


def scores(
    conn: Connection, set_id: int, query: NDArray[np.float32], *, filters: Filters = Filters(),
    exclude: Collection[str] = (), leading: int | None = None, similarity: Similarity = "cosine",
) -> tuple[list[str], NDArray[np.float32]]:
    """Return every item that has a vector, best first, with its score: n ids and an array of shape (n,).

    Raises:
        ModelError: the query vector is not finite or zero.
    """
    statement = _PACKED.format(_statement(filters, exclude, leading, similarity))
    row = conn.execute(statement, _values(set_id, query, filters, exclude, leading), binary=True).fetchone()
    assert row is not None
    item_ids, packed = row
    return item_ids or [], np.frombuffer(packed or b"", dtype=">f4").astype(np.float32)


def _statement(filters: Filters, exclude: Collection[str], leading: int | None, similarity: Similarity) -> sql.Composed:
    restrictions = conditions(filters) + _NOT_EXCLUDED if exclude else conditions(filters)
    score = _LEADING if leading else _INNER if similarity == "inner" else _COSINE
    return _SCORED.format(score=score, join=_JOIN if filters else sql.SQL(""), conditions=restrictions)


def _values(set_id: int, query: NDArray[np.float32], filters: Filters, exclude: Collection[str],
            leading: int | None) -> dict[str, Any]:
    single = np.asarray(query, dtype=np.float32)
    if not 0.0 < float(np.dot(single, single)) < np.inf:
        raise ModelError("모델이 검색어에 쓸 수 없는 벡터(NaN·무한대·0)를 냈습니다. 모델을 다시 불러온 뒤 다시 검색해 주세요.")
    values: dict[str, Any] = {"set_id": set_id, "query": single, **filters.chosen()}
    if leading:
        values["leading"] = leading
    return {**values, "exclude": list(exclude)} if exclude else values
