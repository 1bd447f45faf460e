"""A file says the same moment on every machine."""

import time
from datetime import UTC, datetime

import pytest

from core.report.moments import moment


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Seoul"])
def test_a_moment_is_told_in_korean_time_whatever_the_machines_clock(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert moment(datetime(2026, 12, 31, 15, 0, 59, tzinfo=UTC)) == "2027-01-01 00:00"
    finally:
        monkeypatch.undo()
        time.tzset()
