"""System D with a weight chosen from labels, never on the queries that chose it: a derived run."""

from __future__ import annotations

from psycopg import Connection

from core.evaluation.scenarios import Scope
from core.labels.versions.truth import Truth
from core.store.collections import Collection
from core.store.database import Database
from core.store.runs import Run


def retune(db: Database, collection: Collection, truth: Truth) -> tuple[list[int], tuple[str, ...]]:
    """Store the tuned lists of every scope that has what they need; the same inputs are the same run. Asks no engine.

    Returns:
        The runs' ids, and Korean sentences about scopes that could not be tuned.
    """
    raise NotImplementedError


def of_truth(conn: Connection, collection_id: int, scope: Scope, truth: Truth) -> Run | None:
    """Return the newest tuned run whose weights were chosen by exactly this ground truth."""
    raise NotImplementedError
