"""Judgments: append-only events, and the view of what holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.rows import class_row

from core.errors import InputError

Origin = Literal["human", "constructed", "model", "mirrored", "carried"]
Purpose = Literal["label", "repeat", "calibration", "adjudication"]

_COLUMNS = sql.SQL("""uuid, collection_id, query_id, query_hash, item_id, item_hash, grade, rater, origin, note, ms_spent,
       guideline_version, client_id, created_at, round_id, purpose, blinded, unrateable""")
_APPEND = """
INSERT INTO judgment_events (uuid, collection_id, query_id, query_hash, item_id, item_hash, grade, rater, origin, note,
                             ms_spent, guideline_version, client_id, created_at, round_id, purpose, blinded, unrateable)
VALUES (%(uuid)s, %(collection_id)s, %(query_id)s, %(query_hash)s, %(item_id)s, %(item_hash)s, %(grade)s, %(rater)s,
        %(origin)s, %(note)s, %(ms_spent)s, %(guideline_version)s, %(client_id)s, %(created_at)s,
        %(round_id)s, %(purpose)s, %(blinded)s, %(unrateable)s)
ON CONFLICT (uuid) DO NOTHING
"""
_BY_UUID = sql.SQL("SELECT {} FROM judgment_events WHERE uuid = ANY(%(uuids)s)").format(_COLUMNS)
_CURRENT = sql.SQL("""
SELECT {} FROM judgments_current
 WHERE collection_id = %(collection_id)s AND purpose = ANY(%(purposes)s) AND (blinded OR %(unblinded)s)
 ORDER BY query_id, query_hash, item_id, item_hash, rater
""").format(_COLUMNS)
_EVENTS = sql.SQL("""
SELECT {} FROM judgment_events WHERE collection_id = %(collection_id)s ORDER BY sequence
""").format(_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentEvent:
    """One thing a rater said about one exact pair of query and item (their content hashes are part of it).

    ``grade`` is 0 to 3, or None where it was withdrawn or, with ``unrateable``, cannot be given. ``purpose`` says what it
    was for; ``blinded`` is False where the rater saw which system proposed the item. Whoever creates the event makes its uuid, so
    that sending it again (a lost answer, a reloaded page) stores it once.
    """

    collection_id: int
    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    grade: int | None
    rater: str
    origin: Origin
    note: str = ""
    ms_spent: int | None = None
    guideline_version: str = ""
    client_id: str = ""
    round_id: int | None = None
    purpose: Purpose = "label"
    blinded: bool = True
    unrateable: bool = False
    uuid: UUID = field(default_factory=uuid4)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


def append(conn: Connection, events: Sequence[JudgmentEvent]) -> int:
    """Store events, all or none; return how many were new. When this returns, they are on disk.

    Raises:
        InputError: a uuid is known with another content, or a grade is not 0 to 3.
    """
    if not events:
        return 0
    for event in events:
        if event.grade not in (None, 0, 1, 2, 3):
            raise InputError(f"등급 {event.grade}은(는) 쓸 수 없습니다. 0부터 3까지 가운데 골라 주세요.")
    with conn.transaction(), conn.cursor() as cursor:
        cursor.executemany(_APPEND, [asdict(event) for event in events])
        added = cursor.rowcount
        if added < len(events):
            _refuse_other_content(conn, events)
    return added


def known(conn: Connection, uuids: Sequence[UUID]) -> dict[UUID, JudgmentEvent]:
    """Return the events of these uuids that are stored."""
    with conn.cursor(row_factory=class_row(JudgmentEvent)) as cursor:
        rows = cursor.execute(_BY_UUID, {"uuids": list(uuids)}).fetchall()
    return {event.uuid: event for event in rows}


def current(conn: Connection, collection_id: int, *, purposes: Sequence[Purpose] = ("label",),
            unblinded: bool = False) -> list[JudgmentEvent]:
    """Return the last event of each rater on each exact pair for each purpose; withdrawn ones are there with grade None.

    Unless asked for, hidden repeats, calibration, adjudication and unblinded judgments are not among them.
    """
    return _fetch(conn, _CURRENT, collection_id, purposes=list(purposes), unblinded=unblinded)


def events(conn: Connection, collection_id: int) -> list[JudgmentEvent]:
    """Return every event in the order of its arrival."""
    return _fetch(conn, _EVENTS, collection_id)


def _fetch(conn: Connection, query: sql.Composed, collection_id: int, **values: object) -> list[JudgmentEvent]:
    with conn.cursor(row_factory=class_row(JudgmentEvent)) as cursor:
        return cursor.execute(query, {"collection_id": collection_id, **values}).fetchall()


def _refuse_other_content(conn: Connection, given: Sequence[JudgmentEvent]) -> None:
    stored = known(conn, [event.uuid for event in given])
    for event in given:
        if stored[event.uuid] != event:
            raise InputError("같은 번호로 다른 내용의 판정이 이미 저장되어 있습니다. 화면을 새로 고친 뒤 다시 판정해 주세요.")
