"""Store what a rater's browser sends: each judgment once, in the order it was made, acknowledged after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from core.errors import InputError
from core.labels import flags, queue, rounds, tokens
from core.labels.queue import QueueEntry
from core.labels.tokens import Assignment
from core.store import judgments
from core.store.database import Database
from core.store.judgments import JudgmentEvent

MOST_EVENTS = 200
"""In one request; a fuller outbox is sent in several."""
LONGEST_NOTE = 2000
LONGEST_MS = 24 * 3600 * 1000
KINDS = ("grade", "unrateable", "withdraw", "flag")
_AHEAD = timedelta(seconds=5)
"""A browser's clock may run ahead; what claims to come from the future would win over every later correction."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the events sent: the uuids that are stored (now or before), and (uuid, reason) of those refused."""

    stored: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def record(db: Database, assignment: Assignment, events: Sequence[Mapping[str, Any]]) -> Recorded:
    """Store a browser's events in one transaction; when this returns, they are on disk.

    Each event has ``uuid``, ``ref`` (of a queue entry), ``kind`` (grade, unrateable, withdraw or flag), ``grade`` (0–3 with
    kind grade), ``note``, ``at`` (milliseconds since 1970, by the server's clock as the browser knows it), ``ms`` (spent)
    and ``client``. An event that cannot be stored is refused alone; sending one again changes nothing.

    Raises:
        InputError: there are too many events in one request.
        NotFoundError: the round is gone.
        StoreError: the database does not answer; nothing of this request is acknowledged.
    """
    if len(events) > MOST_EVENTS:
        raise InputError(f"한 번에 판정 {MOST_EVENTS}건까지 보낼 수 있습니다. 화면을 새로 고쳐 주세요.")
    done = Recorded()
    with db.connection() as conn, conn.transaction():
        found = rounds.get(conn, assignment.round_id)
        entries = queue.entries(conn, assignment.round_id, assignment.rater)
        known = dict(zip(tokens.refs(conn, assignment, entries), entries, strict=True))
        before = judgments.known(conn, [uuid for event in events if (uuid := _uuid(event)) is not None])
        for event in events:
            name = str(event.get("uuid", ""))[:64]
            try:
                with conn.transaction():
                    if not _is_there(assignment, before.get(_uuid(event)), event):
                        _store(conn, assignment, found.guideline_version, known, event)
            except InputError as error:
                done.refused.append((name, str(error)))
            else:
                done.stored.append(name)
    return done


def _is_there(assignment: Assignment, stored: JudgmentEvent | None, event: Mapping[str, Any]) -> bool:
    """Return whether an event was stored before; its pair may have left the queue since, so this is asked first."""
    if stored is None:
        return False
    said = (stored.grade, stored.unrateable, stored.note, stored.rater, stored.round_id)
    if said != (_grade(event), event.get("kind") == "unrateable", _note(event), assignment.rater, assignment.round_id):
        raise InputError("같은 번호로 다른 판정이 이미 저장되어 있습니다. 화면을 새로 고친 뒤 다시 판정해 주세요.")
    return True


def _store(conn: Connection, assignment: Assignment, guidelines: str, known: Mapping[str, QueueEntry],
           event: Mapping[str, Any]) -> None:
    kind, entry = event.get("kind"), known.get(str(event.get("ref", "")))
    if entry is None:
        raise InputError("이 판정은 지금 맡은 문항의 것이 아니어서 저장하지 않았습니다. 화면을 새로 고쳐 주세요.")
    if kind not in KINDS:
        raise InputError("알 수 없는 판정이라 저장하지 않았습니다. 화면을 새로 고쳐 주세요.")
    note, uuid = _note(event), _uuid(event)
    if uuid is None:
        raise InputError("판정의 번호가 잘못되어 저장하지 않았습니다. 화면을 새로 고쳐 주세요.")
    if len(note) > LONGEST_NOTE:
        raise InputError(f"메모가 {LONGEST_NOTE:,}자를 넘어 저장하지 않았습니다. 줄여서 다시 판정해 주세요.")
    if kind == "flag":
        flags.flag(conn, assignment.collection_id, entry.item_id, by=assignment.rater, reason=note, uuid=uuid)
        return
    if kind == "grade" and _grade(event) is None:
        raise InputError("등급은 0부터 3까지입니다. 화면을 새로 고친 뒤 다시 판정해 주세요.")
    judgments.append(conn, [JudgmentEvent(
        uuid=uuid, collection_id=assignment.collection_id, query_id=entry.query_id, query_hash=entry.query_hash,
        item_id=entry.item_id, item_hash=entry.item_hash, grade=_grade(event), unrateable=kind == "unrateable",
        rater=assignment.rater, origin="human", note=note, ms_spent=_whole(event.get("ms"), LONGEST_MS),
        guideline_version=guidelines, client_id=str(event.get("client") or "")[:64], round_id=assignment.round_id,
        purpose=entry.purpose, created_at=_when(event.get("at")),
    )])


def _grade(event: Mapping[str, Any]) -> int | None:
    grade = event.get("grade")
    return grade if event.get("kind") == "grade" and type(grade) is int and 0 <= grade <= 3 else None


def _note(event: Mapping[str, Any]) -> str:
    return str(event.get("note") or "").replace("\x00", "")


def _uuid(event: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(event.get("uuid")))
    except ValueError:
        return None


def _whole(value: Any, most: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return int(value)


def _when(value: Any) -> datetime:
    """Return when the event was made; a time that is none or lies ahead becomes now."""
    now = datetime.now(UTC)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4e12:
        return now
    made = datetime.fromtimestamp(int(value) / 1000, UTC)
    return now if made > now + _AHEAD else made
