"""Queries to start from: the collection's own natural-language ones."""

from __future__ import annotations

from core.store import collections, queries
from core.store.database import Database

SHOWN = 6
FIRST = "두 일차함수의 그래프가 한 점에서 만나는 문제"


def example_queries(database: Database, collection: str) -> list[str]:
    """Return up to six stored query texts, spread over the collection's list; empty where there are none."""
    with database.connection() as conn:
        found = collections.find(conn, collection)
        if found is None:
            return []
        texts = [query.text for query in queries.current(conn, found.id)
                 if query.query_type == "natural_language" and query.text]
    first = [FIRST] if FIRST in texts else []
    others = [text for text in dict.fromkeys(texts) if text != FIRST]
    step = max(1, len(others) // max(1, SHOWN - len(first)))
    return [*first, *others[::step]][:SHOWN]
