"""Vectors of an embedding set: what is missing, loading them, and the items that could not be embedded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection, Cursor, sql
from psycopg.rows import class_row

from core.errors import ModelError
from core.store import statistics
from core.store.embedding_sets import (
    ContentKind,
    EmbeddingSet,
    SetIdentity,
    SetSummary,
    drop_set,
    ensure_set,
    find_set,
    get_set,
    list_sets,
    partition,
    sets,
)
from core.store.items import COLUMNS, StoredItem, stored
from core.store.vectors import RANK_SEED

__all__ = [
    "ContentKind",
    "EmbeddingSet",
    "Failure",
    "SetIdentity",
    "SetSummary",
    "copy_in",
    "count_pending",
    "drop_set",
    "ensure_set",
    "failures",
    "find_set",
    "get_set",
    "list_sets",
    "mark_failed",
    "pending",
    "sets",
    "vectors_of",
]

_LATEST = "SELECT max(embedded_at) FROM embeddings WHERE set_id = %(set_id)s"
_LACKING = sql.SQL("""
  FROM items AS i
  JOIN embedding_sets AS s ON s.id = %(set_id)s AND s.collection_id = i.collection_id
  LEFT JOIN embeddings AS e ON e.set_id = %(set_id)s AND e.item_id = i.item_id AND e.content_hash = i.content_hash
  LEFT JOIN embedding_failures AS f
         ON f.set_id = %(set_id)s AND f.item_id = i.item_id AND f.content_hash = i.content_hash
 WHERE e.item_id IS NULL
   AND (f.item_id IS NULL OR %(retry_failures)s)
   AND (s.content <> 'image' OR cardinality(i.image_hashes) > 0)
""")
_PENDING = sql.SQL("SELECT {} {} AND i.item_id > %(after)s ORDER BY i.item_id LIMIT %(batch)s").format(COLUMNS, _LACKING)
_COUNT_PENDING = sql.SQL("SELECT count(*) {}").format(_LACKING)
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_embeddings (
    item_id text, content_hash text, vector vector
) ON COMMIT DELETE ROWS;
DELETE FROM incoming_embeddings;
"""
"""The rows of an earlier call are still there when the caller holds a transaction around both."""
_COPY = "COPY incoming_embeddings (item_id, content_hash, vector) FROM STDIN (FORMAT BINARY)"
_UPSERT = """
INSERT INTO embeddings (set_id, collection_id, item_id, content_hash, tie_key, vector)
SELECT %(set_id)s, %(collection_id)s, item_id, content_hash, md5(%(seed)s || item_id)::uuid, vector
  FROM incoming_embeddings
ON CONFLICT (set_id, item_id) DO UPDATE
   SET content_hash = excluded.content_hash, vector = excluded.vector, embedded_at = now()
"""
_FORGET_FAILURES = """
DELETE FROM embedding_failures AS f USING incoming_embeddings AS n WHERE f.set_id = %(set_id)s AND f.item_id = n.item_id
"""
_MARK_FAILED = """
INSERT INTO embedding_failures (set_id, item_id, content_hash, reason)
VALUES (%(set_id)s, %(item_id)s, %(content_hash)s, %(reason)s)
ON CONFLICT (set_id, item_id) DO UPDATE
   SET content_hash = excluded.content_hash, reason = excluded.reason, failed_at = now()
"""
_FAILURES = """
SELECT item_id, content_hash, reason, failed_at FROM embedding_failures WHERE set_id = %(set_id)s ORDER BY item_id
"""
_VECTORS_OF = "SELECT item_id, vector FROM embeddings WHERE set_id = %(set_id)s AND item_id = ANY(%(item_ids)s)"


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that could not be embedded, and why (a Korean sentence)."""

    item_id: str
    content_hash: str
    reason: str
    failed_at: datetime


def pending(
    conn: Connection, set_id: int, *, batch: int = 64, retry_failures: bool = False
) -> Iterator[list[StoredItem]]:
    """Yield the items that lack a vector of their present content, in order of id.

    A set of figures lacks nothing for items without one. An item that failed with its present content comes again only
    if ``retry_failures``. Each batch is a query of its own: vectors may be stored while this goes on.
    """
    values = {"set_id": set_id, "retry_failures": retry_failures, "batch": batch, "after": ""}
    while page := [stored(row) for row in conn.execute(_PENDING, values, binary=True)]:
        yield page
        values["after"] = page[-1].item.id


def count_pending(conn: Connection, set_id: int, *, retry_failures: bool = False) -> int:
    """Return how many items ``pending`` would yield."""
    row = conn.execute(_COUNT_PENDING, {"set_id": set_id, "retry_failures": retry_failures}).fetchone()
    assert row is not None
    return row[0]


def latest(conn: Connection, set_id: int) -> datetime | None:
    """Return when the set's newest vector was stored, None where it has none."""
    row = conn.execute(_LATEST, {"set_id": set_id}).fetchone()
    return row[0] if row else None


def copy_in(conn: Connection, set_id: int, rows: Iterable[tuple[str, str, NDArray[np.float32]]]) -> int:
    """Store vectors of (item id, content hash, vector), all or none; an item's older vector is replaced.

    Args:
        rows: at most one row for each item; vectors of shape (dims,), finite and not all zero (a zero vector has no
            direction, and PostgreSQL would rank its NaN first).

    Returns:
        How many vectors were stored.

    Raises:
        ModelError: a vector is of other dimensions, not finite or zero; nothing was stored.
        NotFoundError: the set does not exist.
    """
    found = get_set(conn, set_id)
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute(_STAGE)
        _stage(cursor, rows, found.identity)
        keys = {"set_id": set_id, "collection_id": found.collection_id, "seed": RANK_SEED}
        cursor.execute(_UPSERT, keys)
        number = cursor.rowcount
        cursor.execute(_FORGET_FAILURES, {"set_id": set_id})
    statistics.refresh(conn, partition(set_id))
    return number


def _stage(cursor: Cursor, rows: Iterable[tuple[str, str, NDArray[np.float32]]], identity: SetIdentity) -> None:
    with cursor.copy(_COPY) as copy:
        copy.set_types(["text", "text", "vector"])
        for item_id, content_hash, vector in rows:
            single = np.asarray(vector, dtype=np.float32)
            if single.shape != (identity.dims,):
                raise ModelError(
                    f"{identity.model_key}이(가) 문항 {item_id}에 {identity.dims}차원이 아닌 {single.shape} 꼴의 벡터를 냈습니다. "
                    "모델 설정을 확인해 주세요."
                )
            # One sum answers both: it is NaN or infinite if any component is, and zero only if all are.
            if not 0.0 < float(np.dot(single, single)) < np.inf:
                raise ModelError(
                    f"{identity.model_key}이(가) 문항 {item_id}에 쓸 수 없는 벡터(NaN·무한대·0)를 냈습니다. "
                    "fp32로 다시 임베딩해 주세요."
                )
            copy.write_row((item_id, content_hash, single))


def mark_failed(conn: Connection, set_id: int, item_id: str, content_hash: str, reason: str) -> None:
    """Remember that an item could not be embedded with its present content."""
    conn.execute(
        _MARK_FAILED, {"set_id": set_id, "item_id": item_id, "content_hash": content_hash, "reason": reason}
    )


def failures(conn: Connection, set_id: int) -> list[Failure]:
    """Return the items that could not be embedded, by id."""
    with conn.cursor(row_factory=class_row(Failure)) as cursor:
        return cursor.execute(_FAILURES, {"set_id": set_id}).fetchall()


def vectors_of(conn: Connection, set_id: int, item_ids: Iterable[str]) -> dict[str, NDArray[np.float32]]:
    """Return the stored vectors of items by id, in the order asked, shape (dims,) each; an item without one is absent."""
    asked = list(item_ids)
    found = dict(conn.execute(_VECTORS_OF, {"set_id": set_id, "item_ids": asked}, binary=True).fetchall())
    return {item_id: found[item_id].to_numpy() for item_id in asked if item_id in found}
