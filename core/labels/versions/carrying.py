"""Copy grades to a query or an item that was edited without changing what is meant (a typo, a sharper figure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.labels.consensus import final
from core.store import items, judgments, queries
from core.store.judgments import JudgmentEvent

RATER = "carried:"
"""How the rater of copied grades is called, before the name of the person who copied them: none of the raters, whose own
new grades stand above the copy."""


def carry(conn: Connection, collection_id: int, query_id: str, *, from_revision: int, by: str) -> int:
    """Copy the final grades of an earlier revision to the query as it reads now; return how many pairs.

    What people gave gets the origin 'carried'; what a rule or a model gave keeps its own, so that no copy makes a machine's
    grade look like a person's. Pairs that have a grade already, and items that changed since, are left alone.

    Raises:
        InputError: ``by`` is empty.
        NotFoundError: there is no such query or revision.
    """
    query = queries.get(conn, collection_id, query_id)
    old = next((each for each in queries.history(conn, collection_id, query_id) if each.revision == from_revision), None)
    if old is None:
        raise NotFoundError(f"'{query_id}' 쿼리에 개정 {from_revision}이(가) 없습니다. 지금은 개정 {query.revision}입니다.")
    if old.content_hash == query.content_hash:
        return 0
    said = [event for event in _said(conn, collection_id) if event.query_id == query_id and event.query_hash == old.content_hash]
    contents = items.get_many(conn, collection_id, {event.item_id for event in said})
    kept = [event for event in said if event.item_id in contents and contents[event.item_id].content_hash == event.item_hash]
    return _copy(conn, collection_id, kept, by, f"쿼리 개정 {from_revision}에서 옮긴 등급",
                 {query_id: query.content_hash}, {event.item_id: event.item_hash for event in kept})


def carry_item(conn: Connection, collection_id: int, item_id: str, *, by: str) -> int:
    """Copy the final grades of an item's last judged content to its present one, as ``carry`` does; return how many.

    Raises:
        InputError: ``by`` is empty.
        NotFoundError: there is no such item.
    """
    item = items.get(conn, collection_id, item_id)
    revisions = {query.query_id: query.content_hash for query in queries.current(conn, collection_id)}
    said = [event for event in _said(conn, collection_id)
            if event.item_id == item_id and event.item_hash != item.content_hash
            and revisions.get(event.query_id) == event.query_hash]
    last: dict[str, JudgmentEvent] = {}
    for event in said:
        if event.query_id not in last or event.created_at > last[event.query_id].created_at:
            last[event.query_id] = event
    kept = [event for event in said if event.item_hash == last[event.query_id].item_hash]
    return _copy(conn, collection_id, kept, by, "문항의 이전 내용에서 옮긴 등급", revisions, {item_id: item.content_hash})


def _said(conn: Connection, collection_id: int) -> list[JudgmentEvent]:
    return judgments.current(conn, collection_id, purposes=("label", "adjudication"))


def _copy(conn: Connection, collection_id: int, said: Iterable[JudgmentEvent], by: str, note: str,
          query_hashes: dict[str, str], item_hashes: dict[str, str]) -> int:
    if not by.strip():
        raise InputError("등급을 옮기는 사람의 이름을 적어 주세요.")
    pairs: dict[tuple[str, str], list[JudgmentEvent]] = defaultdict(list)
    for event in said:
        pairs[event.query_id, event.item_id].append(event)
    judged = {(grade.query_id, grade.item_id) for grade in final.grades(conn, collection_id)}
    copies = []
    for pair in sorted(pairs.keys() - judged):
        grade = final.of_pair(pairs[pair])
        if grade is not None:
            origin = "carried" if grade.origin in ("human", "carried", "mirrored") else grade.origin
            copies.append(JudgmentEvent(
                collection_id=collection_id, query_id=pair[0], query_hash=query_hashes[pair[0]], item_id=pair[1],
                item_hash=item_hashes[pair[1]], grade=grade.grade, rater=f"{RATER}{by.strip()}", origin=origin, note=note))
    judgments.append(conn, copies)
    return len(copies)
