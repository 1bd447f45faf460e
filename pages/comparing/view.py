"""What is known of a comparison at one moment: lists, items, grades, overlap and measures, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.evaluation import measures
from core.labels.versions.truth import Truth
from core.search import overlap
from core.search.comparison import Column
from core.store.items import StoredItem
from core.store.queries import QueryRevision
from pages.comparing.address import Comparing


@dataclass(frozen=True, slots=True)
class Held:
    """One list held against the baseline's."""

    common: int
    """Items both lists have."""
    jaccard: float
    rbo: float


@dataclass(frozen=True, slots=True)
class View:
    """A comparison at one moment; columns that are not ready are not in ``columns``."""

    address: Comparing
    columns: Mapping[str, Column]
    items: Mapping[str, StoredItem]
    ranks: Mapping[str, Mapping[str, int]]
    """Rank by system and item."""
    moves: Mapping[str, Mapping[str, int | None]]
    """By how many places each item stands higher than in the baseline's list; empty until that is there."""
    common: frozenset[str]
    """Items every column has."""
    unique: Mapping[str, frozenset[str]]
    held: Mapping[str, Held]
    """By system, but the baseline."""
    grades: Mapping[str, int] | None
    """By item; None where there are none or they may not be seen."""
    truth: str
    """How the ground truth is named; empty where there is none to show."""
    measured: Mapping[str, Mapping[str, float | None]]

    @property
    def whole(self) -> bool:
        """Whether every column has come."""
        return all(system in self.columns for system in self.address.systems)


def cut(column: Column, k: int) -> Column:
    """Return a column's first places."""
    return column if column.result is None else replace(column, result=replace(column.result, hits=column.result.hits[:k]))


def of(address: Comparing, columns: Mapping[str, Column], items: Mapping[str, StoredItem], *, query: QueryRevision | None,
       truth: Truth | None) -> View:
    """Return the view of the columns that have come.

    Args:
        columns: may be longer than what is shown; the measures see all of it.
        query: the stored query that is asked, None for any other.
        truth: the grades this person may see.
    """
    found = {system: columns[system].item_ids for system in address.systems
             if system in columns and columns[system].result is not None}
    lists = {system: listed[: address.k] for system, listed in found.items()}
    base = address.baseline
    several = len(lists) > 1
    held = {} if base not in lists else {
        system: Held(len(set(listed) & set(lists[base])), overlap.jaccard(lists[base], listed), overlap.rbo(lists[base], listed))
        for system, listed in lists.items() if system != base}
    graded = truth.of(query, {item_id: item.content_hash for item_id, item in items.items()}) if truth and query else None
    measured = {} if not graded else {
        system: measures.of_query(listed, graded, relevant_from=truth.relevant_from) for system, listed in found.items()}
    return View(
        address, {system: cut(column, address.k) for system, column in columns.items()}, items,
        {system: {item_id: rank for rank, item_id in enumerate(listed, start=1)} for system, listed in lists.items()},
        overlap.moves(lists, base) if base in lists else {},
        frozenset(overlap.common(lists)) if several else frozenset(),
        {system: frozenset(found) for system, found in overlap.unique(lists).items()} if several else {},
        held, graded, truth.title if graded is not None else "", measured,
    )
