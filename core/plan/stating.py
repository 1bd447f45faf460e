"""What people state of the plan: the first day, ticks, names, risks. Facts are never overruled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from psycopg import Connection

from core import typed
from core.errors import InputError, NotFoundError
from core.plan import facts, tasks
from core.plan.risks import RISKS, STATUSES
from core.store import plan_events

MOST_OFF = 60


def days(words: str) -> list[date]:
    """Return the dates that a line names, with blanks or commas between.

    Raises:
        InputError: one of them is no date.
    """
    found = []
    for word in words.replace(",", " ").split():
        try:
            found.append(date.fromisoformat(word))
        except ValueError:
            raise InputError(f"'{word}'은(는) 날짜가 아닙니다. 2026-12-25처럼 적어 주세요.") from None
    return found


def start(conn: Connection, collection_id: int, day: date, *, off: Iterable[date] = (), by: str, uuid: UUID | None = None) -> None:
    """State the plan's first day and the days without work beside weekends.

    Raises:
        InputError: there is no name, or too many days off.
    """
    listed = sorted(set(off))
    if len(listed) > MOST_OFF:
        raise InputError(f"쉬는 날이 너무 많습니다({len(listed)}일). {MOST_OFF}일 안으로 적어 주세요.")
    _append(conn, collection_id, "start", "start", {"date": day.isoformat(), "off": [each.isoformat() for each in listed]}, by, uuid)


def tick(conn: Connection, collection_id: int, task: str, *, done: bool, note: str = "", by: str, uuid: UUID | None = None) -> None:
    """State that a task is done, or is not.

    Raises:
        NotFoundError: there is no such task.
        InputError: facts tell how that task stands.
    """
    if task not in tasks.BY_NAME:
        raise NotFoundError(f"'{task}'이라는 태스크는 없습니다. 1.1에서 5.4까지의 번호를 적어 주세요.")
    if task in facts.KNOWN:
        raise InputError(f"태스크 {task}은(는) 저장된 것을 보고 정해져 손으로 표시할 수 없습니다.")
    _append(conn, collection_id, "task", task, {"done": done, "note": typed.line(note, "메모", longest=500)}, by, uuid)


def name(conn: Connection, collection_id: int, role: str, holder: str, *, by: str, uuid: UUID | None = None) -> None:
    """State who holds a role; an empty name takes it back.

    Raises:
        NotFoundError: there is no such role.
    """
    if role not in tasks.ROLES:
        raise NotFoundError(f"'{role}'이라는 역할은 없습니다. 있는 역할: {', '.join(tasks.ROLES)}.")
    _append(conn, collection_id, "role", role, {"name": typed.line(holder, "이름")}, by, uuid)


def risk(conn: Connection, collection_id: int, which: str, *, status: str, note: str = "", by: str, uuid: UUID | None = None) -> None:
    """State how a risk stands.

    Raises:
        NotFoundError: there is no such risk.
        InputError: there is no such status.
    """
    if which not in {each.name for each in RISKS}:
        raise NotFoundError(f"'{which}'이라는 위험은 없습니다. R1에서 R7까지의 번호를 적어 주세요.")
    if status not in STATUSES:
        raise InputError(f"'{status}'(으)로는 적을 수 없습니다. 쓸 수 있는 것: {', '.join(STATUSES)}.")
    _append(conn, collection_id, "risk", which, {"status": status, "note": typed.block(note, "메모", longest=2000)}, by, uuid)


def _append(conn: Connection, collection_id: int, kind: plan_events.Kind, which: str, value: dict, by: str, uuid: UUID | None) -> None:
    if not (by := typed.line(by, "이름")):
        raise InputError("적는 사람의 이름을 적어 주세요.")
    plan_events.append(conn, collection_id, kind=kind, name=which, value=value, by=by, uuid=uuid)
