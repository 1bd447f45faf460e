"""When something was, as files tell it: in Korean time, whatever clock the machine has that makes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9))
ZONE = "한국 시각"


def moment(at: datetime) -> str:
    """Return a moment to the minute: ``2026-11-23 11:45``."""
    return f"{at.astimezone(KOREA):%Y-%m-%d %H:%M}"
