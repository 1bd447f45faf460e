"""쿼리별."""

from __future__ import annotations

from pages.measuring.data import Shown
from pages.widgets import results


def draw(at: Shown) -> None:
    """Draw the section."""
    results.calm("아직 없습니다.")
