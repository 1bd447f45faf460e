"""Run chosen systems over chosen scenarios, each query read once by each encoder, and store what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.engine.client import EngineClient
from core.evaluation.scenarios import Scope
from core.search.running import RunOutcome
from core.store.database import Database

Progress = Callable[[int, int, str], None]
"""Called with lists stored, lists wanted over all systems and scopes, and what is done now, in Korean."""


@dataclass(frozen=True, slots=True)
class Executed:
    """One system over one scope. ``outcome`` is None where nothing had to be asked."""

    system: str
    scope: Scope
    run_id: int
    outcome: RunOutcome | None


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


def execute(db: Database, engine: EngineClient, *, collection: str, scenarios: Sequence[str] | None = None,
            systems: Sequence[str] | None = None, progress: Progress | None = None,
            cancelled: Callable[[], bool] | None = None) -> ExecutionOutcome:
    """Bring the stored lists up to date.

    Args:
        collection: its name.
        scenarios, systems: as in ``plan.planned``.
        progress: called in this thread.
        cancelled: asked before each query; what is stored stays, and the next call goes on from there.

    Raises:
        NotFoundError, InputError: no such collection, scenario or system.
        EngineError: the engine did not answer; what is stored stays.
    """
    raise NotImplementedError
