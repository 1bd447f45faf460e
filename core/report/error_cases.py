"""D9, the error cases as an Excel file with their figures: wanted and got side by side, cause and note of the staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from core.evaluation.results import Evaluation


def as_xlsx(conn: Connection, evaluation: Evaluation, cases: Sequence[Any]) -> bytes:
    """Return the workbook of ``analysis.cases.ErrorCase``."""
    raise NotImplementedError
