"""What was refused, and the table of it: for the page, and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError

_STARTS_FORMULA = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠")
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
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows([_inert(cell) for cell in row] for row in table(refusals))
    return out.getvalue().encode("utf-8-sig")


def write_csv(refusals: Iterable[Refusal], path: Path) -> None:
    """Write the table as a CSV file.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        path.write_bytes(to_csv(refusals))
    except OSError as error:
        raise InputError(f"'{path}'에 거절 목록을 쓸 수 없습니다. 폴더와 권한을 확인해 주세요.") from error


def _inert(cell: object) -> object:
    """A cell that begins like a formula gets an apostrophe in front, as spreadsheets themselves do it."""
    if isinstance(cell, str):
        words = cell.replace("\x00", "")
        return f"'{words}" if words.lstrip().startswith(_STARTS_FORMULA) or words[:1] in ("\t", "\r") else words
    return cell
