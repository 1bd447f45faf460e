"""How the plan stands: every task by fact or tick, every milestone by its tasks, against its dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection

from core.plan import calendar, facts, meetings, risks, tasks
from core.plan.facts import Fact
from core.plan.meetings import Meeting
from core.plan.risks import Stated
from core.plan.tasks import Milestone, Task
from core.store import plan_events
from core.store.collections import Collection
from core.store.plan_events import Kind, PlanEvent


@dataclass(frozen=True, slots=True)
class TaskState:
    """How a task stands."""

    task: Task
    done: bool
    by_fact: bool
    """The store tells; False: people do."""
    words: str
    """What is there or lacking, or the note of who ticked it."""
    by: str
    at: datetime | None
    due: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """How a milestone stands."""

    milestone: Milestone
    done: int
    of: int
    due: date | None
    late: bool

    @property
    def reached(self) -> bool:
        """Whether all its tasks are done."""
        return self.done == self.of


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole plan on a day."""

    collection: str
    today: date
    start: date | None
    off: tuple[date, ...]
    day: int | None
    """Days begun; None without a first day."""
    tasks: tuple[TaskState, ...]
    milestones: tuple[MilestoneState, ...]
    names: Mapping[str, str]
    """Who holds each role, by its key; '' where nobody is named."""
    risks: Mapping[str, Stated]
    meetings: tuple[Meeting, ...]

    @property
    def done(self) -> int:
        """How many tasks are done."""
        return sum(each.done for each in self.tasks)

    @property
    def late(self) -> tuple[TaskState, ...]:
        """Tasks that were due before today."""
        return tuple(each for each in self.tasks if each.late)

    def date_of(self, day: int) -> date | None:
        """Return the date of a day of the plan, None without a first day."""
        return calendar.date_of(self.start, day, self.off) if self.start else None


def of(conn: Connection, collection: Collection, *, today: date) -> Progress:
    """Return how the plan stands."""
    said = plan_events.latest(conn, collection.id)
    return joined(collection.name, facts.of(conn, collection), said, risks.stated(conn, collection.id), today=today)


def joined(collection: str, known: Mapping[str, Fact], said: Mapping[tuple[Kind, str], PlanEvent], stated: Mapping[str, Stated], *,
           today: date) -> Progress:
    """Return the progress from facts and what people said."""
    begun = said.get(("start", "start"))
    start = date.fromisoformat(begun.value["date"]) if begun else None
    off = tuple(date.fromisoformat(each) for each in begun.value["off"]) if begun else ()
    last = {phase.number: phase.last for phase in tasks.PHASES}

    def due(day: int) -> date | None:
        return calendar.date_of(start, day, off) if start else None

    states = tuple(_task(task, known.get(task.name), said.get(("task", task.name)), due(last[task.phase]), today) for task in tasks.TASKS)
    reached = []
    for each in tasks.MILESTONES:
        own = [state for state in states if state.task.phase == each.phase]
        done, when = sum(state.done for state in own), due(each.day)
        reached.append(MilestoneState(each, done, len(own), when, when is not None and when < today and done < len(own)))
    names = {role: said[("role", role)].value["name"] if ("role", role) in said else "" for role in tasks.ROLES}
    return Progress(collection, today, start, off, calendar.day_of(start, today, off) if start else None, states, tuple(reached), names,
                    stated, meetings.of(said, due))


def _task(task: Task, known: Fact | None, said: PlanEvent | None, due: date | None, today: date) -> TaskState:
    if known is not None:
        done, words, by, at = known.done, known.words, "", None
    elif said is not None:
        done, words, by, at = bool(said.value["done"]), said.value["note"], said.by, said.at
    else:
        done, words, by, at = False, "", "", None
    return TaskState(task, done, known is not None, words, by, at, due, due is not None and due < today and not done)


def as_json(found: Progress) -> dict[str, Any]:
    """Return the progress as plain data: what ``plan --json`` prints and a meeting keeps."""
    return {
        "collection": found.collection, "today": found.today.isoformat(), "start": found.start and found.start.isoformat(),
        "off": [each.isoformat() for each in found.off], "day": found.day, "done": found.done, "of": len(found.tasks),
        "tasks": [{"name": each.task.name, "title": each.task.title, "owner": each.task.owner, "done": each.done, "by_fact": each.by_fact,
                   "detail": each.words, "by": each.by, "due": each.due and each.due.isoformat(), "late": each.late}
                  for each in found.tasks],
        "milestones": [{"name": each.milestone.name, "title": each.milestone.title, "criterion": each.milestone.criterion,
                        "done": each.done, "of": each.of, "reached": each.reached, "due": each.due and each.due.isoformat(),
                        "late": each.late} for each in found.milestones],
        "roles": dict(found.names),
        "risks": [{"name": each.name, "title": each.title, "impact": each.impact, "likelihood": each.likelihood,
                   "response": each.response, "status": found.risks[each.name].status if each.name in found.risks else None,
                   "note": found.risks[each.name].note if each.name in found.risks else ""} for each in risks.RISKS],
        "meetings": [{"name": each.name, "title": each.title, "day": each.day, "due": each.due and each.due.isoformat(),
                      "held_on": each.held_on and each.held_on.isoformat(), "minutes": each.minutes} for each in found.meetings],
    }
