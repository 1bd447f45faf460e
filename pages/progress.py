"""진행: the whole POC in one run, the plan's tasks and milestones, risks, meetings."""

from __future__ import annotations

from pages.progressing import meetings, run, tasks
from pages.widgets import person, trouble


def main() -> None:
    """Draw the page."""
    who = person.current()
    # Who decides comes to see where the plan stands; who computes, to go on.
    leads = who is not None and who.role == "tf"
    for section in (tasks, run, meetings) if leads else (run, tasks, meetings):
        with trouble.boundary():
            section.draw(who)


main()
