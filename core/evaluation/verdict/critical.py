"""Critical errors (plan 2.2: Korean mangled, crashes): what people entered into the register, and automatic checks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.evaluation.verdict.outcome import CriticalError
from core.search import variants
from core.store import critical_errors
from core.store.critical_errors import CriticalEvent


def open_(conn: Connection, collection_id: int, *, system: str, title: str, note: str = "", by: str, uuid: UUID | None = None) -> UUID:
    """Enter an error and return its id.

    Args:
        system: name or letter, with a variant's suffixes if any; the error counts for the system and its variants.
        uuid: of the event; sending the same again stores it once.

    Raises:
        InputError: title or name is empty.
        NotFoundError: there is no such system.
    """
    if not title.strip() or not by.strip():
        raise InputError("어떤 오류인지와 적는 사람의 이름을 적어 주세요.")
    error_id = uuid or uuid4()
    critical_errors.append(conn, collection_id, error_id, system=variants.find(system).name, open_=True, title=title.strip(),
                           note=note.strip(), by=by.strip(), uuid=uuid)
    return error_id


def close(conn: Connection, collection_id: int, error_id: UUID | str, *, note: str, by: str) -> None:
    """Close an error, with how it was dealt with; a closed one stays as it is.

    Raises:
        InputError: the note or the name is empty.
        NotFoundError: there is no such error.
    """
    if not note.strip() or not by.strip():
        raise InputError("오류를 어떻게 해결했는지와 닫는 사람의 이름을 적어 주세요.")
    with conn.transaction():
        critical_errors.lock(conn, collection_id)
        found = next((each for each in history(conn, collection_id) if each.error_id == str(error_id)), None)
        if found is None:
            raise NotFoundError("등록부에 그런 오류가 없습니다. 목록을 새로 고친 뒤 다시 골라 주세요.")
        if found.open:
            critical_errors.append(conn, collection_id, UUID(found.error_id), system=found.system, open_=False, title=found.title,
                                   note=note.strip(), by=by.strip())


def history(conn: Connection, collection_id: int) -> list[CriticalError]:
    """Return every error that was ever entered, oldest first."""
    return folded(critical_errors.events(conn, collection_id))


def open_errors(conn: Connection, collection_id: int) -> list[CriticalError]:
    """Return the errors that are open now, oldest first."""
    return [each for each in history(conn, collection_id) if each.open]


def folded(events: Sequence[CriticalEvent]) -> list[CriticalError]:
    """Return how every error stands after its events, by when it was first entered."""
    found: dict[UUID, CriticalError] = {}
    for event in events:
        first = found.get(event.error_id)
        if event.open or first is None:
            found[event.error_id] = CriticalError(str(event.error_id), event.system, event.title, event.open, event.by, event.at,
                                                  event.note)
        else:
            found[event.error_id] = CriticalError(first.error_id, first.system, first.title, False, first.opened_by, first.opened_at,
                                                  first.note, event.by, event.at, event.note)
    return list(found.values())
