"""판정."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import results


def draw(who: Person | None) -> None:
    """Draw the section."""
    results.calm("아직 없습니다.")
