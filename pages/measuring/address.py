"""What of 지표와 판정 is shown, as an address: section, ground truth version, scenario, system, measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from core.errors import NotFoundError
from core.evaluation.scenarios import GATE, PRIMARY, SCENARIOS, TUNED
from core.search import variants
from pages.widgets.address import DEFAULT_SYSTEMS, last, version, written

PATH = "/metrics"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link to the page carries; sections may add parameters of their own beside these."""

    section: str = ""
    """Key of ``pages.measuring.SECTIONS``; empty is the first."""
    gt: int | None = None
    """Number of the ground truth version; None is the latest, or what is judged so far where none is frozen."""
    scenario: str = GATE
    system: str = DEFAULT_SYSTEMS[0]
    measure: str = PRIMARY

    def parameters(self) -> dict[str, str]:
        """Return the query parameters; what is at its default is left out."""
        plain = Asked()
        said = {"section": self.section, "gt": str(self.gt) if self.gt is not None else "",
                "scenario": self.scenario if self.scenario != plain.scenario else "",
                "system": written(self.system) if self.system != plain.system else "",
                "measure": self.measure if self.measure != plain.measure else ""}
        return {name: value for name, value in said.items() if value}

    def link(self) -> str:
        """Return a link within the dashboard."""
        return f"{PATH}?{urlencode(self.parameters())}"


def parse(parameters: Mapping[str, Sequence[str]], *, sections: Sequence[str], measures: Sequence[str]) -> tuple[Asked, list[str]]:
    """Read query parameters.

    Args:
        sections: keys of the page's sections.
        measures: names of the measures there are.

    Returns:
        What is asked, and one Korean sentence for each value that could not be used and was left out.
    """
    notes: list[str] = []
    section = last(parameters, "section")
    return Asked(
        section=section if section in sections else "",
        gt=version(last(parameters, "gt"), notes),
        scenario=_one_of(last(parameters, "scenario"), SCENARIOS, Asked().scenario, "시나리오", notes),
        system=_system(last(parameters, "system"), notes),
        measure=_one_of(last(parameters, "measure"), measures, Asked().measure, "지표", notes),
    ), notes


def _one_of(value: str, allowed: Sequence[str] | Mapping[str, object], default: str, what: str, notes: list[str]) -> str:
    if value and value not in allowed:
        notes.append(f"주소에 적힌 {what} '{value[:20]}'은(는) 없어서 처음 것으로 보여 드립니다.")
    return value if value in allowed else default


def _system(value: str, notes: list[str]) -> str:
    if not value:
        return Asked().system
    if value in (TUNED, written(TUNED)):  # a derived run: no variant to search with
        return TUNED
    try:
        return variants.find(value).name
    except NotFoundError:
        notes.append(f"주소에 적힌 시스템 '{value[:40]}'은(는) 없어서 A로 보여 드립니다.")
        return Asked().system
