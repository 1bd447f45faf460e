"""진행: the whole POC in one run, the plan's tasks and milestones, risks, meetings."""

from __future__ import annotations

from pages.progressing import meetings, run, tasks
from pages.widgets import person, trouble


def main() -> None:
    """Draw the page."""
    who = person.current()
    for section in (run, tasks, meetings):
        with trouble.boundary():
            section.draw(who)


main()
