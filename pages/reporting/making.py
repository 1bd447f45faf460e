"""The final report: the latest one, making it, its files."""

from __future__ import annotations

from core.accounts.person import Person


def draw(who: Person | None) -> None:
    """Draw the report and what can be done with it."""
