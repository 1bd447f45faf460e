"""The whole of ``core evaluate``, for the command line and the page's button: search, tune, and be ready to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.engine.client import EngineClient
from core.evaluation.execution import executing, plan, tuning
from core.evaluation.execution.executing import ExecutionOutcome, Progress
from core.evaluation.scenarios import BASELINE
from core.labels.versions import truth as truths
from core.search import variants
from core.store import collections
from core.store.database import Database


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was done; ``assembling.load`` reads the result."""

    execution: ExecutionOutcome | None
    """None where nothing was to be searched for."""
    tuned: tuple[int, ...]
    """Runs of D with tuned weights under the ground truth."""
    notes: tuple[str, ...]
    """Korean sentences: what could not be done, and why."""

    @property
    def cancelled(self) -> bool:
        """Whether somebody stopped it."""
        return self.execution is not None and self.execution.cancelled


def evaluate(db: Database, engine: Callable[[], EngineClient] | None, *, collection: str, version: int | None = None,
             scenarios: Sequence[str] | None = None, systems: Sequence[str] | None = None, progress: Progress | None = None,
             cancelled: Callable[[], bool] | None = None) -> Evaluated:
    """Store missing lists and choose D's weights by a ground truth.

    Args:
        engine: gives the engine's client, asked only where a list is missing; None: nothing is searched for, D is tuned from
            what is there.
        version: number of a ground truth; the latest, or the judgments as they stand, where None.
        scenarios, systems: as in ``plan.planned``.

    Raises:
        As ``executing.execute``; NotFoundError where there is no such version.
    """
    with db.connection() as conn:
        found = collections.get(conn, collection)
        truths.load(conn, found.id, version)  # a wrong number is said before minutes of searching
    execution = None
    if engine is not None:
        execution = executing.execute(db, engine, collection=collection, scenarios=scenarios, systems=systems,
                                      progress=progress, cancelled=cancelled)
    if execution is not None and execution.cancelled:
        return Evaluated(execution, (), _refusals(execution))
    with db.connection() as conn:
        truth = truths.load(conn, found.id, version)
    # Whatever was asked for: it costs no search, and a page that shows D beside A would otherwise lack its weights.
    tuned, notes = tuning.retune(db, found, truth) if truth.rows else ({}, {})
    with_d = systems is None or BASELINE in {variants.find(name).name for name in systems}
    asked = {scenario.scope for scenario in plan.scopes(scenarios)} if with_d else set()
    return Evaluated(execution, tuple(tuned.values()), (*_refusals(execution), *(note for scope, note in notes.items() if scope in asked)))


def _refusals(execution: ExecutionOutcome | None) -> tuple[str, ...]:
    """One sentence for each reason, with the systems it holds for."""
    by_reason: dict[str, list[str]] = {}
    for each in execution.refused if execution else ():
        by_reason.setdefault(each.reason, []).append(each.system)
    return tuple(f"{', '.join(dict.fromkeys(names))}: {reason}" for reason, names in by_reason.items())
