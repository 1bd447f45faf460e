"""The plan's tasks and milestones, and the risks."""

from __future__ import annotations

from core.accounts.person import Person


def draw(who: Person | None) -> None:
    """Draw the timeline, the checklist and the risks."""
