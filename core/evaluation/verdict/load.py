"""The decision on a collection, with everything it rests on read from the store; for the pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from psycopg import Connection

from core.evaluation import assembling
from core.evaluation.resampling import Resampling
from core.evaluation.results import Evaluation
from core.evaluation.verdict import background, critical, evidence, gates
from core.evaluation.verdict.body import Body
from core.evaluation.verdict.decision import decide
from core.evaluation.verdict.outcome import Decision
from core.store import critical_errors, measurements, reviews, seen_gates, stated_values


def decision_for(conn: Connection, collection_name: str, version: int | None = None, *,
                 thresholds: Mapping[str, float] | None = None, gate_file: Path | None = None) -> Decision:
    """Assemble the evaluation of a ground truth version (the latest where None) and decide on it.

    Raises:
        NotFoundError: no such collection, version or gate.
        InputError: the gate file or a threshold cannot be used.
    """
    return decision_of(conn, assembling.load(conn, collection_name, version=version), thresholds=thresholds, gate_file=gate_file)


def decision_of(conn: Connection, evaluation: Evaluation, *, thresholds: Mapping[str, float] | None = None,
                gate_file: Path | None = None, drawn: Resampling | None = None) -> Decision:
    """Decide on an evaluation that is there already.

    Args:
        thresholds: other thresholds by gate name, to ask "what if"; the result says that it is hypothetical.
        drawn: the resampling of the gate set's queries, where it has been made already.

    Raises:
        NotFoundError: there is no such gate.
        InputError: the gate file or a threshold cannot be used.
    """
    return decide(body_of(conn, evaluation, gate_file=gate_file, drawn=drawn), thresholds)


def body_of(conn: Connection, evaluation: Evaluation, *, gate_file: Path | None = None, drawn: Resampling | None = None) -> Body:
    """Return the evidence alone: what takes time is done once, and ``decision.decide`` on it is free for any thresholds."""
    return evidence.gather(evaluation, gates.load(gate_file), measured=measurements.listing(conn),
                           register=critical.history(conn, evaluation.collection_id),
                           background=background.read(conn, evaluation), drawn=drawn)


def fingerprint(conn: Connection, collection_id: int) -> str:
    """Return a word that changes with whatever a decision, its answers and bands rest on beside the evaluation."""
    states = (critical_errors.state, stated_values.state, seen_gates.state, reviews.state_of_freezes)
    return " ".join((measurements.state(conn), *(state(conn, collection_id) for state in states)))
