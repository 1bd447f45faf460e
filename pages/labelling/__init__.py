"""The sections of 정답 라벨링, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.accounts.person import Person
from pages.labelling import adjudicate, agreement, pool, queries, queue, rounds, versions
from pages.widgets import person


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: what it is called, what draws it; who may open it says ``core.accounts.access``."""

    title: str
    draw: Callable[[Person | None], None]


SECTIONS = {
    "queue": Section("판정하기", queue.draw),
    "queries": Section("쿼리 만들기", queries.draw),
    "pool": Section("후보 모으기", pool.draw),
    "rounds": Section("진행 상황", rounds.draw),
    "agreement": Section("일치도", agreement.draw),
    "adjudicate": Section("조정", adjudicate.draw),
    "versions": Section("정답 버전", versions.draw),
}


def sections_for(who: Person | None) -> list[str]:
    """Return the names of the sections a person may open."""
    # Whoever runs a labelling does it by name: a round, a decision and a version say whose they are.
    nameless = ("queue", "queries")
    return [name for name in SECTIONS if person.may_open(who, "label", name) and (who is not None or name in nameless)]
