"""A ground truth as a file: the plan's JSON (12.1), TREC qrels, CSV. What is written imports back as the same truth."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from psycopg import Connection

from core import saving
from core.labels.exchange import sheets
from core.labels.versions import truth
from core.labels.versions.truth import Truth
from core.store import images, queries
from core.store.queries import QueryRevision

Format = Literal["plan", "trec", "csv"]
FORMATS: dict[Format, str] = {"plan": ".json", "trec": ".qrels", "csv": ".csv"}
MEDIA_TYPES = {".json": "application/json", ".qrels": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
               ".jsonl": "application/x-ndjson"}
COLUMNS = ("query_id", "query_type", "query_text", "query_image", "source_item_id", "query_origin", "item_id", "grade", "origin")
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file and the query images that belong beside it."""

    data: bytes
    suffix: str
    title: str
    """Which truth it is: a version, or 미확정."""
    queries: int
    judgments: int
    images: dict[str, bytes] = field(default_factory=dict)
    """By path relative to the file's folder."""
    refused: tuple[tuple[str, str], ...] = ()
    """What the format cannot hold: an id and the Korean reason."""

    @property
    def media_type(self) -> str:
        """For a download."""
        return MEDIA_TYPES[self.suffix]


def export(conn: Connection, collection_id: int, format: Format, *, number: int | None = None,
           current: bool = False) -> Exported:
    """Return a ground truth in one of the formats.

    Args:
        number: the version; without it the latest, or the judgments as they stand where none is frozen.
        current: the judgments as they stand, whatever is frozen.

    Raises:
        NotFoundError: there is no such version.
    """
    whole = truth.current(conn, collection_id) if current else truth.load(conn, collection_id, number)
    if format == "trec":
        return _trec(whole)
    asked, figures = _queries(conn, collection_id, whole)
    return (_plan if format == "plan" else _csv)(whole, asked, figures)


def write(exported: Exported, path: Path) -> None:
    """Write the file, whole or not at all, and its images into the folder beside it that their paths name.

    Raises:
        InputError: it cannot be written there.
    """
    saving.save_beside(path, exported.data, exported.images)


def zipped(exported: Exported, name: str) -> bytes:
    """Return the file (under ``name``) and its images as one ZIP, for a download."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, exported.data)
        for path, data in exported.images.items():
            archive.writestr(path, data)
    return out.getvalue()


def _plan(whole: Truth, asked: list[dict[str, Any]], figures: dict[str, bytes]) -> Exported:
    graded = defaultdict(list)
    for row in whole.rows:
        graded[row.query_id].append({"id": row.item_id, "relevance": row.grade, "origin": row.origin})
    # The best first, as a reader of the plan expects it.
    listed = [query | {"relevant_items": sorted(graded[query["query_id"]], key=lambda item: (-item["relevance"], item["id"]))}
              for query in asked]
    metadata = {"ground_truth": whole.title, "sha256": whole.sha256, "relevant_from": whole.relevant_from,
                "unlisted_zero_by": whole.unlisted_zero_by, "scale": [0, 1, 2, 3]}
    if whole.version is not None:
        metadata |= {"version": whole.version.number, "name": whole.version.name, "note": whole.version.note}
    data = json.dumps({"metadata": metadata, "queries": listed}, ensure_ascii=False, indent=1)
    return Exported(f"{data}\n".encode(), FORMATS["plan"], whole.title, len(listed), len(whole.rows), figures)


def _csv(whole: Truth, asked: list[dict[str, Any]], figures: dict[str, bytes]) -> Exported:
    graded = defaultdict(list)
    for row in whole.rows:
        graded[row.query_id].append((row.item_id, row.grade, row.origin))
    def lines() -> Iterator[list[object]]:
        for query in asked:
            parts = [query.get(column) for column in COLUMNS[:6]]
            yield from ([*parts, *grade] for grade in graded[query["query_id"]] or [(None, None, None)])
    return Exported(sheets.written(COLUMNS, lines()), FORMATS["csv"], whole.title, len(asked), len(whole.rows), figures)


def _trec(whole: Truth) -> Exported:
    """``query 0 item grade``: fields are parted by blanks, so an id with a blank in it is refused, never bent."""
    lines, refused = [], {}
    for row in whole.rows:
        bad = next((name for name in (row.query_id, row.item_id) if name.split() != [name]), None)
        if bad is None:
            lines.append(f"{row.query_id} 0 {row.item_id} {row.grade}\n")
        else:
            refused[bad] = "ID에 빈칸이 있어 TREC 형식에 쓸 수 없습니다. 이 ID가 든 판정은 뺐습니다."
    queries_in = len({line.split()[0] for line in lines})
    return Exported("".join(lines).encode(), FORMATS["trec"], whole.title, queries_in, len(lines),
                    refused=tuple(sorted(refused.items())))


def _queries(conn: Connection, collection_id: int, whole: Truth) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """The truth's queries as they read when they were judged, keys as in the files, and their images by path."""
    found = [_revision(conn, collection_id, query_id, content) for query_id, content in sorted(whole.query_hashes.items())]
    stored = images.get_many(conn, {query.image_hash for query in found if query.image_hash})
    paths = {sha: f"images/{sha}{_SUFFIXES[image.media_type]}" for sha, image in stored.items()}
    asked = []
    for query in found:
        parts = {
            "query_id": query.query_id, "query_type": query.query_type, "source_item_id": query.source_item_id,
            "query_text": query.text, "query_image": paths.get(query.image_hash or ""), "query_origin": query.origin,
        }
        asked.append({name: value for name, value in parts.items() if value is not None})
    return asked, {paths[sha]: image.data for sha, image in stored.items()}


def _revision(conn: Connection, collection_id: int, query_id: str, content_hash: str) -> QueryRevision:
    history = queries.history(conn, collection_id, query_id)
    return next(query for query in reversed(history) if query.content_hash == content_hash)
