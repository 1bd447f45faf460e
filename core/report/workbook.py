"""The accuracy results as one Excel file: a cover, then a sheet for each of the plan's tasks 3.2 to 3.8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evaluation.results import Evaluation


def as_xlsx(evaluation: Evaluation, *, cases: Sequence[Any] = (), decision: Any = None) -> bytes:
    """Return the workbook.

    Args:
        cases: ``analysis.cases.ErrorCase`` of the gate set, for sheet 3.8.
        decision: ``verdict.decision.Decision``, for the cover; None leaves the verdict out.
    """
    raise NotImplementedError
