"""Items: the record as it was imported, what is filtered on, and the hashes that tell a changed item."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from core.errors import InputError, NotFoundError
from core.items.record import DIFFICULTIES, ITEM_TYPES, Item, Kind
from core.store import statistics
from core.store.filters import Filters, conditions

LONGEST_ID = 200
"""UTF-8 bytes; the id stands beside its vector in one database page."""

COLUMNS = sql.SQL("i.collection_id, i.kind, i.record, i.content_hash, i.image_hashes")
"""What ``stored`` makes a ``StoredItem`` of, for an items table aliased ``i``."""

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_items (
    item_id text, kind text, record jsonb, record_hash text, content_hash text, image_hashes text[]
) ON COMMIT DELETE ROWS;
DELETE FROM incoming_items;
"""
"""The rows of an earlier call are still there when the caller holds a transaction around both."""
_COPY = "COPY incoming_items (item_id, kind, record, record_hash, content_hash, image_hashes) FROM STDIN (FORMAT BINARY)"
_UPSERT = """
INSERT INTO items (collection_id, item_id, kind, record, record_hash, content_hash, image_hashes)
SELECT %(collection_id)s, item_id, kind, record, record_hash, content_hash, image_hashes FROM incoming_items
ON CONFLICT (collection_id, item_id) DO UPDATE
   SET kind = excluded.kind, record = excluded.record, record_hash = excluded.record_hash,
       content_hash = excluded.content_hash, image_hashes = excluded.image_hashes, changed_at = now()
 WHERE (items.kind, items.record_hash, items.content_hash, items.image_hashes)
       IS DISTINCT FROM (excluded.kind, excluded.record_hash, excluded.content_hash, excluded.image_hashes)
RETURNING item_id, xmax = 0 AS inserted, cardinality(image_hashes) = 0 AS without_figure
"""
_FORGET_FIGURES = """
DELETE FROM embeddings AS e USING embedding_sets AS s
 WHERE s.collection_id = %(collection_id)s AND s.content = 'image' AND e.set_id = s.id AND e.item_id = ANY(%(ids)s)
"""
_GET_MANY = sql.SQL("SELECT {} FROM items AS i WHERE collection_id = %(collection_id)s AND item_id = ANY(%(ids)s)").format(
    COLUMNS
)
_PAGE = sql.SQL("""
SELECT {} FROM items AS i
 WHERE collection_id = %(collection_id)s AND item_id > %(after)s
 ORDER BY item_id LIMIT %(batch)s
""").format(COLUMNS)
_IDS = sql.SQL("SELECT item_id FROM items AS i WHERE collection_id = %(collection_id)s")
_HASHES = "SELECT item_id, record_hash FROM items WHERE collection_id = %(collection_id)s"
_COUNT = sql.SQL("SELECT count(*) FROM items AS i WHERE collection_id = %(collection_id)s")
_KINDS = "SELECT item_id, kind, content_hash FROM items WHERE collection_id = %(collection_id)s AND item_id = ANY(%(ids)s)"
_FACETS = """
SELECT CASE WHEN grouping(subject) = 0 THEN 'subject' WHEN grouping(unit) = 0 THEN 'unit'
            WHEN grouping(kind) = 0 THEN 'kind' WHEN grouping(difficulty) = 0 THEN 'difficulty' ELSE 'item_type' END,
       coalesce(subject, unit, kind, difficulty, item_type), count(*)
  FROM items WHERE collection_id = %(collection_id)s
 GROUP BY GROUPING SETS (subject, unit, kind, difficulty, item_type)
 ORDER BY 1, 3 DESC, 2
"""
_NEIGHBOURS = """
(SELECT item_id FROM items WHERE collection_id = %(collection_id)s AND item_id < %(id)s ORDER BY item_id DESC LIMIT 50)
UNION ALL
(SELECT item_id FROM items WHERE collection_id = %(collection_id)s AND item_id > %(id)s ORDER BY item_id LIMIT 50)
"""
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it, which PostgreSQL's text cannot hold; not the LaTeX-like characters backslash, u, 0000."""

_FIELDS = tuple(Item.__dataclass_fields__)
_FIELD_ORDER = {"kind": [kind.value for kind in Kind], "difficulty": list(DIFFICULTIES), "item_type": list(ITEM_TYPES)}


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as an importer hands it over.

    ``content_hash`` is over what an encoder sees (text and figures), ``image_hashes`` name the figures in order.
    """

    item: Item
    content_hash: str
    image_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item of a collection."""

    item: Item
    collection_id: int
    content_hash: str
    image_hashes: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What an upsert did; the three add up to what was given."""

    inserted: int
    updated: int
    unchanged: int


def upsert(conn: Connection, collection_id: int, rows: Sequence[NewItem]) -> UpsertCounts:
    """Insert new items and update changed ones, all or none.

    Raises:
        InputError: an id comes twice or is empty or too long, or a record holds what JSON in PostgreSQL cannot.
    """
    seen: set[str] = set()
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.set_types(["text", "text", "jsonb", "text", "text", "text[]"])
            for row in rows:
                if row.item.id in seen:
                    raise InputError(f"문항 ID '{row.item.id}'이(가) 두 번 나왔습니다. 하나만 남겨 주세요.")
                seen.add(row.item.id)
                copy.write_row(_packed(row))
        written = cursor.execute(_UPSERT, {"collection_id": collection_id}).fetchall()
        updated = [item_id for item_id, inserted, _ in written if not inserted]
        if bare := [item_id for item_id, inserted, without_figure in written if not inserted and without_figure]:
            # Nothing would ever replace the vector of a figure that is gone.
            cursor.execute(_FORGET_FIGURES, {"collection_id": collection_id, "ids": bare})
    statistics.refresh(conn, "items")
    return UpsertCounts(len(written) - len(updated), len(updated), len(seen) - len(written))


def get_many(conn: Connection, collection_id: int, ids: Iterable[str]) -> dict[str, StoredItem]:
    """Return the items of those ids by id; unknown ids are absent."""
    rows = conn.execute(_GET_MANY, {"collection_id": collection_id, "ids": list(ids)}, binary=True)
    return {found.item.id: found for found in map(stored, rows)}


def get(conn: Connection, collection_id: int, item_id: str) -> StoredItem:
    """Return one item.

    Raises:
        NotFoundError: the collection has no such item; the message lists near ids.
    """
    found = get_many(conn, collection_id, [item_id]).get(item_id)
    if found is None:
        neighbours = conn.execute(_NEIGHBOURS, {"collection_id": collection_id, "id": item_id})
        near = difflib.get_close_matches(item_id, [row[0] for row in neighbours], n=3, cutoff=0.6)
        hint = f"비슷한 ID: {', '.join(near)}." if near else "ID를 확인해 주세요."
        raise NotFoundError(f"'{item_id}' 문항이 이 컬렉션에 없습니다. {hint}")
    return found


def iterate(conn: Connection, collection_id: int, *, batch: int = 500) -> Iterator[list[StoredItem]]:
    """Yield the collection in order of id, ``batch`` items at a time.

    Each batch is a query of its own that goes on after the last id: no transaction stays open between batches, however
    long the caller takes, and memory holds one batch.
    """
    after = ""
    while True:
        rows = conn.execute(_PAGE, {"collection_id": collection_id, "after": after, "batch": batch}, binary=True)
        page = [stored(row) for row in rows]
        if not page:
            return
        yield page
        after = page[-1].item.id


def ids(conn: Connection, collection_id: int, *, filters: Filters = Filters()) -> set[str]:
    """Return the ids of the items that the filters let through."""
    query = _IDS + conditions(filters)
    return {row[0] for row in conn.execute(query, {"collection_id": collection_id, **filters.chosen()}, binary=True)}


def hashes(conn: Connection, collection_id: int) -> dict[str, str]:
    """Return the record hash of every item by id."""
    return dict(conn.execute(_HASHES, {"collection_id": collection_id}, binary=True).fetchall())


def count(conn: Connection, collection_id: int, *, filters: Filters = Filters()) -> int:
    """Return how many items the filters let through."""
    query = _COUNT + conditions(filters)
    return _only(conn.execute(query, {"collection_id": collection_id, **filters.chosen()}).fetchone())


def kinds(conn: Connection, collection_id: int, ids: Iterable[str]) -> dict[str, tuple[Kind, str]]:
    """Return kind and content hash by id, without reading the records; unknown ids are absent."""
    rows = conn.execute(_KINDS, {"collection_id": collection_id, "ids": list(ids)}, binary=True)
    return {item_id: (Kind(kind), content_hash) for item_id, kind, content_hash in rows}


def facets(conn: Connection, collection_id: int) -> dict[str, list[tuple[str, int]]]:
    """Return for each field of ``Filters`` its values with their numbers of items.

    Kind, difficulty and item type come in their natural order, subject and unit with the most frequent first.
    """
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in Filters.__dataclass_fields__}
    for name, value, number in conn.execute(_FACETS, {"collection_id": collection_id}):
        found[name].append((value, number))
    for name, order in _FIELD_ORDER.items():
        found[name].sort(key=lambda pair, order=order: order.index(pair[0]) if pair[0] in order else len(order))
    return found


def stored(row: TupleRow) -> StoredItem:
    """Make the record of a row of ``COLUMNS``."""
    collection_id, kind, record, content_hash, image_hashes = row
    lists = {name: tuple(record[name]) for name in ("images", "choices")}
    return StoredItem(Item(**{**record, **lists}), collection_id, content_hash, tuple(image_hashes), Kind(kind))


def _packed(row: NewItem) -> tuple[Any, ...]:
    item = row.item
    try:
        if not 1 <= len(item.id.encode()) <= LONGEST_ID:
            raise InputError(f"문항 ID '{item.id[:40]}'은(는) 1바이트 이상 {LONGEST_ID}바이트 이하여야 합니다.")
        record = json.dumps({name: getattr(item, name) for name in _FIELDS}, ensure_ascii=False, allow_nan=False)
        record.encode()
    except ValueError as error:
        raise InputError(f"문항 '{item.id!r}'에 저장할 수 없는 글자나 수가 있습니다. 고친 뒤 다시 가져와 주세요.") from error
    if _NUL.search(record):
        raise InputError(f"문항 {item.id!r}에 빈 제어 문자(NUL)가 있습니다. 지운 뒤 다시 가져와 주세요.")
    as_packed = Jsonb(record, dumps=str)
    return item.id, item.kind.value, as_packed, item.record_hash, row.content_hash, list(row.image_hashes)


def _only(row: TupleRow | None) -> Any:
    assert row is not None
    return row[0]
