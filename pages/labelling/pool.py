"""후보 모으기: open a round over the union of what systems and people propose."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import results


def draw(who: Person | None) -> None:
    """Draw the section."""
    results.calm("준비 중입니다.")
