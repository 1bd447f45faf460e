"""Tables as CSV: what a chart shows, or what a page lists, as a file that a spreadsheet opens as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from numbers import Integral, Real

from core import spreadsheet

DECIMALS = 6
"""Of a fraction in a file. More than a reader needs, so that nobody has to ask for the rest."""


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[object]], *, about: Mapping[str, object] | None = None) -> bytes:
    """Return a table as CSV (UTF-8 with BOM, no cell that a spreadsheet would run).

    Args:
        headers: one name a column.
        rows: as many cells each; see ``plain`` for what becomes of them.
        about: columns whose value is the same in every row, put behind the others: which ground truth, which models.
            ``provenance.of`` makes them.

    Raises:
        ValueError: a row is not as wide as the headers.
    """
    said = about or {}
    end = [plain(value) for value in said.values()]
    return spreadsheet.to_csv([str(spreadsheet.inert(name)) for name in (*headers, *said)],
                              ([*(plain(cell) for _, cell in zip(headers, row, strict=True)), *end] for row in rows))


def plain(value: object) -> object:
    """Return a cell's value as a file shows it.

    Nothing (None, a number that is none) is an empty cell, a truth 예 or 아니요, a moment ISO 8601 to the second, a fraction is
    rounded to six decimals. Numbers of numpy become Python's.
    """
    if value is None:
        return ""
    # The two kinds that large tables are made of, before the slower questions; numpy's double is a float.
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return round(float(value), DECIMALS) if math.isfinite(value) else ""
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy's own is no Integral
        return "예" if value else "아니요"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return round(number, DECIMALS) if math.isfinite(number) else ""
    return str(value)
