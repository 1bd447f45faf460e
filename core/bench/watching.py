"""Looking on at a bench under way: what came in so far, read as it comes and summarised cheaply, however many look."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.bench import order, reading
from core.bench.latency import COLD
from core.store import bench_samples
from core.store.bench_samples import BenchRun, Sample

MOST_POINTS = 400
"""Of a series in a chart; of more, each stretch of time shows its slowest and its middle call."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series so far. Milliseconds; a failed call counts as slower than any other, as in its result."""

    name: str
    calls: int
    failures: int
    p50: float | None
    p95: float | None
    last: float | None
    """The newest answered call."""
    points: tuple[tuple[float, float], ...]
    """(seconds since the bench began, milliseconds) of answered calls, thinned."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one sees of a bench."""

    run: BenchRun
    calls: int
    """Counted ones."""
    uncounted: int
    """Warm-ups and preparations."""
    failures: int
    """Of the counted ones."""
    cold_ms: float | None
    seconds: float
    """From its beginning to the end of the newest call."""
    series: tuple[Series, ...]
    """The one that is under way last."""
    failed: tuple[tuple[float, float], ...]
    """(seconds, milliseconds) of calls that failed, warm-ups among them; the newest."""
    memory: tuple[tuple[float, float], ...]
    """(seconds, GB of 10⁹ bytes) of the engine's process: on the card where there is one, otherwise its RAM; thinned."""
    on_card: bool
    last_error: str


class Watch:
    """The samples of one bench. Safe in threads: whoever looks shares it, and only what is new is read."""

    def __init__(self, run: BenchRun) -> None:
        self.run = run
        self._samples: list[Sample] = []
        self._lock = threading.Lock()
        self._sight: Sight | None = None

    def look(self, conn: Connection) -> Sight:
        """Read what is new and return what one sees."""
        with self._lock:
            since = self._samples[-1].place + 1 if self._samples else 0
            new = bench_samples.of_run(conn, self.run.id, since=since)
            self._samples += new
            if new or self._sight is None:
                self._sight = sight(self.run, self._samples)
            return self._sight


def sight(run: BenchRun, samples: Sequence[Sample]) -> Sight:
    """Return what is seen of a bench that has these samples."""
    counted = [each for each in samples if each.counted]
    by_name: dict[str, list[Sample]] = {}
    for each in counted:
        by_name.setdefault(each.series, []).append(each)
    bad = [each for each in samples if each.outcome != "ok"]
    cold = next((each for each in samples if each.series == COLD and each.outcome == "ok"), None)
    on_card = [(each.at_s, taken / 1e9) for each in samples if (taken := reading.taken(each.memory)) is not None]
    in_ram = [(each.at_s, each.memory["rss"] / 1e9) for each in samples if "rss" in each.memory]
    return Sight(
        run=run, calls=len(counted), uncounted=len(samples) - len(counted), failures=sum(each.outcome != "ok" for each in counted),
        cold_ms=cold.total_ms if cold else None,
        seconds=max((each.at_s + each.total_ms / 1000 for each in samples), default=0.0),
        series=tuple(_series(name, own) for name, own in by_name.items()),
        failed=tuple((each.at_s, each.total_ms) for each in bad[-MOST_POINTS:]),
        memory=thinned(on_card or in_ram), on_card=bool(on_card), last_error=bad[-1].error if bad else "")


def thinned(points: Sequence[tuple[float, float]], *, most: int = MOST_POINTS) -> tuple[tuple[float, float], ...]:
    """Return points in the order of their first number, at most ``most``: of each stretch its highest and its middle one."""
    ordered = sorted(points)
    if len(ordered) <= most:
        return tuple(ordered)
    stretches, kept = most // 2, []
    for number in range(stretches):
        own = ordered[number * len(ordered) // stretches:(number + 1) * len(ordered) // stretches]
        by_height = sorted(own, key=lambda point: point[1])
        kept += {by_height[-1], by_height[(len(own) - 1) // 2]}
    return tuple(sorted(kept))


def _series(name: str, samples: Sequence[Sample]) -> Series:
    good = [each for each in samples if each.outcome == "ok"]
    ordered = sorted(each.total_ms for each in good)
    failures = len(samples) - len(good)
    return Series(name, len(samples), failures, order.percentile(ordered, 0.5, failures=failures),
                  order.percentile(ordered, 0.95, failures=failures), good[-1].total_ms if good else None,
                  thinned([(each.at_s, each.total_ms) for each in good]))
