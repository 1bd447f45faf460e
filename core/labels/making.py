"""Make queries: write one, take an item, crop an image; edit, retire and bring back; copy grades to a changed one."""

from __future__ import annotations

import difflib
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from core import pictures
from core.errors import InputError, NotFoundError
from core.items import figures
from core.labels import final
from core.store import images, items, judgments, queries
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision

ENOUGH = 3
"""The plan asks for three to five relevant items a query (4.4)."""
LONGEST_TEXT = 4000
SMALLEST_CROP = 16
"""Pixels; less than this is a slip of the hand."""
NEAR = 0.85
CARRIED = "carried:"
"""How the rater of copied grades is called, before the name of the person who copied them."""
_NUMBERED = re.compile(r"Q(\d{1,9})")
KEEP: Any = object()
"""In ``edit``: leave this part as it is (None would remove it)."""


@dataclass(frozen=True, slots=True)
class QueryState:
    """How far a query is labelled, as it reads now."""

    query: QueryRevision
    judged: int
    relevant: int
    """Items of grade ``relevant_from`` or better."""
    grades: dict[int, int]
    """Items by grade 0 to 3."""
    source_changed: bool
    """The query is an item whose content changed since: it needs ``renew``."""

    @property
    def reached(self) -> bool:
        """Whether the plan's three relevant items are there."""
        return self.relevant >= ENOUGH


@dataclass(frozen=True, slots=True)
class Near:
    """A query that reads nearly the same."""

    query: QueryRevision
    similarity: float
    """0 to 1; 1: the same but for blanks, punctuation and letter case."""


def create(conn: Connection, collection_id: int, *, by: str, text: str | None = None, image: bytes | None = None,
           source_item_id: str | None = None, query_id: str | None = None) -> QueryRevision:
    """Store a new query of a text, an image, both, or an item; beside text or image, the item it was made from.

    Args:
        query_id: without one, the next free number (``Q101``).

    Raises:
        InputError: nothing is given, a part cannot be used, or the id is taken.
        NotFoundError: there is no such item.
    """
    text, image_hash = _text(text), _image(conn, image)
    _check_source(conn, collection_id, source_item_id)
    with conn.transaction():
        queries.lock(conn, collection_id)
        taken = {query.query_id for query in queries.current(conn, collection_id, retired=True)}
        chosen = (query_id or "").strip() or _next(taken)
        _check_id(chosen)
        if chosen in taken:
            raise InputError(f"쿼리 ID '{chosen}'은(는) 이미 있습니다. 다른 ID를 쓰거나 그 쿼리를 고쳐 주세요.")
        return queries.put(conn, collection_id, query_id=chosen, text=text, image_hash=image_hash,
                           source_item_id=source_item_id, query_type=_type(text, image_hash), origin=_origin(by))


def edit(conn: Connection, collection_id: int, query_id: str, *, by: str, text: str | None = KEEP, image: bytes | None = KEEP,
         source_item_id: str | None = KEEP) -> QueryRevision:
    """Store the query with other parts as its next revision; it starts unjudged unless grades are copied with ``carry``.

    A part that is not given stays, one given as None is taken away. Nothing changed is no new revision.

    Raises:
        InputError: nothing would be left, or a part cannot be used.
        NotFoundError: there is no such query or item.
    """
    raise NotImplementedError


def retire(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Take a query out of labelling and measuring; what was judged stays on record, and ``restore`` brings it back."""
    raise NotImplementedError


def restore(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Bring a retired query back as it was."""
    raise NotImplementedError


def renew(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Follow a query that is an item to the item's present content, as the next revision."""
    raise NotImplementedError


def carry(conn: Connection, collection_id: int, query_id: str, *, from_revision: int, by: str) -> int:
    """Copy the final grades of an earlier revision to the query as it reads now; return how many pairs.

    For a change that does not touch what is meant (a typo). Grades that people gave get the origin 'carried', so that a
    verdict can tell them; constructed and model grades keep theirs. Pairs that are judged already stay as they are.

    Raises:
        NotFoundError: there is no such query or revision.
    """
    raise NotImplementedError


def carry_item(conn: Connection, collection_id: int, item_id: str, *, by: str) -> int:
    """Copy the final grades of an item's last judged content to its present one, as ``carry`` does; return how many."""
    raise NotImplementedError


def cropped(data: bytes, box: tuple[int, int, int, int]) -> bytes:
    """Return a part of an image as PNG.

    Args:
        box: left, top, right, bottom in pixels of the upright image; parts outside the image are cut off.

    Raises:
        InputError: it is no usable image, or too little of it is left.
    """
    raise NotImplementedError


def near(conn: Connection, collection_id: int, text: str, *, but: str = "") -> list[Near]:
    """Return the unretired queries whose text is nearly this one, the nearest first; ``but`` names one to leave out."""
    raise NotImplementedError


def states(conn: Connection, collection_id: int, *, relevant_from: int = 1) -> list[QueryState]:
    """Return how far each unretired query is labelled, by id."""
    raise NotImplementedError
