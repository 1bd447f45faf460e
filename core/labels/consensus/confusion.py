"""Confusions: how often one rater's grade met another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.labels.consensus.coefficients import GRADES


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often ``first`` gave the row's grade where ``second`` gave the column's; 4 × 4, grades 0 to 3."""

    first: str
    second: str
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """How many pairs both graded."""
        return sum(map(sum, self.counts))

    @property
    def exact(self) -> float | None:
        """The share with the same grade; None where nothing was graded by both."""
        return sum(self.counts[grade][grade] for grade in range(GRADES)) / self.n if self.n else None

    @property
    def widest(self) -> int:
        """The largest difference in grades that occurred."""
        return max((abs(row - column) for row in range(GRADES) for column in range(GRADES) if self.counts[row][column]),
                   default=0)


def confusion(first: str, second: str, a: Sequence[int], b: Sequence[int]) -> Confusion:
    """Count two raters' grades of the same pairs."""
    counts = [[0] * GRADES for _ in range(GRADES)]
    for one, other in zip(a, b, strict=True):
        counts[one][other] += 1
    return Confusion(first, second, tuple(map(tuple, counts)))


def together(first: str, second: str, confusions: Sequence[Confusion]) -> Confusion:
    """Add confusions up, each counted from both sides, so that the sum is symmetric and favours no rater."""
    counts = tuple(tuple(sum(each.counts[row][column] + each.counts[column][row] for each in confusions)
                         for column in range(GRADES)) for row in range(GRADES))
    return Confusion(first, second, counts)
