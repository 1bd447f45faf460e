"""Calibration: a fixed set of pairs with agreed grades, and how a rater compares with them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

SIZE = 20


@dataclass(frozen=True, slots=True)
class AgreedPair:
    """A pair and the grade the seniors agreed on."""

    query_id: str
    item_id: str
    grade: int


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A rater against the agreed grades; everything but ``answered`` and ``total`` is None until all are answered."""

    answered: int
    total: int
    exact: float | None
    kappa: float | None
    """Quadratic-weighted; None where it is not defined."""
    confusion: tuple[tuple[int, ...], ...] | None
    """4 × 4, rows agreed, columns given."""
    differing: tuple[tuple[str, str, int, int | None], ...] | None
    """(query, item, agreed, given; None: unrateable), the widest difference first."""


def candidates(conn: Connection, collection_id: int, *, size: int = SIZE, seed: int = 1) -> list[AgreedPair]:
    """Return judged pairs fit for calibration (adjudicated, or several raters agreed), spread evenly over the grades."""
    raise NotImplementedError


def make(conn: Connection, collection_id: int, *, name: str, pairs: Sequence[AgreedPair], by: str, seed: int = 1) -> int:
    """Open a calibration round for every rater and return its number.

    Raises:
        InputError: there are no pairs, a pair comes twice, or a grade is not 0 to 3.
        NotFoundError: a query or an item does not exist.
    """
    raise NotImplementedError


def result(conn: Connection, round_id: int, rater: str) -> CalibrationResult:
    """Return how a rater's answers compare with the agreed grades.

    Raises:
        NotFoundError: there is no such calibration round.
    """
    raise NotImplementedError
