"""The plan's further criteria (2.3): how much simpler, how many days saved, what the figures gain."""

from __future__ import annotations

from psycopg import Connection

from core.evaluation.results import Evaluation
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.outcome import Band


def of(conn: Connection, evaluation: Evaluation, gate_file: GateFile | None = None) -> tuple[Band, ...]:
    """Return the bands in the gate file's order."""
    raise NotImplementedError
