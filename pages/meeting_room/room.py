"""What every slide draws from, and the few shapes that slides share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.accounts.person import Person
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.outcome import Decision
from core.store.collections import Collection
from pages.measuring import data, gaps
from pages.measuring.data import Shown
from pages.meeting_room.address import Asked
from pages.widgets.text import attribute, inline


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Who looks, at which step, at what."""

    who: Person | None
    asked: Asked
    collection: Collection
    file: GateFile
    at: Shown | None
    """The evaluation under the ground truth that is asked for; None while this person may not see grades."""
    once: dict[str, Any] = field(default_factory=dict)
    """What a slide's sentence and its body both read, kept for this drawing alone."""

    @property
    def results(self) -> Shown:
        """The evaluation (RuntimeError: this person may not see it; ``hidden`` says so before)."""
        if self.at is None:
            raise RuntimeError(gaps.UNSEEN)
        return self.at

    @property
    def hidden(self) -> str:
        """Why results are not shown to this person; empty where they are."""
        return gaps.UNSEEN if self.at is None else ""

    @property
    def lacking(self) -> str:
        """Why there is no measured result to show; empty where there is some."""
        return self.hidden or gaps.of_evaluation(self.results.evaluation)

    @property
    def decision(self) -> Decision:
        """The computed verdict."""
        return data.decision(self.results)


def lines(title: str, listed: Sequence[str], *, name: str = "") -> str:
    """Return a short list with its title."""
    rows = "".join(f"<li>{inline(each)}</li>" for each in listed)
    return f'<div class="ib-meet-lines {name}"><b>{attribute(title)}</b><ol>{rows}</ol></div>'


def tally(told: Sequence[tuple[str, str, str]]) -> str:
    """Return (what, number, remark) side by side in the largest letters of a slide."""
    cells = "".join(f"<div><span>{attribute(what)}</span><b>{attribute(number)}</b><small>{attribute(remark)}</small></div>"
                    for what, number, remark in told)
    return f'<div class="ib-meet-tally">{cells}</div>'
