"""The last hour of the machine's memory: one background thread a process looks once a second, whoever reads it.

It starts no engine and keeps none: one that is only watched ends for want of clients. What the engine does not answer in time
leaves its part of that second empty; card and RAM are read all the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.engine import hour
from core.engine.cards import Card, Cards, ram
from core.engine.client import EngineClient
from core.engine.messages import EngineStatus, Event
from core.engine.places import Places
from core.engine.sample import Sample
from core.errors import UserError
from core.settings import settings

log = logging.getLogger(__name__)
STEP = 1.0
"""Seconds between two looks."""
SPAN = 3600.0
"""Seconds that are kept."""
KEEP = 60.0
"""Seconds between two times that what was seen is written to the disk."""
_PATIENCE = 2.0
_MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class View:
    """What a reader gets at once."""

    samples: tuple[Sample, ...]
    """Oldest first."""
    events: tuple[Event, ...]
    status: EngineStatus
    answered: bool
    """Whether the engine answered the last look; ``status`` is of the last answer."""
    cost: float | None
    """Share of a core that looking takes, over the time it has gone on; None before it is known."""


class Sampler:
    """Reads, keeps, forgets after an hour. Any thread may look.

    Args:
        kept: the file that what was seen is kept in while nobody looks; None keeps nothing.
    """

    def __init__(self, client: EngineClient, *, cards: Cards | None = None, clock: Callable[[], float] = time.time,
                 kept: Path | None = None) -> None:
        self._client, self._cards, self._clock, self._kept = client, cards, clock, kept
        seen, happened = hour.read(kept, since=clock() - SPAN, until=clock()) if kept else ([], [])
        self._samples: deque[Sample] = deque(seen)
        self._events: deque[Event] = deque(happened, maxlen=_MOST_EVENTS)
        self._status, self._answered = EngineStatus(running=False), True
        self._ran: EngineStatus | None = None
        self._diary: tuple[Event, ...] = ()
        self._lock, self._end = threading.Lock(), threading.Event()
        self._spent = self._lasted = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look; a second start changes nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="memory-sampler", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Look no more, and keep what was seen."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(5.0)
        self.keep()

    def keep(self) -> None:
        """Write down what was seen, where it is kept."""
        if self._kept is not None:
            view = self.view()
            hour.write(self._kept, view.samples, view.events)

    def look(self) -> None:
        """Take one sample."""
        if self._cards is None:
            self._cards = Cards()
        sample = Sample(self._clock(), ram(), self._cards.read())
        try:
            status, answered = self._client.status(timeout=_PATIENCE), True
        except UserError:
            log.info("the engine did not say how it is", exc_info=True)
            status, answered = self._status, False
        finally:
            self._client.close()  # the engine has a thread for each connection that stays
        if answered and status.running:
            sample = _with_engine(sample, status)
        with self._lock:
            self._samples.append(sample)
            while self._samples and self._samples[0].at < sample.at - SPAN:
                self._samples.popleft()
            if answered:
                self._note(status, sample.at)
            self._status, self._answered = status, answered

    def view(self) -> View:
        """Return what is known now."""
        with self._lock:
            samples = tuple(self._samples)
            since = samples[-1].at - SPAN if samples else 0.0
            events = tuple(sorted((event for event in self._events if event.at >= since), key=lambda event: event.at))
            cost = self._spent / self._lasted if self._lasted >= 10 * STEP else None
            return View(samples, events, self._status, self._answered, cost)

    def _note(self, status: EngineStatus, at: float) -> None:
        """Keep what is new in the engine's diary, and that it started again after an end nobody asked for: it cannot know when."""
        if not status.running:
            return
        known = set(self._events) if status.events != self._diary else set()
        fresh = [event for event in status.events if event not in known] if status.events != self._diary else []
        self._diary = status.events
        before, self._ran = self._ran, status
        if before is not None and before.pid != status.pid and status.restarts > before.restarts:
            at = min([at, *(event.at for event in fresh)])
            self._events.append(Event(at, "restarted", "", "", "엔진이 뜻밖에 끝나 다시 시작했습니다. 올라와 있던 모델은 다시 불러옵니다."))
        self._events.extend(fresh)

    def _run(self) -> None:
        began, spent = time.monotonic(), time.thread_time()
        following = kept = began
        while not self._end.is_set():
            try:
                self.look()
                if time.monotonic() - kept >= KEEP:
                    kept = time.monotonic()
                    self.keep()
            except Exception:
                log.exception("a look at the memory failed")
            with self._lock:
                self._spent, self._lasted = time.thread_time() - spent, time.monotonic() - began
            # After a long wait for the engine the clock goes on from now, it does not catch up.
            following = max(following + STEP, time.monotonic())
            self._end.wait(following - time.monotonic())


def thinned(samples: Sequence[Sample], *, seconds: float, points: int = 360) -> list[Sample | None]:
    """Return the samples of the last ``seconds``, at most about ``points``; None stands where nobody looked for a while.

    Of several that share a point, the one in which the cards and the engine took most stays: a peak is not averaged away.
    """
    if not samples:
        return []
    since, width = samples[-1].at - seconds, max(STEP, seconds / points)
    bins: dict[int, Sample] = {}
    for sample in samples:
        if sample.at >= since:
            place = int(sample.at // width)
            bins[place] = max(bins.get(place, sample), sample, key=_taken)
    found: list[Sample | None] = []
    before: Sample | None = None
    for sample in bins.values():
        if before is not None and sample.at - before.at > 3 * width + 5 * STEP:
            found.append(None)
        found.append(sample)
        before = sample
    return found


def card_of(sample: Sample, uuid: str = "") -> Card | None:
    """Return a sample's card of that UUID, else the engine's, else the first; None without any."""
    for wanted in filter(None, (uuid, sample.home)):
        for card in sample.cards:
            if card.uuid == wanted:
                return card
    return sample.cards[0] if sample.cards else None


def _with_engine(sample: Sample, status: EngineStatus) -> Sample:
    sample = replace(sample, engine_rss=status.rss_bytes)
    memory = status.memory
    if memory is None:
        return sample
    reserved = memory.process if memory.process is not None else memory.reserved + memory.context
    return replace(sample, engine_card=reserved, allocated=memory.allocated, home=_home(sample.cards, status))


def _home(cards: Iterable[Card], status: EngineStatus) -> str:
    """Return the card that knows the engine's process, else the only one of its name: a container hides process ids."""
    cards = tuple(cards)
    known = [card.uuid for card in cards if status.pid in card.processes]
    named = [card.uuid for card in cards if card.name == status.device]
    return known[0] if known else named[0] if len(named) == 1 else ""


def _taken(sample: Sample) -> tuple[int, int]:
    return max((card.used or 0 for card in sample.cards), default=0), sample.engine_card or sample.engine_rss or 0


_only: list[Sampler] = []
_only_lock = threading.Lock()


def sampler() -> Sampler:
    """Return this process's one sampler, for the engine of the set data folder; the first call starts it."""
    with _only_lock:
        if not _only:
            # A client of its own: its connections, and their closing, are nobody else's.
            _only.append(Sampler(EngineClient(), kept=Places(settings().data_dir).folder / "hour.json"))
            _only[0].start()
        return _only[0]


def stop_sampler() -> None:
    """End this process's sampler if there is one."""
    with _only_lock:
        while _only:
            _only.pop().stop()
