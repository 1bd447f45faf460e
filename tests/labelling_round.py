"""A small collection with queries, and judgments in a rater's name, for the tests of pools and queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from core.items.record import Item
from core.labels import queue
from core.labels.queue import QueueEntry
from core.store import items, judgments, queries
from core.store.items import NewItem
from core.store.judgments import JudgmentEvent

UNITS = ("확률", "도형")
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def fill(conn: Connection, collection_id: int, *, items_per_unit: int = 8) -> None:
    """Store items of two units (``I00`` …), each with a text, a concept and a keyword of its own and a shared one."""
    rows = []
    for number in range(items_per_unit * len(UNITS)):
        unit = UNITS[number % len(UNITS)]
        item = Item(f"I{number:02}", "수학" if unit == "확률" else "과학", "중2", unit, "단답형", "중",
                    f"{unit} 문제 {'가나다라마바사아자차카타파하'[number % 14]}형 {number}번을 푸시오.",
                    metadata={"concept": f"{unit} 개념 {number // 4}", "keywords": [unit, f"낱말{number}"]})
        rows.append(NewItem(item, f"hash-{number}"))
    items.upsert(conn, collection_id, rows)


def ask(conn: Connection, collection_id: int, sources: Iterable[str], *, text: str | None = None) -> None:
    """Store a query for each source item: the item itself, or a text written from it."""
    for source in sources:
        queries.put(conn, collection_id, query_id=f"Q-{source}", text=text, source_item_id=source,
                    query_type="similar_item" if text is None else "natural_language", origin="human")


def answer(conn: Connection, collection_id: int, round_id: int, rater: str, entries: Sequence[QueueEntry], *,
           grade: int | None = 1, unrateable: bool = False, at: datetime = START, note: str = "") -> None:
    """Answer entries one second apart, four seconds spent on each."""
    judgments.append(conn, [
        JudgmentEvent(collection_id=collection_id, query_id=entry.query_id, query_hash=entry.query_hash,
                      item_id=entry.item_id, item_hash=entry.item_hash, grade=None if unrateable else grade, rater=rater,
                      origin="human", note=note, ms_spent=4000, round_id=round_id, purpose=entry.purpose,
                      unrateable=unrateable, created_at=at + timedelta(seconds=place))
        for place, entry in enumerate(entries)
    ])


def opened(conn: Connection, round_id: int, rater: str, *, ahead: int = queue.AHEAD) -> list[QueueEntry]:
    """Return what a rater has open after asking for more."""
    return [entry for entry in queue.hand_out(conn, round_id, rater, ahead=ahead) if entry.state == "open"]
