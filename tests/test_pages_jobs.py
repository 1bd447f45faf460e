"""Jobs seen in a browser: the tray is on every page, survives a switch and a reload, and stops what it shows."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.items.importers import import_file
from core.jobs import launching
from core.store import collections, embedding_sets, jobs
from tests.eventually import eventually
from tests.many_items import write_many

pytestmark = pytest.mark.slow


def test_a_job_is_seen_everywhere_and_stopped_from_anywhere(database, prepared, visit, tmp_path):
    name, bank = f"job-{uuid4().hex[:8]}", tmp_path / "items_part01.json"
    write_many(bank, 4000, seed=6)
    import_file(database, bank, collection=name)
    page = visit()
    job, new = launching.start(database, ["embed", "--collection", name, "--system", "B"], title="KURE 임베딩", asked_by="가")
    assert new
    tray = page.locator(".st-key-jobtray").get_by_role("button")
    tray.wait_for()
    page.get_by_role("link", name="모델 비교").click()
    page.wait_for_url("**/compare*")
    tray.wait_for()
    with database.connection() as conn:
        eventually(lambda: jobs.get(conn, job.id).done)  # or there would be nothing to keep
    page.reload()
    tray.click()
    page.get_by_text("KURE 임베딩").wait_for()
    page.get_by_role("button", name="멈추기").click()
    with database.connection() as conn:
        ended = eventually(lambda: not (now := jobs.get(conn, job.id)).active and now)
        (embedded,) = embedding_sets.sets(conn, collections.get(conn, name).id)
    assert ended.state == "cancelled" and 0 < embedded.vectors == ended.done < 4000
    page.get_by_text("KURE 임베딩").wait_for(state="detached")
    # The page of the work itself follows it when it is taken up again, whoever did that and wherever.
    page.goto(page.url.split("/compare")[0] + f"/data?section=embeddings&collection={name}")
    own = page.locator(f".st-key-job-{job.id}")
    own.get_by_text("멈추었습니다").wait_for()
    own.get_by_role("button", name="이어서 하기").click()
    own.get_by_role("button", name="멈추기").click()
    own.get_by_text("멈추었습니다").wait_for()
    with database.connection() as conn:
        assert jobs.get(conn, job.id).attempts == 2
