"""The final grade of each pair: one rule over what every rater said, and above it what a senior decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

from core.store import items, judgments, queries
from core.store.judgments import JudgmentEvent, Origin

Rule = Literal["single", "agreed", "median", "adjudicated"]
RULES: dict[Rule, str] = {"single": "한 명", "agreed": "일치", "median": "중앙값", "adjudicated": "조정"}
RULE = (
    "최종 등급은 조정에서 정한 등급이 먼저이고, 없으면 모두 같은 등급, 갈리면 중앙값입니다(가운데가 둘이면 낮은 쪽). "
    "절반이 넘는 사람이 판정 불가라고 한 쌍은 빼고, 사람의 판정이 있으면 만들어 넣은 등급은 쓰지 않습니다."
)
"""The rule as pages and reports state it."""

_STRENGTH: tuple[Origin, ...] = ("human", "carried", "mirrored", "constructed", "model")


@dataclass(frozen=True, slots=True)
class FinalGrade:
    """One pair's grade. ``raters`` counts those whose grades the rule was applied to (1 where only a decision stands)."""

    query_id: str
    query_hash: str
    item_id: str
    item_hash: str
    grade: int
    origin: Origin
    rule: Rule
    raters: int


def grades(conn: Connection, collection_id: int) -> list[FinalGrade]:
    """Return the final grade of every judged pair of a current query and a current item, by query and item.

    Only judgments of the query's latest revision and of the item as it is now count; retired queries, repeats, calibration
    and judgments given unblinded do not.
    """
    found = []
    for said in pairs(conn, collection_id).values():
        final = of_pair(said)
        if final is not None:
            found.append(final)
    return sorted(found, key=lambda final: (final.query_id, final.item_id))


def pairs(conn: Connection, collection_id: int) -> dict[tuple[str, str], list[JudgmentEvent]]:
    """Return what holds now, labels and decisions, by query id and item id, for current queries and items only.

    A query that is an item whose content has changed since is not current: what was judged is not what it asks for now.
    """
    asked = queries.current(conn, collection_id)
    stale = queries.stale(conn, collection_id, asked)
    revisions = {query.query_id: query.content_hash for query in asked if query.query_id not in stale}
    events = [event for event in judgments.current(conn, collection_id, purposes=("label", "adjudication"))
              if revisions.get(event.query_id) == event.query_hash]
    contents = items.get_many(conn, collection_id, {event.item_id for event in events})
    found: dict[tuple[str, str], list[JudgmentEvent]] = defaultdict(list)
    for event in events:
        if event.item_id in contents and contents[event.item_id].content_hash == event.item_hash:
            found[event.query_id, event.item_id].append(event)
    return dict(found)


def of_pair(said: Iterable[JudgmentEvent]) -> FinalGrade | None:
    """Apply the rule to everything that holds about one pair; None where it stays without a grade."""
    said = list(said)
    decided = decision(said)
    labels = strongest(said)
    graded = [event.grade for event in labels if event.grade is not None]
    if decided is not None:
        return None if decided.grade is None else _final(decided, decided.grade, "adjudicated", max(1, len(graded)))
    if not graded or 2 * len(graded) < len(labels):
        return None
    rule: Rule = "single" if len(graded) == 1 else "agreed" if len(set(graded)) == 1 else "median"
    return _final(labels[0], median(graded), rule, len(graded))


def decision(said: Iterable[JudgmentEvent]) -> JudgmentEvent | None:
    """Return the last decision of any senior, unless that last word withdrew it; unrateable is a decision too."""
    made = [event for event in said if event.purpose == "adjudication"]
    last = max(made, key=lambda event: (event.created_at, event.uuid), default=None)
    return last if last is not None and _says_something(last) else None


def strongest(said: Iterable[JudgmentEvent]) -> list[JudgmentEvent]:
    """Return the labels (graded or unrateable) of the strongest origin there is: people before constructed before model."""
    labels = [event for event in said if event.purpose == "label" and _says_something(event)]
    if not labels:
        return []
    best = min((event.origin for event in labels), key=_STRENGTH.index)
    return [event for event in labels if event.origin == best]


def median(given: Sequence[int]) -> int:
    """Return the middle grade; of two in the middle the lower, so that a doubt never makes an item relevant."""
    return sorted(given)[(len(given) - 1) // 2]


def _says_something(event: JudgmentEvent) -> bool:
    return event.grade is not None or event.unrateable


def _final(event: JudgmentEvent, grade: int, rule: Rule, raters: int) -> FinalGrade:
    return FinalGrade(event.query_id, event.query_hash, event.item_id, event.item_hash, grade, event.origin, rule, raters)
