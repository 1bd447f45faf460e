"""The whole POC in one run: its steps, what is done, the button that goes on."""

from __future__ import annotations

from core.accounts.person import Person


def draw(who: Person | None) -> None:
    """Draw the steps and, for those who may, the button."""
