"""Which of a ground truth's queries count in a scenario, with which grades: needs no run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import Connection

from core.evaluation.results import ScoredQuery
from core.evaluation.scenarios import SCENARIOS, Scenario
from core.items.record import Kind
from core.labels.versions.truth import Truth
from core.search import query as searching
from core.store import items, queries
from core.store.collections import Collection
from core.store.items import StoredItem
from core.store.queries import QueryRevision

GONE, RETIRED = "지금은 없는 쿼리입니다.", "거둔 쿼리입니다."
CHANGED, SOURCE_CHANGED = "정답을 매긴 뒤 내용이 바뀐 쿼리입니다.", "원본 문항이 바뀌었거나 없어진 쿼리입니다."
NO_RELEVANT = "이 범위에 정답이 없는 쿼리입니다."
_OF_SOURCE = ("subject", "unit", "difficulty", "item_type")


@dataclass(frozen=True, slots=True)
class Selected:
    """A scenario's queries, in order of id."""

    queries: tuple[ScoredQuery, ...]
    excluded: Mapping[str, tuple[str, ...]]
    """Ids of the truth's other queries, by Korean reason."""
    items: int
    """Items of the corpus."""


def of(conn: Connection, collection: Collection, scenario: Scenario, truth: Truth) -> Selected:
    """Return what counts in one scenario."""
    return _selected(_read(conn, collection.id, truth), scenario, items.count(conn, collection.id, filters=scenario.filters))


def of_all(conn: Connection, collection: Collection, truth: Truth) -> dict[str, Selected]:
    """Return what counts in every scenario, by key; the collection is read once."""
    source = _read(conn, collection.id, truth)
    return {key: _selected(source, scenario, items.count(conn, collection.id, filters=scenario.filters))
            for key, scenario in SCENARIOS.items()}


@dataclass(frozen=True, slots=True)
class _Source:
    truth: Truth
    usable: Mapping[str, QueryRevision]
    excluded: Mapping[str, str]
    """Reasons that hold in every scenario, by query id."""
    kinds: Mapping[str, Kind]
    """Of judged and source items that the collection has, by id."""
    hashes: Mapping[str, str]
    sources: Mapping[str, StoredItem]
    parts: Mapping[str, frozenset[str]]


def _read(conn: Connection, collection_id: int, truth: Truth) -> _Source:
    revisions = {query.query_id: query for query in queries.current(conn, collection_id, retired=True)
                 if query.query_id in truth.query_hashes}
    stale = queries.stale(conn, collection_id, revisions.values())
    excluded = {query_id: reason for query_id in truth.query_hashes
                if (reason := _why_not(truth, revisions.get(query_id), stale))}
    usable = {query_id: query for query_id, query in sorted(revisions.items()) if query_id not in excluded}
    wanted = {query.source_item_id for query in usable.values() if query.source_item_id}
    known = items.kinds(conn, collection_id, truth.item_hashes.keys() | wanted)
    return _Source(truth, usable, excluded, {item: kind for item, (kind, _) in known.items()},
                   {item: content for item, (_, content) in known.items()}, items.get_many(conn, collection_id, wanted),
                   searching.parts(conn, collection_id, usable.values()))


def _why_not(truth: Truth, query: QueryRevision | None, stale: set[str]) -> str:
    if query is None:
        return GONE
    if query.retired:
        return RETIRED
    if query.query_id in stale:
        return SOURCE_CHANGED
    return CHANGED if truth.of(query) is None else ""


def _selected(source: _Source, scenario: Scenario, corpus: int) -> Selected:
    counted, excluded = [], defaultdict(list)
    for query_id, reason in sorted(source.excluded.items()):
        excluded[reason].append(query_id)
    for query in source.usable.values():
        if reason := searching.lacking(source.parts[query.query_id], scenario.part):
            excluded[reason].append(query.query_id)
        elif (scored := _scored(source, query, scenario, corpus)).relevant:
            counted.append(scored)
        else:
            excluded[NO_RELEVANT].append(query.query_id)
    return Selected(tuple(counted), {reason: tuple(ids) for reason, ids in excluded.items()}, corpus)


def _scored(source: _Source, query: QueryRevision, scenario: Scenario, corpus: int) -> ScoredQuery:
    def inside(item: str) -> bool:
        allowed = scenario.filters.kind
        return item in source.kinds and (not allowed or source.kinds[item].value in allowed)

    own = query.source_item_id or ""
    grades = {item: grade for item, grade in (source.truth.of(query, source.hashes) or {}).items()
              if item != own and inside(item)}
    relevant = sum(grade >= source.truth.relevant_from for grade in grades.values())
    return ScoredQuery(query, _group(query, source.sources.get(own)), _facets(query, source.sources.get(own)), grades, relevant,
                       corpus - inside(own))


def _group(query: QueryRevision, source: StoredItem | None) -> str:
    """Queries of one family of items are no independent witnesses; a prefix keeps a family and an item of one name apart."""
    family = source.item.metadata.get("family") if source else None
    if family:
        return f"family:{family}"
    return f"item:{query.source_item_id}" if query.source_item_id else f"query:{query.query_id}"


def _facets(query: QueryRevision, source: StoredItem | None) -> dict[str, str]:
    told = {name: getattr(source.item, name) if source else "" for name in _OF_SOURCE}
    return {**told, "kind": source.kind.value if source else "", "query_type": query.query_type}
