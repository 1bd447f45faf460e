"""Agreement: how far raters agree who judged the same pairs without seeing each other's grade."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from core.labels.coefficients import (
    Estimate,
    alpha_estimate,
    kappa_estimate,
    krippendorff_alpha,
    unmeasured,
    weighted_kappa,
)
from core.labels.confusion import Confusion

__all__ = ["AgreementReport", "Consistency", "Disagreement", "Estimate", "RaterPair", "RaterWork", "Slice",
           "alpha_estimate", "kappa_estimate", "krippendorff_alpha", "report", "unmeasured", "weighted_kappa"]


@dataclass(frozen=True, slots=True)
class RaterWork:
    """How much one rater judged: pairs graded and pairs called unrateable."""

    rater: str
    graded: int
    unrateable: int


@dataclass(frozen=True, slots=True)
class RaterPair:
    """Two raters over the pairs both graded."""

    first: str
    second: str
    kappa: Estimate
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class Slice:
    """Alpha over the items of one unit or one kind."""

    name: str
    alpha: Estimate


@dataclass(frozen=True, slots=True)
class Consistency:
    """One rater's hidden second look against the first."""

    rater: str
    kappa: Estimate
    confusion: Confusion


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair that raters graded differently; ``grades`` by rater, ``spread`` the largest difference."""

    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    grades: tuple[tuple[str, int], ...]
    spread: int


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Everything about agreement in a collection or one of its rounds."""

    collection_id: int
    round_id: int | None
    raters: tuple[RaterWork, ...]
    overall: Estimate
    """Krippendorff's alpha, ordinal."""
    pairs: tuple[RaterPair, ...]
    by_unit: tuple[Slice, ...]
    by_kind: tuple[Slice, ...]
    confusion: Confusion
    """All pairs of raters together, from both sides."""
    consistency: tuple[Consistency, ...]
    disagreements: tuple[Disagreement, ...]
    """The widest first."""


def report(conn: Connection, collection_id: int, *, round_id: int | None = None) -> AgreementReport:
    """Measure agreement between people who labelled blind; repeats only within a rater, calibration and unblinded not at all."""
    raise NotImplementedError
