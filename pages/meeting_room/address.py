"""A step of the meeting as an address, and the comparison that the live search shows there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from core.meeting.steps import NAMES
from pages.comparing import address as comparing
from pages.comparing.address import Comparing
from pages.widgets.address import last, version

PATH = "/meeting"
View = Literal["", "notes", "handout"]
SIDE_BY_SIDE = ("qwen3-vl", "kure+siglip")
"""A projector carries few columns: what is decided on, beside what it would replace."""
DEPTH = 5
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link to the meeting carries; the live search adds its own (``Presented``)."""

    step: str = NAMES[0]
    view: View = ""
    """``notes`` is the presenter's second window, ``handout`` everything on paper."""
    gt: int | None = None
    case: str = ""
    """Query id of the error case that is shown."""

    def parameters(self) -> dict[str, str]:
        """Return the query parameters; what is at its default is left out."""
        said = {"step": self.step if self.step != NAMES[0] else "", "view": self.view,
                "gt": str(self.gt) if self.gt is not None else "", "case": self.case if self.step == "errors" else ""}
        return {name: value for name, value in said.items() if value}

    def link(self) -> str:
        """Return a link within the page, never empty."""
        return "?" + urlencode(self.parameters() or {"step": self.step})

    def at(self, step: str) -> Asked:
        """Return another step under the same ground truth."""
        return replace(self, step=step, case="")


@dataclass(frozen=True, slots=True)
class Presented(Comparing):
    """A comparison shown at the meeting: its links stay there."""

    def parameters(self) -> dict[str, list[str]]:
        """Return the comparison's query parameters and the step they belong to."""
        return {"step": ["search"], **Comparing.parameters(self)}


def parse(parameters: Mapping[str, Sequence[str]]) -> tuple[Asked, list[str]]:
    """Read query parameters; return them, and one Korean sentence for each value that could not be used."""
    notes: list[str] = []
    step, view = last(parameters, "step"), last(parameters, "view")
    if step and step not in NAMES:
        notes.append(f"주소에 적힌 순서 '{step[:20]}'은(는) 없어서 처음부터 보여 드립니다.")
    return Asked(step if step in NAMES else NAMES[0], view if view in get_args(View) else "",
                 version(last(parameters, "gt"), notes), last(parameters, "case")[:_LONGEST]), notes


def presented(parameters: Mapping[str, Sequence[str]]) -> tuple[Presented, list[str]]:
    """Read the live search: two systems and few places, unless the address says otherwise."""
    read, notes = comparing.parse(parameters)
    systems = read.systems if last(parameters, "systems") else SIDE_BY_SIDE
    k = read.k if last(parameters, "k") else DEPTH
    told = {field.name: getattr(read, field.name) for field in fields(Comparing)}
    return Presented(**told | {"systems": systems, "k": k, "size": "large", "list": ""}), notes
