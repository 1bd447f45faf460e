"""Make queries: write one, take an item, crop an image; edit, retire and bring back; see how far each is labelled."""

from __future__ import annotations

import difflib
import io
import logging
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core import pictures
from core.errors import InputError
from core.items import figures
from core.items.grading import CONTROL, LONGEST_QUERY
from core.labels.consensus import final
from core.labels.versions.carrying import carry, carry_item
from core.store import images, items, queries
from core.store.queries import QueryRevision

__all__ = ["KEEP", "Near", "QueryState", "carry", "carry_item", "create", "cropped", "edit", "near", "renew", "restore",
           "retire", "states"]

log = logging.getLogger(__name__)

ENOUGH = 3
"""The plan asks for three to five relevant items a query (4.4)."""
SMALLEST_CROP = 16
"""Pixels of either side; less is a slip of the hand."""
NEAR = 0.85
ORIGIN = "human"
KEEP: Any = object()
"""In ``edit``: leave this part as it is (None takes it away)."""
_NUMBERED = re.compile(r"Q(\d{1,9})")
_ID = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")


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
    """The query is an item whose content changed since: ``renew`` follows it."""

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
        by: who does it; written to the log, as by everything here that changes a query.
        query_id: without one, the next free number (``Q101``).

    Raises:
        InputError: nothing is given, a part cannot be used, or the id is taken.
        NotFoundError: there is no such item.
    """
    parts = _parts(conn, collection_id, text, _stored(conn, image), source_item_id)
    with conn.transaction():
        queries.lock(conn, collection_id)
        taken = {query.query_id for query in queries.current(conn, collection_id, retired=True)}
        chosen = _checked_id(query_id) if query_id else _next(taken)
        if chosen in taken:
            raise InputError(f"쿼리 ID '{chosen}'은(는) 이미 있습니다. 다른 ID를 쓰거나 그 쿼리를 고쳐 주세요.")
        made = queries.put(conn, collection_id, query_id=chosen, origin=ORIGIN, **parts)
    return _logged("made", made, by)


def edit(conn: Connection, collection_id: int, query_id: str, *, by: str, text: str | None = KEEP, image: bytes | None = KEEP,
         source_item_id: str | None = KEEP) -> QueryRevision:
    """Store the query with other parts as its next revision; it starts unjudged unless ``carry`` copies its grades.

    A part that is not given stays, one given as None is taken away. Where nothing changes there is no new revision.

    Raises:
        InputError: nothing would be left, or a part cannot be used.
        NotFoundError: there is no such query or item.
    """
    before = queries.get(conn, collection_id, query_id)
    parts = _parts(
        conn, collection_id, before.text if text is KEEP else text,
        before.image_hash if image is KEEP else _stored(conn, image),
        before.source_item_id if source_item_id is KEEP else source_item_id)
    after = queries.put(conn, collection_id, query_id=query_id, origin=before.origin, retired=before.retired, **parts)
    return _logged("edited", after, by)


def retire(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Take a query out of labelling and measuring; what was judged stays on record, and ``restore`` brings it back.

    Raises:
        NotFoundError: there is no such query.
    """
    return _logged("retired", queries.retire(conn, collection_id, query_id, True), by)


def restore(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Bring a retired query back as it was, with its judgments.

    Raises:
        NotFoundError: there is no such query.
    """
    return _logged("brought back", queries.retire(conn, collection_id, query_id, False), by)


def renew(conn: Connection, collection_id: int, query_id: str, *, by: str) -> QueryRevision:
    """Follow a query that is an item to the item's present content, as the next revision; any other stays as it is.

    Raises:
        NotFoundError: there is no such query, or its item is gone.
    """
    return edit(conn, collection_id, query_id, by=by)


def cropped(data: bytes, box: tuple[int, int, int, int]) -> bytes:
    """Return a part of an image as PNG.

    Args:
        data: an image file.
        box: left, top, right, bottom in pixels of the upright image; what lies outside the image is cut off.

    Raises:
        InputError: it is no usable image, or less than ``SMALLEST_CROP`` pixels of a side would be left.
    """
    whole = pictures.open_rgb(data)
    left, top, right, bottom = (max(0, box[0]), max(0, box[1]), min(whole.width, box[2]), min(whole.height, box[3]))
    if right - left < SMALLEST_CROP or bottom - top < SMALLEST_CROP:
        raise InputError(f"잘라 낸 부분이 너무 작습니다. 가로세로 {SMALLEST_CROP}픽셀 이상으로 골라 주세요.")
    out = io.BytesIO()
    whole.crop((left, top, right, bottom)).save(out, format="PNG")
    return out.getvalue()


def near(conn: Connection, collection_id: int, text: str, *, but: str = "") -> list[Near]:
    """Return the unretired queries whose text is nearly this one, the nearest first; ``but`` names one to leave out.

    Nearness is Ratcliff/Obershelp's (``difflib``) over letters and digits alone; two texts that differ in a number only are
    near, and may both be wanted: this is a warning, never a refusal.
    """
    words = _letters(text)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(words)
    found = []
    for query in queries.current(conn, collection_id):
        if not words or not query.text or query.query_id == but:
            continue
        matcher.set_seq1(_letters(query.text))
        if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and (ratio := matcher.ratio()) >= NEAR:
            found.append(Near(query, ratio))
    return sorted(found, key=lambda each: (-each.similarity, each.query.query_id))


def states(conn: Connection, collection_id: int, *, relevant_from: int = 1, retired: bool = False) -> list[QueryState]:
    """Return how far each query is labelled, by id; the retired ones only if asked for (nothing counts for them)."""
    asked = queries.current(conn, collection_id, retired=retired)
    graded: dict[str, Counter[int]] = defaultdict(Counter)
    for grade in final.grades(conn, collection_id):
        graded[grade.query_id][grade.grade] += 1
    stale = queries.stale(conn, collection_id, asked)
    return [QueryState(query, graded[query.query_id].total(),
                       sum(count for grade, count in graded[query.query_id].items() if grade >= relevant_from),
                       {grade: graded[query.query_id][grade] for grade in range(4)}, query.query_id in stale)
            for query in asked]


def _parts(conn: Connection, collection_id: int, text: str | None, image_hash: str | None,
           source_item_id: str | None) -> dict[str, str | None]:
    # What is pasted may hold control characters that nobody sees and no file can carry.
    text = CONTROL.sub("", text or "").strip() or None
    source_item_id = (source_item_id or "").strip() or None
    if text is None and image_hash is None and source_item_id is None:
        raise InputError("쿼리에 글도 그림도 원본 문항도 없습니다. 하나는 넣어 주세요.")
    if text is not None and len(text) > LONGEST_QUERY:
        raise InputError(f"쿼리가 {len(text):,}자로 너무 깁니다. {LONGEST_QUERY:,}자 아래로 줄여 주세요.")
    if source_item_id is not None:
        items.get(conn, collection_id, source_item_id)
    kind = {(True, True): "text_image", (True, False): "natural_language", (False, True): "image"}.get(
        (text is not None, image_hash is not None), "similar_item")
    return {"text": text, "image_hash": image_hash, "source_item_id": source_item_id, "query_type": kind}


def _logged(what: str, query: QueryRevision, by: str) -> QueryRevision:
    log.info("query %s (revision %d) was %s by %s", query.query_id, query.revision, what, by)
    return query


def _stored(conn: Connection, image: bytes | None) -> str | None:
    if image is None:
        return None
    facts = figures.check(image)
    return images.put(conn, image, media_type=facts.media_type, width=facts.width, height=facts.height)


def _checked_id(query_id: str) -> str:
    chosen = query_id.strip()
    if not _ID.fullmatch(chosen) or len(chosen.encode()) > 200:
        raise InputError("쿼리 ID는 빈칸 없이 200바이트 이하로 적어 주세요.")
    return chosen


def _next(taken: set[str]) -> str:
    numbers = [int(found[1]) for query_id in taken if (found := _NUMBERED.fullmatch(query_id))]
    return f"Q{max(numbers, default=0) + 1:03}"


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
