"""The sections of 데이터와 설정, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.accounts.person import Person
from pages.bank import backup, collections, embeddings, machine, review


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: what it is called, what draws it."""

    title: str
    draw: Callable[[Person | None], None]


SECTIONS = {
    "collections": Section("문항과 표본", collections.draw),
    "review": Section("표본 검수", review.draw),
    "embeddings": Section("임베딩", embeddings.draw),
    "machine": Section("모델과 엔진", machine.draw),
    "backup": Section("백업", backup.draw),
}
