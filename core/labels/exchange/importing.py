"""Store a ground truth file: its queries as revisions, its grades as judgment events of the origin the file states."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from psycopg import Connection

from core.errors import InputError
from core.items import ground_truth
from core.items.grading import Origin
from core.items.ground_truth import LARGEST_FILE, GroundTruth, Judged, TruthQuery
from core.items.importers.figure_files import FigureFolder
from core.items.importers.refusals import Refusal
from core.items.validation import Refused
from core.labels.exchange import importing_events, importing_tables
from core.store import collections, items, judgments, queries
from core.store import images as stored_images
from core.store.database import Database
from core.store.items import StoredItem
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision

Format = Literal["plan", "trec", "csv", "events"]
FORMATS: tuple[Format, ...] = ("plan", "trec", "csv", "events")
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


def import_file(database: Database, path: Path, *, collection: str, format: Format | None = None,
                origin: Origin | None = None, mapping: Mapping[int, int] | None = None,
                images: Path | None = None, preview: bool = False) -> TruthReport:
    """Store what a file of any of the formats says, in one transaction; what cannot be taken is refused row by row.

    A grade that differs from the one an earlier file gave the pair stands above it; the earlier one stays on record.

    Args:
        format: without one it is told from the content.
        origin: where grades come from that do not say so themselves; without it they count as a model's.
        mapping: the file's grades to ours.
        images: the folder query images are relative to; without one, the file's own folder.
        preview: say what would be stored, and store nothing.

    Raises:
        InputError: the file cannot be read or follows another scale; nothing was stored.
        NotFoundError: there is no such collection.
    """
    data = _bytes(path)
    kind = format or detected(data, path.name)
    if kind == "events":
        if origin is not None or mapping is not None:
            raise InputError("판정 기록에는 출처와 등급이 들어 있어 --origin과 --map을 쓸 수 없습니다. 빼고 다시 가져와 주세요.")
        found = importing_events.import_events(database, data, collection=collection, preview=preview)
        return TruthReport(found.queries, found.judgments, found.added, found.refused, found.notes)
    if kind == "plan":
        truth = ground_truth.read(path, origin=origin, mapping=mapping)
    else:
        read = importing_tables.read_csv if kind == "csv" else importing_tables.read_trec
        truth = read(data, name=path.name, origin=origin, mapping=mapping)
    return _store(database, truth, FigureFolder(images or path.parent), collection, preview=preview)


def import_ground_truth(database: Database, path: Path, *, images: Path | None = None, collection: str) -> TruthReport:
    """Store a plan file's queries and judgments where there are none yet; what was graded or edited since stays.

    Args:
        images: the folder query images are relative to; without one, the file's own folder.

    Raises:
        InputError: the file cannot be read or follows another scale; nothing was stored.
        NotFoundError: there is no such collection.
    """
    return _store(database, ground_truth.read(path), FigureFolder(images or path.parent), collection, fill=True)


def detected(data: bytes, name: str) -> Format:
    """Tell a file's format from its content.

    Raises:
        InputError: it looks like none of them.
    """
    head = data[:65536].decode("utf-8-sig", errors="replace").lstrip()
    first = head.split("\n", 1)[0].strip()
    if first.startswith("{"):
        try:
            record = json.loads(first)
        except (ValueError, RecursionError):
            return "plan"
        return "events" if isinstance(record, dict) and "record" in record else "plan"
    if first.startswith(("[", "/")):
        return "plan"
    if "query_id" in first.lower() and "," in first:
        return "csv"
    if len(first.split()) == 4:
        return "trec"
    raise InputError(f"'{name}'이(가) 어떤 형식인지 알 수 없습니다. --format으로 {', '.join(FORMATS)} 가운데 하나를 지정해 주세요.")


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"'{path.name}'이(가) {LARGEST_FILE // 1024 // 1024} MB를 넘습니다. 파일을 나누어 주세요.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"'{path}' 파일을 읽을 수 없습니다. 경로와 권한을 확인해 주세요.") from error


def _store(database: Database, truth: GroundTruth, figures: FigureFolder, collection: str, *, fill: bool = False,
           preview: bool = False) -> TruthReport:
    refused = list(truth.refused)
    stored = taken = added = 0
    with database.connection() as conn, conn.transaction(force_rollback=preview):
        found = collections.get(conn, collection)
        known = items.get_many(conn, found.id, _named(truth.queries))
        present = {(event.query_id, event.query_hash, event.item_id, event.item_hash, event.rater): event.grade
                   for event in judgments.current(conn, found.id)}
        for position, query in enumerate(truth.queries, start=1):
            try:
                revision = _query(conn, found.id, query, known, figures)
            except Refused as reason:
                refused.append(Refusal(query.line, position, query.query_id, str(reason)))
                continue
            stored += 1
            events = []
            for judged in query.judged:
                if (why := _why_not(judged, revision, known)) is not None:
                    refused.append(Refusal(judged.line or query.line, position, query.query_id, why))
                    continue
                taken += 1
                event = _event(found.id, revision, known[judged.item_id], judged)
                key = (event.query_id, event.query_hash, event.item_id, event.item_hash, event.rater)
                if key not in present if fill else present.get(key) != event.grade:
                    events.append(event)
            added += judgments.append(conn, events)
    return TruthReport(stored, taken, added, sorted(refused, key=lambda refusal: refusal.line), truth.notes)


def _named(truth: tuple[TruthQuery, ...]) -> set[str]:
    named = {judged.item_id for query in truth for judged in query.judged}
    return named | {query.source_item_id for query in truth if query.source_item_id}


def _query(conn: Connection, collection_id: int, query: TruthQuery, known: dict[str, StoredItem],
           figures: FigureFolder) -> QueryRevision:
    """The revision the file's grades are about; a query that people edited or retired since is not set back."""
    history = queries.history(conn, collection_id, query.query_id)
    if query.query_type is None:
        if not history:
            raise Refused(f"쿼리 '{query.query_id}'이(가) 컬렉션에 없습니다. 쿼리가 든 파일(plan, csv)을 먼저 가져와 주세요.")
        return history[-1]
    if query.source_item_id and query.source_item_id not in known:
        raise Refused(f"원본 문항 '{query.source_item_id}'이(가) 컬렉션에 없습니다.")
    image_hash = None
    if query.image:
        figure = figures.read(query.image)
        image_hash = stored_images.put(conn, figure.data, media_type=figure.facts.media_type, width=figure.facts.width,
                                       height=figure.facts.height)
    parts = (query.text, image_hash, query.source_item_id)
    same = [each for each in history if (each.text, each.image_hash, each.source_item_id) == parts]
    if history and not same:
        raise Refused(f"쿼리 '{query.query_id}'이(가) 다른 내용으로 이미 있습니다. 파일의 query_id를 바꾸거나 쿼리를 고쳐 주세요.")
    if same and (same[-1] != history[-1] or same[-1].retired):
        return same[-1]
    return queries.put(conn, collection_id, query_id=query.query_id, text=query.text, image_hash=image_hash,
                       source_item_id=query.source_item_id, query_type=query.query_type, origin=_origin(query))


def _why_not(judged: Judged, revision: QueryRevision, known: dict[str, StoredItem]) -> str | None:
    if judged.item_id not in known:
        return f"문항 '{judged.item_id}'이(가) 컬렉션에 없습니다."
    if judged.item_id == revision.source_item_id:
        return f"원본 문항 '{judged.item_id}'은(는) 자기 쿼리의 정답이 될 수 없습니다."
    return None


def _origin(query: TruthQuery) -> str:
    if query.origin:
        return query.origin
    origins = {judged.origin for judged in query.judged}
    return origins.pop() if len(origins) == 1 else "human" if not origins else "model"


def _event(collection_id: int, revision: QueryRevision, item: StoredItem, judged: Judged) -> JudgmentEvent:
    return JudgmentEvent(collection_id=collection_id, query_id=revision.query_id, query_hash=revision.content_hash,
                         item_id=judged.item_id, item_hash=item.content_hash, grade=judged.grade,
                         rater=f"{RATER}:{judged.origin}", origin=judged.origin, note=_note(judged))


def _note(judged: Judged) -> str:
    """What else a file said about the pair (scores, reasons) stays with the judgment, as JSON."""
    return json.dumps(judged.extra, ensure_ascii=False) if judged.extra else ""
