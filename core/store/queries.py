"""Queries of a collection, as immutable revisions: what was judged or run under one keeps its meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from psycopg import Connection, sql
from psycopg.rows import class_row

from core.errors import InputError, NotFoundError
from core.store import items

_SELECT = sql.SQL("""
SELECT {first}query_id, revision, text, image_hash, source_item_id, query_type, origin, content_hash, retired
  FROM queries
 WHERE collection_id = %(collection_id)s{condition}
 ORDER BY {order}
""")
_ONE = sql.SQL(" AND query_id = %(query_id)s")
_HISTORY = _SELECT.format(first=sql.SQL(""), condition=_ONE, order=sql.SQL("revision"))
_LATEST = _SELECT.format(first=sql.SQL(""), condition=_ONE, order=sql.SQL("revision DESC LIMIT 1"))
_CURRENT = _SELECT.format(
    first=sql.SQL("DISTINCT ON (query_id) "), condition=sql.SQL(""), order=sql.SQL("query_id, revision DESC")
)
_EVERY = _SELECT.format(first=sql.SQL(""), condition=sql.SQL(""), order=sql.SQL("query_id, revision"))
_NEWEST = "SELECT max(created_at) FROM queries WHERE collection_id = %(collection_id)s"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(query_id)s, %(collection_id)s))"
_LOCK_ALL = "SELECT pg_advisory_xact_lock(hashtextextended('new query', %(collection_id)s))"
_ADD = """
INSERT INTO queries (collection_id, query_id, revision, text, image_hash, source_item_id, query_type, origin,
                     content_hash, retired)
VALUES (%(collection_id)s, %(query_id)s, %(revision)s, %(text)s, %(image_hash)s, %(source_item_id)s, %(query_type)s,
        %(origin)s, %(content_hash)s, %(retired)s)
"""


@dataclass(frozen=True, slots=True)
class QueryRevision:
    """One state of a query: a text, an image (by hash), both, or an item that stands for its own text and figures.

    ``source_item_id`` beside a text or an image is the item it was written from, which is never among its hits.
    ``content_hash`` is over what is searched for; judgments name it.
    """

    query_id: str
    revision: int
    text: str | None
    image_hash: str | None
    source_item_id: str | None
    query_type: str
    origin: str
    content_hash: str
    retired: bool


def newest_at(conn: Connection, collection_id: int) -> datetime | None:
    """Return when the newest state of any query was written; None where there is none."""
    row = conn.execute(_NEWEST, {"collection_id": collection_id}).fetchone()
    return row[0] if row else None


def put(
    conn: Connection, collection_id: int, *, query_id: str, text: str | None = None, image_hash: str | None = None,
    source_item_id: str | None = None, query_type: str, origin: str, retired: bool = False,
) -> QueryRevision:
    """Store a query; the same as its latest revision is that revision, anything else is the next one.

    Raises:
        InputError: the query has neither text nor image nor source item.
        NotFoundError: it consists of a source item alone, and the collection has no such item.
    """
    if text is None and image_hash is None and source_item_id is None:
        raise InputError(f"쿼리 '{query_id}'에 글도 그림도 원본 문항도 없습니다. 하나는 넣어 주세요.")
    content_hash = _content_hash(conn, collection_id, text, image_hash, source_item_id)
    key = {"collection_id": collection_id, "query_id": query_id}
    with conn.transaction(), conn.cursor(row_factory=class_row(QueryRevision)) as cursor:
        # Two writers of one query would otherwise both claim the next number.
        cursor.execute(_LOCK, key)
        latest = cursor.execute(_LATEST, key).fetchone()
        asked = QueryRevision(
            query_id, latest.revision if latest else 1, text, image_hash, source_item_id, query_type, origin,
            content_hash, retired,
        )
        if asked == latest:
            return latest
        if latest is not None:
            asked = replace(asked, revision=latest.revision + 1)
        cursor.execute(_ADD, {**asdict(asked), **key})
    return asked


def current(conn: Connection, collection_id: int, *, retired: bool = False) -> list[QueryRevision]:
    """Return each query's latest revision by id, without the retired ones unless asked for."""
    with conn.cursor(row_factory=class_row(QueryRevision)) as cursor:
        latest = cursor.execute(_CURRENT, {"collection_id": collection_id}).fetchall()
    return [query for query in latest if retired or not query.retired]


def get(conn: Connection, collection_id: int, query_id: str) -> QueryRevision:
    """Return a query's latest revision, retired or not.

    Raises:
        NotFoundError: the collection has no such query.
    """
    with conn.cursor(row_factory=class_row(QueryRevision)) as cursor:
        found = cursor.execute(_LATEST, {"collection_id": collection_id, "query_id": query_id}).fetchone()
    if found is None:
        raise NotFoundError(f"'{query_id}' 쿼리가 이 컬렉션에 없습니다. 쿼리 ID를 확인해 주세요.")
    return found


def history(conn: Connection, collection_id: int, query_id: str) -> list[QueryRevision]:
    """Return every revision of a query, oldest first."""
    with conn.cursor(row_factory=class_row(QueryRevision)) as cursor:
        return cursor.execute(_HISTORY, {"collection_id": collection_id, "query_id": query_id}).fetchall()


def every_revision(conn: Connection, collection_id: int) -> list[QueryRevision]:
    """Return every revision of every query, by id, oldest first."""
    with conn.cursor(row_factory=class_row(QueryRevision)) as cursor:
        return cursor.execute(_EVERY, {"collection_id": collection_id}).fetchall()


def restore(conn: Connection, collection_id: int, revisions: Iterable[QueryRevision]) -> None:
    """Write revisions as they were in another database; each is the next one of its query."""
    with conn.cursor() as cursor:
        cursor.executemany(_ADD, [{**asdict(query), "collection_id": collection_id} for query in revisions])


def retire(conn: Connection, collection_id: int, query_id: str, retired: bool) -> QueryRevision:
    """Store the latest revision as retired or not, everything else as it was; already so is no new revision.

    The content hash is taken over: an item that changed meanwhile does not change what was asked.

    Raises:
        NotFoundError: the collection has no such query.
    """
    key = {"collection_id": collection_id, "query_id": query_id}
    with conn.transaction():
        conn.execute(_LOCK, key)
        latest = get(conn, collection_id, query_id)
        if latest.retired == retired:
            return latest
        asked = replace(latest, revision=latest.revision + 1, retired=retired)
        conn.execute(_ADD, {**asdict(asked), **key})
    return asked


def stale(conn: Connection, collection_id: int, asked: Iterable[QueryRevision]) -> set[str]:
    """Return the ids of those queries that are an item whose content has changed since, or that is gone."""
    by_item = {query.query_id: query for query in asked if is_item(query)}
    contents = items.get_many(conn, collection_id, {query.source_item_id or "" for query in by_item.values()})
    return {
        query_id for query_id, query in by_item.items()
        if (source := contents.get(query.source_item_id or "")) is None
        or hash_of_item(source.item.id, source.content_hash) != query.content_hash
    }


def lock(conn: Connection, collection_id: int) -> None:
    """Let one new id of a collection be chosen at a time; held until the transaction ends."""
    conn.execute(_LOCK_ALL, {"collection_id": collection_id})


def is_item(query: QueryRevision) -> bool:
    """Whether the query is an item: nothing but the item itself is searched for."""
    return query.text is None and query.image_hash is None and query.source_item_id is not None


def hash_of_item(item_id: str, item_hash: str) -> str:
    """Return the content hash of a query that is an item with that content."""
    return _hashed([None, None, item_id, item_hash])


def is_whole(query: QueryRevision) -> bool:
    """Whether text and image are what the content hash is over; a query that is an item rests on the item's hash."""
    return is_item(query) or _hashed([query.text, query.image_hash]) == query.content_hash


def _content_hash(
    conn: Connection, collection_id: int, text: str | None, image_hash: str | None, source_item_id: str | None
) -> str:
    if text is None and image_hash is None and source_item_id is not None:
        # The item is the query: when its content changes, so does what is searched for.
        return hash_of_item(source_item_id, items.get(conn, collection_id, source_item_id).content_hash)
    return _hashed([text, image_hash])


def _hashed(parts: list[str | None]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
