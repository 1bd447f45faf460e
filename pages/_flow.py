"""How much one person's browsers may say to the server, and through how many sockets: so that nobody holds up the others.

All people share one process. What comes too fast waits in its own sender's line; what no page ever sends ends the socket.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)
LARGEST = 4 * 1024 * 1024
"""Bytes of one message: every field of the longest page, full, is a tenth of that; Streamlit itself would read 25 MB."""
MOST_SOCKETS = 40
"""Open pages of one person. Each costs the server a session with its fields and its timers."""
TOO_MANY = "이 이름으로 열린 탭이 너무 많습니다. 다른 탭을 닫고 이 탭을 새로 고쳐 주세요."
_A_SECOND, _AT_ONCE, _PIECE = 20, 100, 64 * 1024
"""Messages a second for long, messages at once after a rest, and the bytes that count as a message more."""
_BEHIND, _SILENT = 2.0, 60.0
"""Seconds behind at which the log names a person, and for which it then says no more of them."""
_due: dict[str, float] = {}
_named: dict[str, float] = {}
_open: Counter[str] = Counter()


def wait(name: str, size: int, *, now: float | None = None) -> float:
    """Count a message of this many bytes and return the seconds until its person's turn; 0 for whoever does not hurry.

    A leaky bucket (generic cell rate algorithm): the time until which a person's messages are paid for runs ahead of the clock by
    as much as may come at once, and no further.
    """
    now = time.monotonic() if now is None else now
    _due[name] = max(_due.get(name, 0.0), now) + (1 + size // _PIECE) / _A_SECOND
    behind = max(0.0, _due[name] - now - _AT_ONCE / _A_SECOND)
    if behind > _BEHIND and now >= _named.get(name, 0.0):
        _named[name] = now + _SILENT
        log.warning("the browsers of %s send more than one person may: %.0f s behind", name, behind)
    return behind


def full(name: str) -> bool:
    """Return whether a person has as many pages open as one may."""
    return _open[name] >= MOST_SOCKETS


@contextmanager
def socket(name: str) -> Iterator[None]:
    """Count a socket for as long as it is open."""
    _open[name] += 1
    try:
        yield
    finally:
        _open[name] -= 1
        if not _open[name]:
            del _open[name]
