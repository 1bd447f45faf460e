"""What was refused, and the table of it: for the page, and as CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core import saving, spreadsheet

HEADER = ("줄", "순번", "문항 ID", "이유")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One item that was not taken."""

    line: int
    """Where it begins in the file, counted from 1."""
    ordinal: int
    """Which element of the list it is, counted from 1."""
    id: str
    """Empty where it has none that could be read."""
    reason: str


def table(refusals: Iterable[Refusal]) -> list[tuple[int, int, str, str]]:
    """Return the rows below HEADER."""
    return [(refusal.line, refusal.ordinal, refusal.id, refusal.reason) for refusal in refusals]


def to_csv(refusals: Iterable[Refusal]) -> bytes:
    """Return the table as a CSV file: a byte order mark so that Excel reads Hangul, no cell that Excel would run."""
    return spreadsheet.to_csv(HEADER, table(refusals))


def write_csv(refusals: Iterable[Refusal], path: Path) -> None:
    """Write the table as a CSV file.

    Raises:
        InputError: the file cannot be written.
    """
    saving.save(path, to_csv(refusals))
