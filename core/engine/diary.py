"""What happened to the engine's memory, kept for whoever asks later."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Literal

from core.engine.messages import Event

log = logging.getLogger(__name__)
MOST_EVENTS = 200


class Diary:
    """The last events. Written by the compute thread, read by any."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self.load_ooms = 0
        """How often memory ran out in loading."""

    def note(self, kind: Literal["loaded", "evicted", "oom", "stepped"], key: str, precision: str, detail: str, *,
             loading: bool = False) -> None:
        """Write down an event, and into the log."""
        self.load_ooms += kind == "oom" and loading
        log.info("%s %s@%s: %s", kind, key, precision, detail)
        self._events.append(Event(time.time(), kind, key, precision, detail))

    def events(self) -> tuple[Event, ...]:
        """Return them, oldest first."""
        return tuple(self._events.copy())
