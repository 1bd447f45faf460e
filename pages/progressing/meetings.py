"""The three meetings: agenda, the state of things then, minutes."""

from __future__ import annotations

from core.accounts.person import Person


def draw(who: Person | None) -> None:
    """Draw the meetings."""
