"""The files of an evaluation, as the command line writes them and the page hands them out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection

from core import saving
from core.evaluation.analysis import cases as error_case_search
from core.evaluation.analysis.cases import ErrorCase
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import BASELINE, GATE
from core.evaluation.verdict.outcome import Decision
from core.report import error_cases, search_results, trec_files, workbook

SUBJECT = "qwen3-vl"


def write(conn: Connection, evaluation: Evaluation, *, csv: Path | None = None, xlsx: Path | None = None, errors: Path | None = None,
          trec: Path | None = None, decision: Decision | None = None) -> list[Path]:
    """Write the files that are asked for, each whole or not at all, and return their paths.

    Args:
        csv: ``search_results.csv`` (plan 12.2).
        xlsx: the accuracy workbook (D7).
        errors: the error cases with figures (D9).
        trec: a ZIP of lists and grades for other programs.
        decision: for the cover of the workbook.

    Raises:
        InputError: a file cannot be written; those before it are there.
    """
    now = datetime.now(UTC)
    found = cases(conn, evaluation) if xlsx or errors else []
    made = {
        csv: lambda: search_results.as_csv(evaluation),
        xlsx: lambda: workbook.as_xlsx(evaluation, cases=found, decision=decision, made_at=now),
        errors: lambda: error_cases.as_xlsx(conn, evaluation, found, made_at=now),
        trec: lambda: trec_files.as_zip(evaluation),
    }
    asked = {path: make for path, make in made.items() if path is not None}
    for path, make in asked.items():
        saving.save(path, make())
    return list(asked)


def cases(conn: Connection, evaluation: Evaluation, *, scenario: str = GATE, system: str = SUBJECT) -> list[ErrorCase]:
    """Return a system's error cases in a scenario; none where it was not run there."""
    if not evaluation.scenarios[scenario].has(system):
        return []
    return error_case_search.of(conn, evaluation, scenario=scenario, system=system, against=SUBJECT if system == BASELINE else BASELINE)
