"""When something was, as files and pages tell it: in Korean time, whatever clock the machine has that serves them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9))
ZONE = "한국 시각"


def moment(at: datetime) -> str:
    """Return a moment to the minute: ``2026-11-23 11:45``."""
    return f"{at.astimezone(KOREA):%Y-%m-%d %H:%M}"


def brief(at: datetime) -> str:
    """Return a moment of these weeks to the minute, without its year: ``11-23 11:45``."""
    return moment(at)[5:]


def day(at: datetime) -> str:
    """Return the day a moment fell on: ``2026-11-23``."""
    return f"{at.astimezone(KOREA):%Y-%m-%d}"


def clock(at: float) -> str:
    """Return the time of day of seconds since the epoch: ``11:45:09``."""
    return f"{datetime.fromtimestamp(at, KOREA):%H:%M:%S}"
