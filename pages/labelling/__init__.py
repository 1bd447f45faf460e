"""The sections of 정답 라벨링, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.accounts.person import Person
from pages.labelling import adjudicate, agreement, pool, queries, queue, rounds, versions


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: what it is called, who may open it, what draws it."""

    title: str
    draw: Callable[[Person | None], None]
    managers_only: bool = True


SECTIONS = {
    "queue": Section("판정하기", queue.draw, managers_only=False),
    "queries": Section("쿼리 만들기", queries.draw, managers_only=False),
    "pool": Section("후보 모으기", pool.draw),
    "rounds": Section("진행 상황", rounds.draw),
    "agreement": Section("일치도", agreement.draw),
    "adjudicate": Section("조정", adjudicate.draw),
    "versions": Section("정답 버전", versions.draw),
}


def sections_for(who: Person | None) -> list[str]:
    """Return the names of the sections a person may open."""
    return [name for name, section in SECTIONS.items() if not section.managers_only or (who and who.manages_labels)]
