"""The plan's days as dates. Its "Day N" is a working day: twelve of them (10.1), Saturdays, Sundays and named days off left out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_SATURDAY = 5


def date_of(start: date, day: int, off: Collection[date] = ()) -> date:
    """Return the date of a day of the plan.

    Args:
        start: day 1, or the last day before it where it is no working day itself.
        day: from 1.
        off: days without work beside weekends, such as holidays.
    """
    at, left = start, day
    while True:
        if at.weekday() < _SATURDAY and at not in off:
            left -= 1
            if left == 0:
                return at
        at += timedelta(days=1)


def day_of(start: date, today: date, off: Collection[date] = ()) -> int:
    """Return how many days of the plan have begun by a date; 0 before the first."""
    days = (today - start).days + 1
    return sum(1 for ahead in range(max(0, days))
               if (at := start + timedelta(days=ahead)).weekday() < _SATURDAY and at not in off)
