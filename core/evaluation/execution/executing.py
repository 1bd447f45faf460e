"""Run chosen systems over chosen scenarios, each query read once by each encoder, and store what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from core.engine.client import EngineClient
from core.errors import EngineDiedError, InputError, ModelError, NotFoundError
from core.evaluation.execution import plan
from core.evaluation.execution.plan import PlannedRun
from core.evaluation.scenarios import Scope
from core.evaluation.verdict import gates
from core.search import running, variants
from core.search.fusion import DEFAULT_WEIGHT
from core.search.running import RunOutcome
from core.store import collections, queries, seen_gates
from core.store.database import Database

Progress = Callable[[int, int, str], None]
"""Called with lists seen to, lists wanted over all systems and scopes, and what is done now, in Korean."""


@dataclass(frozen=True, slots=True)
class Executed:
    """One system over one scope. ``outcome`` is None where nothing had to be asked."""

    system: str
    scope: Scope
    run_id: int | None
    """None where no query of the scope is for this system."""
    outcome: RunOutcome | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """One system over one scope that could not be run, with a Korean reason."""

    system: str
    scope: Scope
    reason: str


@dataclass(frozen=True, slots=True)
class ExecutionOutcome:
    """What an execution did."""

    executed: tuple[Executed, ...]
    refused: tuple[Refused, ...]
    cancelled: bool = False

    @property
    def added(self) -> int:
        """Lists this call stored."""
        return sum(each.outcome.added for each in self.executed if each.outcome)


def execute(db: Database, engine: Callable[[], EngineClient], *, collection: str, scenarios: Sequence[str] | None = None,
            systems: Sequence[str] | None = None, progress: Progress | None = None,
            cancelled: Callable[[], bool] | None = None) -> ExecutionOutcome:
    """Bring the stored lists up to date. What a model cannot do, or the engine twice did not survive, is refused for its systems;
    the others go on.

    Queries are encoded one at a time, so that what is stored is a latency; the vectors are kept for all systems and scopes.

    Args:
        engine: gives the engine's client; asked only where a list is missing.
        collection: its name.
        scenarios, systems: as in ``plan.planned``.
        progress: called in this thread.
        cancelled: asked before each query; what is stored stays, and the next call goes on from there.

    Raises:
        NotFoundError, InputError: no such collection, scenario or system.
        EngineError: the engine did not answer; what is stored stays.
    """
    with db.connection() as conn:
        found = collections.get(conn, collection)
        wanted = plan.planned(conn, found, scenarios, systems)
        asked = queries.current(conn, found.id)
        # From here on results can be seen.
        file = gates.load()
        seen_gates.note(conn, found.id, sha256=file.sha256, body=file.path.read_text(encoding="utf-8"))
    executed = [Executed(each.system, each.scope, each.run_id) for each in wanted if each.state == "there"]
    refused = [Refused(each.system, each.scope, each.reason) for each in wanted if each.state == "unavailable"]
    open_ = [each for each in wanted if each.state not in ("there", "unavailable")]
    report, stopped = progress or (lambda done, total, words: None), cancelled or (lambda: False)
    total, done = sum(each.missing for each in open_), 0
    encoder = None
    for group in _together(open_):
        if stopped():
            break
        encoder = encoder or running.encoder_of_runs(engine())
        names, missing = [each.system for each in group], sum(each.missing for each in group)
        try:
            outcomes = running.run_together(
                db, encoder.engine, names, collection=collection, queries=asked, over=plan.range_of(group[0].scope),
                encoder=encoder, cancelled=stopped, progress=_within(report, done, missing, total, _words(group)))
            executed += [Executed(each.system, each.scope, outcome.run_id, outcome)
                         for each, outcome in zip(group, outcomes, strict=True)]
        except (NotFoundError, InputError, ModelError, EngineDiedError) as error:
            refused += [Refused(each.system, each.scope, str(error)) for each in group]
        done += missing
    return ExecutionOutcome(tuple(executed), tuple(refused), any(each.outcome.cancelled for each in executed if each.outcome)
                            or len(executed) + len(refused) < len(wanted))


def _together(wanted: Sequence[PlannedRun]) -> Iterator[list[PlannedRun]]:
    """D's weights search by the same scores, so they go query by query; every other system goes alone."""
    def shared(each: PlannedRun) -> tuple[str, str]:
        return each.scope, replace(variants.find(each.system), weight=DEFAULT_WEIGHT).name

    for _, group in groupby(wanted, key=shared):
        yield list(group)


def _within(report: Progress, done: int, missing: int, total: int, words: str) -> Callable[[int, int], None]:
    """Return the progress of a run as a part of the whole: it counts queries that are there or are not for the system, too."""
    began: list[int] = []

    def told(seen: int, of: int) -> None:
        began[:] = began or [seen]
        share = (seen - began[0]) / (of - began[0]) if of > began[0] else 1.0
        report(done + round(missing * share), total, words)

    return told


def _words(group: Sequence[PlannedRun]) -> str:
    title = "모든 문항" if group[0].scope == "all" else group[0].scope
    return f"{title} · {group[0].label}" + (f" 외 가중치 {len(group) - 1}개" if len(group) > 1 else "")
