"""Step 1: items and queries. The shipped sample is taken in where nothing else is; everything else a person brings."""

from __future__ import annotations

from core.jobs.working import Worker
from core.poc.step import House, Look, digest
from core.settings import settings
from core.store import collections, items, queries, states

NONE = "'{name}' 컬렉션에 문항이 없습니다. 데이터 화면이나 `python -m core import` 명령으로 문항을 가져와 주세요."
SECONDS = 2.0


def look(house: House) -> Look:
    """Return whether the collection holds items."""
    name = house.wish.collection
    with house.database.connection() as conn:
        found = collections.find(conn, name)
        held = items.count(conn, found.id) if found else 0
        if not held:
            if name == settings().collection:
                return Look("missing", "문항이 없어 제품에 든 표본을 가져옵니다.", SECONDS)
            return Look("impossible", NONE.format(name=name))
        assert found is not None
        asked = queries.current(conn, found.id)
        of_queries = digest({each.query_id: each.content_hash for each in asked})
        state = digest({"items": states.of_items(conn, found.id), "queries": of_queries})
    return Look("done", f"문항 {held:,}개와 쿼리 {len(asked):,}개가 있습니다.", fingerprint=state)


def run(house: House, part: Worker) -> str:
    """Import the shipped sample and its constructed ground truth."""
    from core.items.importers import import_file
    from core.labels.exchange.importing import import_ground_truth
    from core.prepare import SAMPLE_DIR, SAMPLE_NOTE

    name = house.wish.collection
    told = import_file(house.database, SAMPLE_DIR / "items.json", images=SAMPLE_DIR, collection=name, note=SAMPLE_NOTE)
    part.check()
    truth = import_ground_truth(house.database, SAMPLE_DIR / "ground_truth.json", images=SAMPLE_DIR, collection=name)
    return f"문항 {told.imported + told.unchanged:,}개와 쿼리 {truth.queries:,}개를 가져왔습니다."
