"""Embedding sets: one collection's vectors under one exact encoder configuration; each set is a partition."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from core.errors import NotFoundError

ContentKind = Literal["all", "text", "image"]
"""What of an item is encoded: text with its figure, text only, figure only (items without one have no vector)."""

LARGEST_INLINE = 1900
"""Dimensions up to which a row fits an 8 kB page with its ids; inline vectors are scanned three times as fast."""

_IDENTITY = sql.SQL("s.model_key, s.hub_id, s.revision, s.precision, s.dims, s.max_pixels, s.prompt, s.content, s.miniature")
_COLUMNS = sql.SQL("s.id, s.collection_id, s.created_at, s.plain_since, ") + _IDENTITY
_ADD = """
INSERT INTO embedding_sets (collection_id, digest, model_key, hub_id, revision, precision, dims, max_pixels, prompt,
                            content, miniature)
VALUES (%(collection_id)s, %(digest)s, %(model_key)s, %(hub_id)s, %(revision)s, %(precision)s, %(dims)s, %(max_pixels)s,
        %(prompt)s, %(content)s, %(miniature)s)
ON CONFLICT (collection_id, digest) DO NOTHING RETURNING id
"""
_FIND = sql.SQL("SELECT {} FROM embedding_sets AS s WHERE collection_id = %(collection_id)s AND digest = %(digest)s").format(
    _COLUMNS
)
_GET = sql.SQL("SELECT {} FROM embedding_sets AS s WHERE id = %(set_id)s").format(_COLUMNS)
_LIST = sql.SQL("SELECT {} FROM embedding_sets AS s WHERE collection_id = %(collection_id)s ORDER BY id").format(_COLUMNS)
_MARK_PLAIN = "UPDATE embedding_sets SET plain_since = clock_timestamp() WHERE id = %(set_id)s"
_COUNTS = """
SELECT (SELECT count(*) FROM embeddings WHERE set_id = %(set_id)s),
       (SELECT count(*) FROM embedding_failures AS f JOIN items AS i
            ON i.collection_id = %(collection_id)s AND i.item_id = f.item_id AND i.content_hash = f.content_hash
         WHERE f.set_id = %(set_id)s),
       (SELECT count(*) FROM embeddings AS e JOIN items AS i USING (collection_id, item_id)
         WHERE e.set_id = %(set_id)s AND e.content_hash <> i.content_hash)
"""
_CREATE_PARTITION = sql.SQL("""
CREATE TABLE {partition} (LIKE embeddings INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (set_id = {set_id}),
                          CHECK (vector_dims(vector) = {dims}));
ALTER TABLE {partition} ALTER item_id SET STORAGE PLAIN, ALTER content_hash SET STORAGE PLAIN,
                        ALTER vector SET STORAGE {storage}, ALTER vector SET STATISTICS 0;
ALTER TABLE embeddings ATTACH PARTITION {partition} FOR VALUES IN ({set_id});
""")
_DROP_PARTITION = sql.SQL("DROP TABLE IF EXISTS {}")
_DELETE = "DELETE FROM embedding_sets WHERE id = %(set_id)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIdentity:
    """The exact encoder configuration: vectors of two sets are comparable only if all of this is equal."""

    model_key: str
    hub_id: str
    revision: str
    precision: str
    dims: int
    max_pixels: int | None
    prompt: str
    content: ContentKind
    miniature: bool

    @property
    def digest(self) -> str:
        """SHA-256 over every field."""
        packed = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EmbeddingSet:
    """The place of one collection's vectors under one configuration."""

    id: int
    collection_id: int
    identity: SetIdentity
    created_at: datetime
    plain_since: datetime | None = None
    """When a run that left the precision open last chose this set; None where only a precision suffix ever did."""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A set and its numbers: vectors, items that could not be embedded, vectors of items that changed since."""

    set: EmbeddingSet
    vectors: int
    failures: int
    stale: int


def ensure_set(conn: Connection, collection_id: int, identity: SetIdentity) -> EmbeddingSet:
    """Return the collection's set of that configuration, created with its partition if there is none."""
    found = find_set(conn, collection_id, identity)
    if found is not None:
        return found
    with conn.transaction():
        values = {"collection_id": collection_id, "digest": identity.digest, **asdict(identity)}
        added = conn.execute(_ADD, values).fetchone()
        if added is not None:
            make_partition(conn, added[0], identity.dims)
    found = find_set(conn, collection_id, identity)
    assert found is not None
    return found


def find_set(conn: Connection, collection_id: int, identity: SetIdentity) -> EmbeddingSet | None:
    """Return the collection's set of that configuration, if there is one."""
    row = conn.execute(_FIND, {"collection_id": collection_id, "digest": identity.digest}).fetchone()
    return _set(row) if row else None


def get_set(conn: Connection, set_id: int) -> EmbeddingSet:
    """Return the set of that id.

    Raises:
        NotFoundError: there is none (any more).
    """
    row = conn.execute(_GET, {"set_id": set_id}).fetchone()
    if row is None:
        raise NotFoundError(f"{set_id}번 임베딩 세트가 없습니다. 지워졌다면 다시 임베딩해 주세요.")
    return _set(row)


def list_sets(conn: Connection, collection_id: int) -> list[EmbeddingSet]:
    """Return the collection's sets, oldest first."""
    return [_set(row) for row in conn.execute(_LIST, {"collection_id": collection_id})]


def sets(conn: Connection, collection_id: int) -> list[SetSummary]:
    """Return the collection's sets with their counts, oldest first."""
    summaries = []
    for found in list_sets(conn, collection_id):
        counts = conn.execute(_COUNTS, {"set_id": found.id, "collection_id": collection_id}).fetchone()
        assert counts is not None
        summaries.append(SetSummary(found, *counts))
    return summaries


def mark_plain(conn: Connection, set_id: int) -> None:
    """Make this the set that a system without a precision suffix searches from now on."""
    conn.execute(_MARK_PLAIN, {"set_id": set_id})


def drop_set(conn: Connection, set_id: int) -> None:
    """Remove a set with its vectors and failures; nothing happens when it is gone already."""
    with conn.transaction():
        conn.execute(_DROP_PARTITION.format(sql.Identifier(partition(set_id))))
        conn.execute(_DELETE, {"set_id": set_id})


def partition(set_id: int) -> str:
    """Return the name of the table that holds a set's vectors."""
    return f"embeddings_{int(set_id)}"


def make_partition(conn: Connection, set_id: int, dims: int) -> None:
    """Make the table that holds a new set's vectors; its row and its table belong into one transaction."""
    # ATTACH, unlike CREATE … PARTITION OF, does not wait for searches that are running, nor make others wait.
    conn.execute(_CREATE_PARTITION.format(
        partition=sql.Identifier(partition(set_id)), set_id=sql.Literal(set_id), dims=sql.Literal(dims),
        storage=sql.SQL("PLAIN") if dims <= LARGEST_INLINE else sql.SQL("EXTERNAL"),
    ))


def _set(row: Sequence[Any] | TupleRow) -> EmbeddingSet:
    set_id, collection_id, created_at, plain_since, *identity = row
    found = SetIdentity(**dict(zip(_FIELDS, identity, strict=True)))
    return EmbeddingSet(set_id, collection_id, found, created_at, plain_since)


_FIELDS = tuple(SetIdentity.__dataclass_fields__)
