"""Tables as CSV that a spreadsheet opens as they are: Hangul read, no cell run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS_FORMULA = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a CSV file: a byte order mark so that Excel reads Hangul, no cell that Excel would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def inert(cell: object) -> object:
    """Return a cell with an apostrophe in front where it begins like a formula, as spreadsheets themselves do it."""
    if isinstance(cell, str):
        words = cell.replace("\x00", "")
        return f"'{words}" if words.lstrip().startswith(_STARTS_FORMULA) or words[:1] in ("\t", "\r") else words
    return cell
