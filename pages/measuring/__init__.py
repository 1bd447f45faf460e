"""The sections of 지표와 판정, in the order of a meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.measuring import cases, costs, downloads, queries, scenarios, slices, systems, verdict
from pages.measuring.data import Shown


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: what it is called, and what draws it."""

    title: str
    draw: Callable[[Shown], None]
    needs_results: bool = True
    """Drawn only where some scenario has a system with values; the page says what to do where none has."""


SECTIONS = {
    "verdict": Section("판정", verdict.draw, needs_results=False),
    "systems": Section("시스템별 지표", systems.draw),
    "scenarios": Section("시나리오", scenarios.draw),
    "slices": Section("세부 분석", slices.draw),
    "queries": Section("쿼리별", queries.draw),
    "cases": Section("오류 사례", cases.draw),
    "variants": Section("변형과 비용", costs.draw),
    "downloads": Section("내려받기", downloads.draw),
}
