"""A small bank with queries, and raters who say things about its pairs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from core.store import items, judgments, queries
from core.store.collections import Collection
from core.store.judgments import JudgmentEvent
from tests.test_store_items import new


class Bank:
    """Items m-001 … in two units and two kinds, queries q01 …; ``say`` appends one judgment a minute after the last."""

    def __init__(self, conn: Connection, collection: Collection, *, size: int = 12) -> None:
        self.conn, self.collection = conn, collection
        rows = [new(number, unit="확률" if number % 2 else "일차함수", text="$x$" if number % 3 else "글")
                for number in range(1, size + 1)]
        items.upsert(conn, collection.id, rows)
        self.contents = {row.item.id: row.content_hash for row in rows}
        self.queries = {f"q{number:02d}": queries.put(conn, collection.id, query_id=f"q{number:02d}", text=f"찾는 글 {number}",
                                                      query_type="natural_language", origin="human").content_hash
                        for number in range(1, size + 1)}
        self.clock = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def event(self, rater: str, query: str, item: str, grade: int | None, **rest) -> JudgmentEvent:
        """Make an event without storing it."""
        self.clock += timedelta(minutes=1)
        known = {"query_hash": self.queries[query], "item_hash": self.contents[item], "origin": "human",
                 "created_at": self.clock}
        return JudgmentEvent(collection_id=self.collection.id, query_id=query, item_id=item, grade=grade, rater=rater,
                             **known | rest)

    def say(self, rater: str, query: str, item: str, grade: int | None, **rest) -> JudgmentEvent:
        """Store what a rater said."""
        event = self.event(rater, query, item, grade, **rest)
        judgments.append(self.conn, [event])
        return event

    def say_all(self, grades: dict[str, dict[tuple[str, str], int]], **rest) -> None:
        """Store every rater's grades by pair of query and item."""
        judgments.append(self.conn, [self.event(rater, *pair, grade, **rest)
                                     for rater, given in grades.items() for pair, grade in given.items()])
