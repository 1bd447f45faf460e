"""조정: a senior decides where raters differ."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import results


def draw(who: Person | None) -> None:
    """Draw the section."""
    results.calm("준비 중입니다.")
