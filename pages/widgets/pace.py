"""How far long work is, in words: steps, pace and time left."""

from __future__ import annotations


def words(title: str, doing: str, done: int, total: int | None, rate: float | None, seconds_left: float | None) -> str:
    """Return one line; what nobody knows yet is left out.

    Args:
        rate: steps a second.
    """
    told = [title, doing, f"{done:,} / {total:,}" if total else f"{done:,}" if done else ""]
    if rate:
        told.append(f"1초에 {rate:,.1f}개" if rate >= 0.1 else f"1분에 {rate * 60:,.1f}개")
    if seconds_left is not None:
        told.append(f"남은 시간 {lasting(seconds_left)}")
    return " · ".join(filter(None, told))


def lasting(seconds: float) -> str:
    """Return a span of time in words."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분 {rest}초" if minutes else f"{rest}초"
