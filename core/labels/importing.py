"""Store a ground truth file: its queries as revisions, its grades as judgment events of the origin the file states."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from psycopg import Connection

from core.items import ground_truth
from core.items.ground_truth import Judged, TruthQuery
from core.items.importers.figure_files import FigureFolder
from core.items.importers.refusals import Refusal
from core.items.validation import Refused
from core.store import collections, items, judgments, queries
from core.store import images as stored_images
from core.store.database import Database
from core.store.items import StoredItem
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision

RATER = "import"


@dataclass(frozen=True, slots=True)
class TruthReport:
    """What an import of a ground truth file found; importing the same file again adds nothing."""

    queries: int
    judgments: int
    """Judgments of pairs the collection has."""
    added: int
    """Judgments that were not stored yet."""
    refused: list[Refusal] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def import_ground_truth(database: Database, path: Path, *, images: Path | None = None, collection: str) -> TruthReport:
    """Store a file's queries and judgments in one transaction.

    Args:
        images: the folder query images are relative to; without one, the file's own folder.

    Raises:
        InputError: the file cannot be read or follows another scale; nothing was stored.
        NotFoundError: there is no such collection.
    """
    truth = ground_truth.read(path)
    figures = FigureFolder(images or path.parent)
    refused = list(truth.refused)
    stored = taken = added = 0
    with database.connection() as conn, conn.transaction():
        found = collections.get(conn, collection)
        known = items.get_many(conn, found.id, _named(truth.queries))
        present = {(event.query_id, event.query_hash, event.item_id, event.item_hash, event.rater): event.grade
                   for event in judgments.current(conn, found.id)}
        for position, query in enumerate(truth.queries, start=1):
            try:
                revision = _store_query(conn, found.id, query, known, figures)
            except Refused as reason:
                refused.append(Refusal(query.line, position, query.query_id, str(reason)))
                continue
            stored += 1
            events = []
            for judged in query.judged:
                if judged.item_id not in known:
                    reason = f"문항 '{judged.item_id}'이(가) 컬렉션에 없습니다."
                    refused.append(Refusal(query.line, position, query.query_id, reason))
                    continue
                taken += 1
                event = _event(found.id, revision, known[judged.item_id], judged)
                key = (event.query_id, event.query_hash, event.item_id, event.item_hash, event.rater)
                if present.get(key) != event.grade:
                    events.append(event)
            added += judgments.append(conn, events)
    return TruthReport(stored, taken, added, refused, truth.notes)


def _named(truth: tuple[TruthQuery, ...]) -> set[str]:
    named = {judged.item_id for query in truth for judged in query.judged}
    return named | {query.source_item_id for query in truth if query.source_item_id}


def _store_query(conn: Connection, collection_id: int, query: TruthQuery, known: dict[str, StoredItem],
                 figures: FigureFolder) -> QueryRevision:
    if query.source_item_id and query.source_item_id not in known:
        raise Refused(f"원본 문항 '{query.source_item_id}'이(가) 컬렉션에 없습니다.")
    image_hash = None
    if query.image:
        figure = figures.read(query.image)
        image_hash = stored_images.put(conn, figure.data, media_type=figure.facts.media_type, width=figure.facts.width,
                                height=figure.facts.height)
    return queries.put(conn, collection_id, query_id=query.query_id, text=query.text, image_hash=image_hash,
                       source_item_id=query.source_item_id, query_type=query.query_type, origin=_origin(query))


def _origin(query: TruthQuery) -> str:
    origins = {judged.origin for judged in query.judged}
    return origins.pop() if len(origins) == 1 else "human" if not origins else "model"


def _event(collection_id: int, revision: QueryRevision, item: StoredItem, judged: Judged) -> JudgmentEvent:
    return JudgmentEvent(collection_id=collection_id, query_id=revision.query_id, query_hash=revision.content_hash,
                         item_id=judged.item_id, item_hash=item.content_hash, grade=judged.grade,
                         rater=f"{RATER}:{judged.origin}", origin=judged.origin)
