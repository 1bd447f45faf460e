"""Which ranked lists an evaluation wants, and which of them are there: asks no engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.evaluation.scenarios import Scope
from core.store.collections import Collection

State = Literal["there", "partial", "missing", "stale", "unavailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One system over one scope."""

    system: str
    label: str
    scope: Scope
    state: State
    """``partial``: some queries have no list yet; ``stale``: its vectors, items or models are others today."""
    wanted: int
    """Queries the system can take there."""
    answered: int
    """Those of them that a run of today's vectors has a list for."""
    run_id: int | None
    """The run an evaluation reads now, stale or not."""
    reason: str = ""
    """Why it is unavailable, in Korean."""

    @property
    def missing(self) -> int:
        """Queries that are still to be searched for."""
        return self.wanted - self.answered if self.state != "unavailable" else 0


def planned(conn: Connection, collection: Collection, scenarios: Sequence[str] | None = None,
            systems: Sequence[str] | None = None) -> list[PlannedRun]:
    """Return every list wanted, scope by scope, in the order in which ``executing.execute`` makes them.

    Args:
        scenarios: keys of ``scenarios.SCENARIOS``; all where None.
        systems: names or letters, with a variant's suffixes; the usual ones of each scope where None.

    Raises:
        NotFoundError: no such system or variant.
        InputError: no such scenario.
    """
    raise NotImplementedError
