"""Runs: a system's ranked lists for a collection's queries, stored as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.engine.client import EngineClient
from core.store.database import Database
from core.store.queries import QueryRevision
from core.store.runs import Run

DEPTH = 100


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run did."""

    run_id: int
    done: int
    """Queries the run has a list for now, those of an earlier call included."""
    left_out: tuple[tuple[str, str], ...]
    """Query ids the system cannot take, with a Korean reason."""
    added: int = 0
    """Queries this call asked."""
    cancelled: bool = False


def run_system(db: Database, engine: EngineClient, system: str, *, collection: str,
               queries: Sequence[QueryRevision] | None = None, depth: int = DEPTH, rerank_depth: int = 50,
               progress: Callable[[int, int], None] | None = None,
               cancelled: Callable[[], bool] | None = None) -> RunOutcome:
    """Store what a system returns for each query; what is stored already is not asked again.

    The same system over the same vectors, items and depths is the same run: it goes on with the queries it lacks.

    Args:
        system: name or letter, with a variant's suffixes if any.
        collection: its name.
        queries: the collection's current ones where None.
        depth: places of each list.
        rerank_depth: how many of them system E reads again.
        progress: called in this thread with (queries done, queries in all).
        cancelled: asked before each query; what is stored stays.

    Raises:
        NotFoundError: no such system or collection, or it is not embedded for the system.
        ModelError: a model cannot be loaded, or changed in the middle.
        EngineError: the engine did not answer.
    """
    raise NotImplementedError


def latest(conn: Connection, collection_id: int, system: str) -> Run | None:
    """Return the newest run of a system (name or letter) that has answered anything."""
    raise NotImplementedError


def stale(conn: Connection, run: Run) -> bool:
    """Return whether the system would now search other vectors or items than the run did."""
    raise NotImplementedError
