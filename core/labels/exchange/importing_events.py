"""Bring a record of judgments (JSON lines) into a collection. Nothing stored is ever overwritten.

An event is stored once, by its uuid; one whose uuid is known with another content is refused, as is one whose query or item
the collection does not have. Whatever is refused leaves the other lines standing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import Connection

from core.errors import InputError
from core.items.importers.refusals import Refusal
from core.items.validation import Refused, shown
from core.labels.exchange.event_records import event_of, image_of, query_of, round_of
from core.store import collections, images, items, judgment_records, judgments, queries
from core.store.database import Database
from core.store.judgment_records import RoundRecord
from core.store.queries import QueryRevision

RECORDS = ("image", "query", "round", "event")


@dataclass(slots=True)
class EventsReport:
    """What an import of a record found."""

    queries: int = 0
    judgments: int = 0
    """Events of the file that are stored now, whether they were before or not."""
    added: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Line:
    number: int
    record: dict[str, Any]


def import_events(database: Database, data: bytes, *, collection: str, preview: bool = False) -> EventsReport:
    """Store what a record says, in one transaction; a preview stores nothing.

    Raises:
        InputError: it is not UTF-8.
        NotFoundError: there is no such collection.
    """
    report = EventsReport()
    lines = _lines(data, report)
    with database.connection() as conn, conn.transaction(force_rollback=preview):
        found = collections.get(conn, collection)
        _images(conn, lines["image"], report)
        _queries(conn, found.id, lines["query"], report)
        numbers = _rounds(conn, found.id, lines["round"], report)
        _events(conn, found.id, lines["event"], numbers, report)
    report.refused.sort(key=lambda refusal: refusal.line)
    return report


def _lines(data: bytes, report: EventsReport) -> dict[str, list[_Line]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("판정 기록의 글자를 읽을 수 없습니다. UTF-8 파일인지 확인해 주세요.") from error
    found: dict[str, list[_Line]] = defaultdict(list)
    # Not splitlines(), which also parts at characters that may stand inside a note (U+2028).
    for number, words in enumerate(text.split("\n"), start=1):
        if not words.strip():
            continue
        try:
            record = json.loads(words)
        except (ValueError, RecursionError):
            _refuse(report, number, "", "JSON이 깨져 있습니다.")
            continue
        if not isinstance(record, dict) or record.get("record") not in RECORDS:
            _refuse(report, number, "", f"record가 {', '.join(RECORDS)} 가운데 하나가 아닙니다.")
            continue
        found[record["record"]].append(_Line(number, record))
    return found


def _refuse(report: EventsReport, number: int, name: object, reason: str) -> None:
    report.refused.append(Refusal(number, number, shown(name or ""), reason))


def _images(conn: Connection, lines: list[_Line], report: EventsReport) -> None:
    for line in lines:
        try:
            data, facts = image_of(line.record)
            images.put(conn, data, media_type=facts.media_type, width=facts.width, height=facts.height)
        except Refused as reason:
            _refuse(report, line.number, line.record.get("sha256"), str(reason))


def _queries(conn: Connection, collection_id: int, lines: list[_Line], report: EventsReport) -> None:
    """Restore a query's revisions where they go on from those that are here; a query of another content stays away."""
    revisions: dict[str, list[tuple[_Line, QueryRevision]]] = defaultdict(list)
    for line in lines:
        try:
            query = query_of(line.record)
            revisions[query.query_id].append((line, query))
        except Refused as reason:
            _refuse(report, line.number, line.record.get("query_id"), str(reason))
    sources = items.get_many(conn, collection_id, {query.source_item_id for told in revisions.values() for _, query in told
                                                   if query.source_item_id})
    pictures = images.get_many(conn, {query.image_hash for told in revisions.values() for _, query in told if query.image_hash})
    for query_id, told in revisions.items():
        here = queries.history(conn, collection_id, query_id)
        # Revisions are counted anew, from one: the file may hold some of them only.
        there = [replace(query, revision=number) for number, (_, query) in enumerate(told, start=1)]
        common = min(len(here), len(there))
        last = told[-1][0].number
        if here[:common] != there[:common]:
            _refuse(report, last, query_id, f"쿼리 '{shown(query_id)}'이(가) 다른 내용으로 이미 있습니다.")
        elif any(query.source_item_id and query.source_item_id not in sources for query in there):
            _refuse(report, last, query_id, f"쿼리 '{shown(query_id)}'의 원본 문항이 컬렉션에 없습니다.")
        elif any(query.image_hash and query.image_hash not in pictures for query in there):
            _refuse(report, last, query_id, f"쿼리 '{shown(query_id)}'의 그림이 파일에도 저장소에도 없습니다.")
        else:
            queries.restore(conn, collection_id, there[common:])
            report.queries += 1


def _rounds(conn: Connection, collection_id: int, lines: list[_Line], report: EventsReport) -> dict[int, int]:
    """Return this database's id for each round of the file; one that took place elsewhere is written down as closed."""
    here = {_identity(found): found.id for found in judgment_records.rounds(conn, collection_id)}
    numbers = {}
    for line in lines:
        try:
            told = round_of(line.record)
        except Refused as reason:
            _refuse(report, line.number, line.record.get("name"), str(reason))
            continue
        if _identity(told) not in here:
            here[_identity(told)] = judgment_records.add_round(conn, collection_id, told)
        numbers[told.id] = here[_identity(told)]
    return numbers


def _identity(told: RoundRecord) -> tuple[object, ...]:
    return told.kind, told.name, told.created_by, told.created_at


def _events(conn: Connection, collection_id: int, lines: list[_Line], numbers: dict[int, int], report: EventsReport) -> None:
    told = []
    for line in lines:
        try:
            told.append((line, *event_of(line.record, collection_id, numbers)))
        except Refused as reason:
            _refuse(report, line.number, line.record.get("uuid"), str(reason))
    revisions = {(query.query_id, query.content_hash) for query in queries.every_revision(conn, collection_id)}
    contents = items.get_many(conn, collection_id, {event.item_id for _, event, _ in told})
    stored = judgments.known(conn, [event.uuid for _, event, _ in told])
    new, outdated = [], 0
    for line, event, received_at in told:
        if (event.query_id, event.query_hash) not in revisions:
            reason = f"쿼리 '{shown(event.query_id)}'의 그 내용이 컬렉션에 없습니다."
        elif event.item_id not in contents:
            reason = f"문항 '{shown(event.item_id)}'이(가) 컬렉션에 없습니다."
        elif stored.get(event.uuid, event) != event:
            reason = "같은 번호(uuid)로 다른 내용의 판정이 이미 있습니다."
        else:
            report.judgments += 1
            outdated += contents[event.item_id].content_hash != event.item_hash
            if event.uuid not in stored:
                stored[event.uuid] = event
                new.append((event, received_at))
            continue
        _refuse(report, line.number, event.uuid, reason)
    judgment_records.restore(conn, new)
    report.added = len(new)
    if outdated:
        report.notes = (f"판정 {outdated:,}건은 문항의 내용이 지금과 달라 기록으로만 남고 정답에는 쓰이지 않습니다.",)
