"""A file and a page say the same moment on every machine."""

import time
from datetime import UTC, datetime

import pytest

from core.moments import brief, clock, day, moment
from core.settings import PROJECT_DIR


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Seoul"])
def test_a_moment_is_told_in_korean_time_whatever_the_machines_clock(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        at = datetime(2026, 12, 31, 15, 0, 59, tzinfo=UTC)
        assert (moment(at), brief(at), day(at)) == ("2027-01-01 00:00", "01-01 00:00", "2027-01-01")
        assert clock(at.timestamp()) == "00:00:59"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_page_and_no_report_asks_the_servers_clock_what_time_it_is_for_its_reader():
    rooms = [*(PROJECT_DIR / "pages").rglob("*.py"), *(PROJECT_DIR / "core" / "report").rglob("*.py")]
    assert [path.name for path in rooms if "astimezone()" in (code := path.read_text(encoding="utf-8")) or "localtime(" in code] == []
