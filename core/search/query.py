"""What is searched for: a text, an image, both, or an item of the collection."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

import psycopg

from core.errors import InputError
from core.items import content, figures
from core.models.contract import Content
from core.store import images
from core.store import items as stored_items
from core.store import queries as stored_queries
from core.store.queries import QueryRevision

Part = Literal["whole", "text", "image", "both"]
"""``whole``: what the query has. ``both``: text and image, of queries that have both."""

LONGEST_TEXT = 4000
"""Characters; the longest item of the bank is well below, and no encoder here reads more of a query."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search as a person or a program states it. ``item_id`` stands for the item's own text and figure.

    ``source_item_id`` beside a text or an image is the item it was written from, which is never among the hits.
    """

    text: str | None = None
    image: bytes | None = None
    item_id: str | None = None
    source_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A checked query: the parts an encoder may take, and the item that may not be among its hits."""

    text: str | None
    image: bytes | None
    exclude: tuple[str, ...]

    @property
    def whole(self) -> Content:
        """Everything there is, for an encoder that takes text and image together."""
        return Content(self.text, self.image)


def of_revision(conn: psycopg.Connection, revision: QueryRevision) -> Query:
    """Return a stored query as a search."""
    if revision.text is None and revision.image_hash is None:
        return Query(item_id=revision.source_item_id)
    found = images.get(conn, revision.image_hash) if revision.image_hash else None
    return Query(revision.text, found.data if found else None, source_item_id=revision.source_item_id)


def resolve(conn: psycopg.Connection, query: Query, *, collection_id: int) -> Resolved:
    """Check a query and fetch the item it names.

    Raises:
        InputError: it is empty or too long, or its image is none.
        NotFoundError: it names an item the collection does not have.
    """
    if query.item_id:
        source = stored_items.get(conn, collection_id, query.item_id)
        found = images.get_many(conn, source.image_hashes)
        figure = content.embedding_image([found[sha].data for sha in source.image_hashes])
        return Resolved(content.embedding_text(source.item), figure, (query.item_id,))
    text = (query.text or "").replace("\x00", "").strip() or None
    if text is None and query.image is None:
        raise InputError("찾을 내용이 없습니다. 검색어를 쓰거나 그림을 올려 주세요.")
    if text is not None and len(text) > LONGEST_TEXT:
        raise InputError(f"검색어가 {len(text):,}자로 너무 깁니다. {LONGEST_TEXT:,}자 아래로 줄여 주세요.")
    if query.image is not None:
        figures.check(query.image)
    return Resolved(text, query.image, (query.source_item_id,) if query.source_item_id else ())


def parts(conn: psycopg.Connection, collection_id: int, revisions: Iterable[QueryRevision]) -> dict[str, frozenset[str]]:
    """Return which of ``text`` and ``image`` each query has, by query id; one that is an item has its item's."""
    listed = list(revisions)
    sources = stored_items.get_many(conn, collection_id, {query.source_item_id or "" for query in listed
                                                          if stored_queries.is_item(query)})
    found = {}
    for query in listed:
        if stored_queries.is_item(query):
            source = sources.get(query.source_item_id or "")
            text, figure = source is not None, source is not None and bool(source.image_hashes)
        else:
            text, figure = bool((query.text or "").replace("\x00", "").strip()), query.image_hash is not None
        found[query.query_id] = frozenset(name for name, there in (("text", text), ("image", figure)) if there)
    return found


def lacking(there: Collection[str], wanted: Part) -> str:
    """Return in Korean which part a query lacks, '' where it has what is wanted."""
    text, figure = wanted in ("text", "both") and "text" not in there, wanted in ("image", "both") and "image" not in there
    if text and figure:
        return "글도 그림도 없는 쿼리입니다."
    return "글이 없는 쿼리입니다." if text else "그림이 없는 쿼리입니다." if figure else ""


def taken(query: Resolved, wanted: Part) -> Resolved:
    """Return the part of a query that is searched for; the item it may not find stays the same.

    Raises:
        InputError: the query lacks it.
    """
    there = [name for name, value in (("text", query.text), ("image", query.image)) if value is not None]
    if told := lacking(there, wanted):
        raise InputError(told)
    return Resolved(None if wanted == "image" else query.text, None if wanted == "text" else query.image, query.exclude)
