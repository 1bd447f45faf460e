"""The decision on a collection, with everything it rests on read from the store; for the pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from psycopg import Connection

from core.evaluation.results import Evaluation
from core.evaluation.verdict.outcome import Decision
from core.store import critical_errors, measurements, stated_values


def decision_for(conn: Connection, collection_name: str, version: int | None = None, *,
                 thresholds: Mapping[str, float] | None = None, gate_file: Path | None = None) -> Decision:
    """Assemble the evaluation of a ground truth version (the latest where None) and decide on it."""
    raise NotImplementedError


def decision_of(conn: Connection, evaluation: Evaluation, *, thresholds: Mapping[str, float] | None = None,
                gate_file: Path | None = None) -> Decision:
    """Decide on an evaluation that is there already.

    Args:
        thresholds: other thresholds by gate name, to ask "what if"; the result says that it is hypothetical.
    """
    raise NotImplementedError


def fingerprint(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with whatever a decision, its answers and bands rest on beside the evaluation."""
    return " ".join((measurements.state(conn), critical_errors.state(conn, collection_id), stated_values.state(conn, collection_id)))
