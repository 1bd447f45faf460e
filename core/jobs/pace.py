"""How far long work is, in words: steps, pace and time left."""

from __future__ import annotations


def words(title: str, doing: str, done: int, total: int | None, rate: float | None, seconds_left: float | None) -> str:
    """Return one line; what nobody knows yet is left out.

    Args:
        rate: steps a second.
    """
    told = [title, doing, f"{done:,} / {total:,}" if total else f"{done:,}" if done else ""]
    return " · ".join(filter(None, [*told, ahead(rate, seconds_left)]))


def ahead(rate: float | None, seconds_left: float | None) -> str:
    """Return the pace (``rate`` in steps a second) and the time left; empty where neither is known."""
    pace = "" if not rate else f"1초에 {rate:,.1f}개" if rate >= 0.1 else f"1분에 {rate * 60:,.1f}개"
    return " · ".join(filter(None, [pace, "" if seconds_left is None else f"남은 시간 {lasting(seconds_left)}"]))


def lasting(seconds: float) -> str:
    """Return a span of time in words."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초" if minutes else f"{rest}초"
