"""A comparison as a file to keep: CSV for a spreadsheet, one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from core.search.comparison import Comparison
from core.store.database import Database


def as_csv(db: Database, comparison: Comparison, *, address: str = "", grades: Mapping[str, int] | None = None) -> bytes:
    """Return the columns that have come as CSV (UTF-8 with BOM), one row a place of a system's list.

    Args:
        address: the page's address, so that whoever gets the file can open the same view.
        grades: 0 to 3 by item id where the reader may see them; None leaves the column out.
    """
    raise NotImplementedError


def as_html(db: Database, comparison: Comparison, *, address: str = "", grades: Mapping[str, int] | None = None) -> bytes:
    """Return the columns that have come as one HTML file that loads nothing; arguments as in ``as_csv``."""
    raise NotImplementedError
