"""Bring a file of items into a collection: ``read`` it, ``preview`` what would happen, ``import_file`` it.

Item by item: what cannot be taken is refused with its line and a reason, and the rest goes in. A file that is broken as a
whole (no JSON, cut off at its end) is refused whole: one transaction per file, so that nothing of it stays. A JSON-lines
file has no whole to be broken; there each line stands for itself. A refused item never touches what is stored under its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.items import content
from core.items.importers import archive
from core.items.importers.reading import Progress, Taken, examine, read
from core.items.importers.refusals import Refusal, table, to_csv, write_csv

if TYPE_CHECKING:
    from psycopg import Connection

    from core.store.database import Database
    from core.store.items import NewItem, UpsertCounts

__all__ = ["ImportReport", "Refusal", "check_name", "import_file", "preview", "read", "table", "to_csv", "write_csv"]

BATCH = 200
BATCH_BYTES = 32 * 1024 * 1024
"""Of figures: what one batch may hold in memory, but for its last item."""
_NAME = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or a preview would do."""

    collection: str
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def imported(self) -> int:
        """Items that are new or changed."""
        return self.inserted + self.updated


def import_file(
    db: Database, path: Path, *, images: Path | None = None, collection: str, note: str = "",
    progress: Progress | None = None,
) -> ImportReport:
    """Store the file's items and figures, all that are in order, in one transaction.

    Args:
        db: the database.
        path: a JSON file in either schema (an object with ``items``, a bare list, or one item a line), or a ZIP file with one.
        images: the folder that figure paths are relative to; without one, the file's own folder.
        collection: the collection's name; created when the first item goes in.
        note: the collection's note, where it is created.
        progress: called with bytes read and bytes in all.

    Raises:
        InputError: the file or a name cannot be used; nothing was stored.
    """
    return _run(db, path, images, collection, note, progress, keep=True)


def preview(
    db: Database, path: Path, *, images: Path | None = None, collection: str, progress: Progress | None = None
) -> ImportReport:
    """Return what :func:`import_file` would report, and store nothing: the same run, rolled back."""
    return _run(db, path, images, collection, "", progress, keep=False)


def check_name(collection: str) -> None:
    """Refuse a name that cannot be a collection's.

    Raises:
        InputError: it cannot.
    """
    if not _NAME.fullmatch(collection):
        raise InputError(f"컬렉션 이름 '{collection}'은(는) 쓸 수 없습니다. 글자, 숫자, '.', '_', '-'로 64자까지 쓸 수 있습니다.")


def _run(
    db: Database, path: Path, images: Path | None, collection: str, note: str, progress: Progress | None, *, keep: bool
) -> ImportReport:
    from core.store import collections

    check_name(collection)
    refused: list[Refusal] = []
    inserted = updated = unchanged = 0
    with archive.opened(path) as (file, figures), db.connection() as conn, conn.transaction(force_rollback=not keep):
        for batch in _batches(examine(file, images=images or figures, progress=progress), refused):
            collection_id = collections.ensure(conn, collection, note=note).id
            counts = _store(conn, collection_id, batch)
            inserted += counts.inserted
            updated += counts.updated
            unchanged += counts.unchanged
    return ImportReport(collection, inserted, updated, unchanged, refused)


def _batches(examined: Iterator[Taken | Refusal], refused: list[Refusal]) -> Iterator[list[Taken]]:
    """Yield the good ones in batches; the others are collected in ``refused`` as they come."""
    batch: list[Taken] = []
    size = 0
    for one in examined:
        if isinstance(one, Refusal):
            refused.append(one)
            continue
        batch.append(one)
        size += sum(len(figure.data) for figure in one.figures)
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _store(conn: Connection, collection_id: int, batch: list[Taken]) -> UpsertCounts:
    from core.store import images, items

    rows: list[NewItem] = []
    for one in batch:
        for figure in one.figures:
            facts = figure.facts
            images.put(conn, figure.data, media_type=facts.media_type, width=facts.width, height=facts.height)
        hashes = tuple(figure.sha256 for figure in one.figures)
        text = content.embedding_text(one.item)
        rows.append(items.NewItem(one.item, content.content_hash(text, hashes), hashes))
    return items.upsert(conn, collection_id, rows)
