"""정답 버전: freeze, compare, export."""

from __future__ import annotations

from core.accounts.person import Person
from pages.widgets import results


def draw(who: Person | None) -> None:
    """Draw the section."""
    results.calm("준비 중입니다.")
