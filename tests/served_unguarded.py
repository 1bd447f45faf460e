"""Runs the dashboard with jobs that are rows without processes, listed as they are now, and with pages that can be made to show
everything to everybody: ``python tests/served_unguarded.py run app.py …``.

While the file ``UNGUARDED`` names is there, no page hides a part or a button from anybody. What then still refuses is the question
that every act asks itself, which is what the tests of the roles want to see; nothing of the product knows of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from core.accounts import access, rights
from core.decision import roles
from core.jobs import launching
from core.store.jobs import Job
from pages.widgets import jobs, person

FLAG = "UNGUARDED"


class Now:
    """A listing that is kept for no second, in place of a cached one."""

    def __init__(self, read: Callable[[], list[Job]]) -> None:
        self._read = read

    def __call__(self) -> list[Job]:
        return self._read()

    def clear(self) -> None:
        """Do nothing: nothing is kept."""


def unguard(holder: Any, name: str, shown: Any) -> None:
    """Let what asks whether to draw something answer ``shown`` while the flag is there."""
    before = getattr(holder, name)
    setattr(holder, name, lambda *args, **named: shown if Path(os.environ[FLAG]).exists() else before(*args, **named))


if __name__ == "__main__":
    launching._launch = lambda database, job: None
    jobs._listed = Now(jobs._listed.__wrapped__)
    # The tray asks the table itself; so does the door, which stays as it is.
    jobs.rights = SimpleNamespace(may_cancel=rights.may_cancel, of_job=rights.of_job)  # type: ignore[assignment]
    for holder, name, shown in ((person, "may", True), (person, "may_open", True), (access, "pages_for", frozenset(access.PAGES)),
                                (roles, "may_sign", True), (jobs.rights, "may_cancel", True)):
        unguard(holder, name, shown)
    from streamlit.web import cli

    cli.main()
