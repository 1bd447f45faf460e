"""보고서와 결정: the final report, its prose and files; the decision and its signatures."""

from __future__ import annotations

from pages.deciding import record
from pages.reporting import making
from pages.widgets import person, trouble


def main() -> None:
    """Draw the page."""
    who = person.current()
    for section in (making, record):
        with trouble.boundary():
            section.draw(who)


main()
