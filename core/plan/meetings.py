"""The plan's three meetings (10.3): agenda, the state of things when one was held, minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from core import typed
from core.errors import InputError, NotFoundError
from core.store import plan_events
from core.store.plan_events import Kind, PlanEvent

ATTENDEES = "TF 전체"


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str
    title: str
    day: int
    agenda: tuple[str, ...]


PLANNED: tuple[_Planned, ...] = (
    _Planned("day2", "Day 2 회의", 2, ("환경 구축 완료 확인", "데이터 검토")),
    _Planned("day5", "Day 5 회의", 5, ("중간 점검", "초기 결과 공유")),
    _Planned("day10", "Day 10 회의", 10, ("최종 결과 리뷰", "Go/No-Go 결정")),
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting, and how it went where it was held."""

    name: str
    title: str
    day: int
    due: date | None
    agenda: tuple[str, ...]
    held_on: date | None
    attendees: str
    minutes: str
    snapshot: Mapping[str, Any] | None
    """How the plan stood when it was held, as ``progress.as_json``; later minutes keep it."""
    by: str
    at: datetime | None


def of(said: Mapping[tuple[Kind, str], PlanEvent], due: Callable[[int], date | None]) -> tuple[Meeting, ...]:
    """Return the three meetings from what people said of them."""
    return tuple(_meeting(each, said.get(("meeting", each.name)), due(each.day)) for each in PLANNED)


def hold(conn: Connection, collection_id: int, name: str, *, on: date, snapshot: Mapping[str, Any], attendees: str = ATTENDEES,
         minutes: str = "", by: str, uuid: UUID | None = None) -> None:
    """State that a meeting was held, and keep how the plan stands now.

    Raises:
        NotFoundError: there is no such meeting.
        InputError: it was held already, or there is no name.
    """
    if _last(conn, collection_id, name) is not None:
        raise InputError("이미 연 회의입니다. 회의록만 고칠 수 있습니다.")
    _say(conn, collection_id, name, {"held_on": on.isoformat(), "snapshot": dict(snapshot), "attendees": attendees, "minutes": minutes},
         by, uuid)


def write(conn: Connection, collection_id: int, name: str, *, minutes: str, attendees: str | None = None, by: str,
          uuid: UUID | None = None) -> None:
    """Write the minutes of a meeting that was held; what they said before stays in the history, the snapshot as it was.

    Raises:
        NotFoundError: there is no such meeting.
        InputError: it was not held yet, or there is no name.
    """
    last = _last(conn, collection_id, name)
    if last is None:
        raise InputError("아직 열지 않은 회의입니다. 먼저 회의를 열었다고 적어 주세요.")
    _say(conn, collection_id, name, {**last.value, "minutes": minutes,
                                     "attendees": last.value["attendees"] if attendees is None else attendees}, by, uuid)


def _last(conn: Connection, collection_id: int, name: str) -> PlanEvent | None:
    if name not in {each.name for each in PLANNED}:
        raise NotFoundError(f"'{name}'이라는 회의는 없습니다. 있는 회의: {', '.join(each.name for each in PLANNED)}.")
    return next(iter(plan_events.history(conn, collection_id, "meeting", name)), None)


def _say(conn: Connection, collection_id: int, name: str, value: dict[str, Any], by: str, uuid: UUID | None) -> None:
    if not (by := typed.line(by, "이름")):
        raise InputError("적는 사람의 이름을 적어 주세요.")
    told = {**value, "minutes": typed.block(value["minutes"], "회의록", longest=20_000),
            "attendees": typed.line(value["attendees"], "참석자", longest=500)}
    plan_events.append(conn, collection_id, kind="meeting", name=name, value=told, by=by, uuid=uuid)


def _meeting(planned: _Planned, said: PlanEvent | None, due: date | None) -> Meeting:
    told = said.value if said else {}
    return Meeting(planned.name, planned.title, planned.day, due, planned.agenda,
                   date.fromisoformat(told["held_on"]) if said else None, told.get("attendees", ATTENDEES), told.get("minutes", ""),
                   told.get("snapshot"), said.by if said else "", said.at if said else None)
