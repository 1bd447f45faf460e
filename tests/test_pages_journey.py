"""From frozen labels to the verdict, in a browser, with the real engine: people judged what A alone had found."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from core.engine.client import engine
from core.items.importers import import_file
from core.labels import rounds
from core.labels.pooling import pool
from core.labels.pooling.pool import PoolRequest
from core.labels.versions import freezing
from core.search import running
from core.search.indexing import embed_collection
from core.search.systems import KURE, QWEN, SIGLIP
from core.settings import PROJECT_DIR
from core.store import collections, items, jobs, judgments, queries
from core.store.judgments import JudgmentEvent
from tests.eventually import eventually
from tests.fixtures_browser import served

pytestmark = pytest.mark.slow
NAME = "journey"
A_ALONE = PoolRequest(name="A의 상위 10개", stage=2, systems=("A",), depth=10, keyword=False, random_per_query=0, metadata_per_query=0)


@pytest.fixture(scope="module")
def labelled(prepared, database):
    """A collection whose every label comes from A's own top ten, judged by a person and frozen."""
    import_file(database, PROJECT_DIR / "data" / "items.json", collection=NAME)
    for channel in (QWEN, KURE, SIGLIP):
        embed_collection(database, engine(), NAME, model_key=channel.model, content=channel.content)
    with database.connection() as conn:
        found = collections.get(conn, NAME)
        for source in sorted(items.ids(conn, found.id))[::10]:
            queries.put(conn, found.id, query_id=f"Q-{source}", source_item_id=source, query_type="similar_item", origin="human")
    running.run_system(database, engine(), "A", collection=NAME)
    planned = pool.plan(database, engine, NAME, A_ALONE)
    round_id = pool.open_round(database, planned, by="김담당")
    with database.connection() as conn:
        judgments.append(conn, [
            JudgmentEvent(collection_id=found.id, query_id=pair.query_id, query_hash=pair.query_hash, item_id=pair.item_id,
                          item_hash=pair.item_hash, grade=3 if place % 4 == 0 else 0, rater="김라벨", origin="human",
                          round_id=round_id, created_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
            for place, pair in enumerate(planned.pairs)])
        rounds.close(conn, round_id)  # while it is open a nameless visitor sees no result
        return freezing.freeze(conn, found.id, name="A만 보고 매긴 정답", by="김담당", relevant_from=2)


def ended(database) -> str:
    with database.connection() as conn:
        mine = [job for job in jobs.listing(conn) if job.arguments[:3] == ["evaluate", "--collection", NAME]]
    return mine[0].state if mine and not mine[0].active else ""


def test_labels_from_a_alone_end_in_no_verdict_and_the_page_says_why(labelled, database, browser, tmp_path):
    with served({"COLLECTION": NAME}, tmp_path / "log") as (address, _):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{address}/metrics")
        page.get_by_role("button", name="평가 실행").click()
        page.locator(".ib-plan").wait_for()
        page.get_by_role("button", name="실행 시작").click()
        assert eventually(lambda: ended(database), seconds=300) == "done"
        page.reload()
        stamp = page.locator(".ib-stamp").first
        stamp.wait_for()
        stamp.get_by_text("판정 불가").wait_for()
        page.get_by_text("A만 보고 매긴 정답").first.wait_for()
        page.locator(".ib-lack li").first.wait_for()
        told = "\n".join(page.locator(".ib-lack li").all_inner_texts())
        for said in ("계열이 1개뿐", "무작위로 뽑은 후보", "판정받는 시스템의 계열만", "축소 모델"):
            assert said in told, told
        against = page.locator('tr[data-gate="against_baseline"]').inner_text()
        assert "D" in against and re.search(r"-?\d+\.\d %", against), "D was run and tuned by the job"
        assert "정답 미확정" not in told and "만들어 넣은 등급" not in told
        page.context.close()
