"""How many rows the next batch may have, learnt from how long the last ones took."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from core.models.contract import Content

TARGET_SECONDS = 0.1
"""Of one batch: an interactive call waits for at most one, so this leaves room below the 150 ms it may wait."""

MOST_ROWS = 64
"""Larger batches were not faster on any device measured, and take memory."""

_SHARE_OF_NEW = 0.5


class Pace:
    """Seconds per row, by kind of row. Used by the compute thread only."""

    def __init__(self, *, target: float = TARGET_SECONDS, most: int = MOST_ROWS) -> None:
        self._target = target
        self._most = most
        self._seconds: dict[Hashable, float] = {}
        self._largest: dict[Hashable, int] = {}
        self._fitting: dict[Hashable, int] = {}

    def size(self, kind: Hashable) -> int:
        """Return how many rows to take. An unknown kind starts with one and at most doubles the largest yet."""
        if kind not in self._seconds:
            return 1
        in_time = int(self._target / max(self._seconds[kind], 1e-6))
        return max(1, min(in_time, 2 * self._largest[kind], self._fitting.get(kind, self._most)))

    def record(self, kind: Hashable, *, rows: int, seconds: float) -> None:
        """Learn from a finished batch."""
        latest = seconds / rows
        known, largest = self._seconds.get(kind), self._largest.get(kind, 0)
        # A first batch pays for warming up (kernels, caches), so the second replaces rather than averages it.
        if known is None or largest == 1:
            self._seconds[kind] = latest
        else:
            # The few rows left at a call's end cost more each than those of a full batch, so they count for less.
            share = _SHARE_OF_NEW * min(1.0, rows / largest)
            self._seconds[kind] = share * latest + (1 - share) * known
        self._largest[kind] = max(largest, rows)

    def shrink(self, kind: Hashable, *, rows: int) -> None:
        """Take at most half as many rows from now on: that many did not fit into memory."""
        self._fitting[kind] = max(1, rows // 2)


def size_class(content: Content) -> tuple[bool, int]:
    """Return what makes contents cost alike: an image or none, and the text's length to a factor of two."""
    return content.image is not None, max(len(content.text or "").bit_length(), 5)


def grouped(contents: Sequence[Content]) -> dict[tuple[bool, int], list[int]]:
    """Return row numbers by size class, short texts first: what is computed together is padded little."""
    groups: dict[tuple[bool, int], list[int]] = {}
    for row in sorted(range(len(contents)), key=lambda row: len(contents[row].text or "")):
        groups.setdefault(size_class(contents[row]), []).append(row)
    return groups
