"""Is 'B is similar to A' the same judgment as 'A is similar to B'? Measured on pairs judged both ways, then used.

A pair can be mirrored where both sides are queries that are an item: query A with candidate B, and query B with candidate
A. Only people's grades are mirrored, only onto pairs that nobody judged, and only where the sample judged in both
directions has at least ``LEAST`` pairs and its weighted kappa's lower bound is at least ``KAPPA_FROM``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.labels.consensus import final
from core.labels.consensus.coefficients import kappa_estimate
from core.store import items, queries
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision
from core.store.truths import FrozenRow

LEAST = 20
KAPPA_FROM = 0.6
RULE = (
    f"양쪽 방향으로 판정한 쌍이 {LEAST}개 이상이고 가중 카파의 95 % 구간 아래쪽이 {KAPPA_FROM} 이상이면, "
    "한쪽만 판정한 문항–문항 쌍의 등급을 반대쪽에도 씁니다."
)
"""The rule as pages and reports state it."""

Said = Mapping[tuple[str, str], Sequence[JudgmentEvent]]


@dataclass(frozen=True, slots=True)
class MirrorCheck:
    """What the sample judged in both directions says."""

    n: int
    """Pairs that people judged in both directions."""
    kappa: float | None
    low: float | None
    high: float | None
    """Quadratic-weighted kappa between the directions with its 95 % interval; None: 측정 안 됨."""
    allowed: bool
    possible: int
    """Pairs judged in one direction whose other direction nobody judged."""
    reason: str
    """The decision in one Korean sentence."""


def check(conn: Connection, collection_id: int) -> MirrorCheck:
    """Measure whether grades may be mirrored in a collection."""
    return of(queries.current(conn, collection_id), final.pairs(conn, collection_id))


def of(asked: Sequence[QueryRevision], said: Said) -> MirrorCheck:
    """Decide from the current queries and what holds about each pair."""
    forward, backward, clusters, possible = [], [], [], 0
    for pair, turned in _symmetric(asked, said):
        one, other = _by_people(said[pair]), _by_people(said.get(turned, ()))
        if one is None:
            continue
        if turned not in said:
            possible += 1
        elif other is not None and pair < turned:
            forward.append(one.grade)
            backward.append(other.grade)
            clusters.append(pair[0])
    n = len(forward)
    if n == 0:
        return MirrorCheck(0, None, None, None, False, possible, "양쪽 방향으로 판정한 쌍이 없어 맞바꿀 수 있는지 모릅니다.")
    found = kappa_estimate(forward, backward, clusters)
    if n < LEAST:
        return MirrorCheck(n, found.value, found.low, found.high, False, possible,
                           f"양쪽 방향으로 판정한 쌍이 {n}개뿐입니다({LEAST}개부터 판단합니다).")
    if found.low is None or found.low < KAPPA_FROM:
        low = "측정되지 않아" if found.low is None else f"{found.low:.2f}로 {KAPPA_FROM}에 못 미쳐"
        return MirrorCheck(n, found.value, found.low, found.high, False, possible,
                           f"방향 사이 일치도의 아래쪽 한계가 {low} 맞바꾸지 않습니다.")
    return MirrorCheck(n, found.value, found.low, found.high, True, possible,
                       f"양쪽 방향의 일치도가 충분해(쌍 {n}개, 아래쪽 한계 {found.low:.2f}) 맞바꿉니다.")


def rows(conn: Connection, collection_id: int, asked: Sequence[QueryRevision], said: Said,
         graded: Sequence[FrozenRow]) -> list[FrozenRow]:
    """Return the rows that mirroring adds to the graded ones."""
    known = {(row.query_id, row.item_id): row for row in graded}
    turned = [(known[pair], other) for pair, other in _symmetric(asked, said)
              if pair in known and known[pair].origin == "human" and other not in said]
    contents = items.get_many(conn, collection_id, {other[1] for _, other in turned})
    return [FrozenRow(other[0], other[1], contents[other[1]].content_hash, row.grade, "mirrored", "mirrored", row.raters,
                      row.proposers)
            for row, other in turned if other[1] in contents]


def _symmetric(asked: Sequence[QueryRevision], said: Said) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Each judged pair of two items that are queries both, with the pair the other way round."""
    item_of = {query.query_id: query.source_item_id or "" for query in asked if queries.is_item(query)}
    # Where two queries are the same item, the first by id stands for it, so that a grade is turned onto one pair only.
    query_of = {item: query_id for query_id, item in sorted(item_of.items(), reverse=True)}
    for query_id, item_id in sorted(said):
        if query_id in item_of and item_id in query_of and query_of[item_of[query_id]] == query_id:
            yield (query_id, item_id), (query_of[item_id], item_of[query_id])


def _by_people(events: Sequence[JudgmentEvent]) -> final.FinalGrade | None:
    grade = final.of_pair(events) if events else None
    return grade if grade is not None and grade.origin == "human" else None
