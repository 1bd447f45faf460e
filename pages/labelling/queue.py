"""판정하기: a rater's pairs, one after the other."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import results


def draw(who: Person | None) -> None:
    """Draw the section."""
    results.calm("준비 중입니다.")
