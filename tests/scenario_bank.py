"""A small embedded bank with queries of every make, and grades for them: what an evaluation needs, costing nothing."""

import io
from datetime import UTC, datetime, timedelta

from PIL import Image

from core.labels.versions import truth
from core.store import images, items, judgments, queries
from core.store.judgments import JudgmentEvent
from tests.stored_engine import embed
from tests.test_store_items import new

SIZE = 16
WITH_IMAGE = {f"m-{number:03d}" for number in range(1, SIZE + 1, 2)}
"""Odd items have a figure."""
TEXT, IMAGE = {"both", "item", "item-plain", "text", "written"}, {"both", "image", "item"}
"""Queries that have a text, and that have an image."""


def picture(shade: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 80, 160)).save(held, "PNG")
    return held.getvalue()


def fill(conn, collection) -> None:
    """Items m-001 … with figures on the odd ones, vectors for A to E, and six queries."""
    rows = []
    for number in range(1, SIZE + 1):
        row = new(number, text=f"교점 {number}", images=(f"{number}.png",) if number % 2 else ())
        sha = images.put(conn, picture(number), media_type="image/png", width=8, height=8)
        rows.append(items.NewItem(row.item, row.content_hash, (sha,) if number % 2 else ()))
    items.upsert(conn, collection.id, rows)
    embed(conn, collection.id)
    asked = images.put(conn, picture(200), media_type="image/png", width=8, height=8)
    for query_id, what in (("text", {"text": "교점"}), ("image", {"image_hash": asked}),
                           ("both", {"text": "넓이", "image_hash": asked}), ("item", {"source_item_id": "m-003"}),
                           ("item-plain", {"source_item_id": "m-004"}), ("written", {"text": "확률", "source_item_id": "m-005"})):
        queries.put(conn, collection.id, query_id=query_id, query_type="natural_language", origin="human", **what)


def judge(conn, collection, grades: dict[str, dict[str, int]], *, rater: str = "가") -> truth.Truth:
    """Store grades by query and item, and return the truth as it then stands."""
    stored = items.get_many(conn, collection.id, items.ids(conn, collection.id))
    asked = {query.query_id: query.content_hash for query in queries.current(conn, collection.id)}
    began = datetime(2026, 11, 22, 9, tzinfo=UTC)
    said = [(query_id, item_id, grade) for query_id, given in grades.items() for item_id, grade in given.items()]
    judgments.append(conn, [
        JudgmentEvent(collection_id=collection.id, query_id=query_id, query_hash=asked[query_id], item_id=item_id,
                      item_hash=stored[item_id].content_hash, grade=grade, rater=rater, origin="human",
                      created_at=began + timedelta(seconds=place))
        for place, (query_id, item_id, grade) in enumerate(said)])
    return truth.current(conn, collection.id)
