"""The decision beside the computed verdict, its signatures, and whether its evidence still stands."""

from __future__ import annotations

from core.accounts.person import Person


def draw(who: Person | None) -> None:
    """Draw the decision and what can be done about it."""
