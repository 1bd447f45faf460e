"""데이터와 설정 › 백업 in a browser: what there is, one made now, and whether a nightly one is promised."""

from __future__ import annotations

import pytest

from core.backup import keeping, schedule
from core.store import jobs
from tests.eventually import eventually

pytestmark = pytest.mark.slow


def test_a_backup_is_made_at_a_press_and_listed(conn, prepared, visit, dashboard, data_dir):
    before, kept_before = jobs.latest(conn, schedule.BY_HAND), keeping.listing(data_dir / keeping.FOLDER)
    page = visit()
    page.goto(f"{dashboard}/data?section=backup")
    page.get_by_text("BACKUP_AT=off로 꺼 두었습니다").wait_for()
    page.get_by_role("button", name="지금 백업").click()
    job = eventually(lambda: (found := jobs.latest(conn, schedule.BY_HAND)) and found != before and not found.active and found)
    assert job.state == "done"
    (kept,) = [each for each in keeping.listing(data_dir / keeping.FOLDER) if each not in kept_before]
    # While the job's last lines stand there too, they name the file and the command as well.
    page.locator(".ib-table", has_text=kept.path.name).first.wait_for()
    page.get_by_text("core restore").first.wait_for()
    kept.path.unlink()
