"""Stability: many calls in a row over real queries, every failure kept with what was asked, and the memory after every call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.bench import calling, latency, leak, order
from core.bench.frame import Bench
from core.store.bench_samples import Sample

SERIES = "calls"
GAUGES = ("rss", "allocated", "reserved", "process")


def measure(bench: Bench) -> None:
    """Warm up, then call again and again, text, picture and both in turn."""
    asked, parts = bench.asked, list(bench.subject.inputs.values())
    bench.expect(asked.warm_up + asked.times, "이어서 호출")
    for turn in range(asked.warm_up + asked.times):
        if bench.stopped:
            return
        listed = parts[turn % len(parts)]
        given = listed[turn // len(parts) % len(listed)]
        warm = turn < asked.warm_up
        bench.record(latency.WARM if warm else SERIES, calling.search(bench.db, bench.engine, bench.subject, given), given.told,
                     counted=not warm)
    bench.finished = True


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``; ``failures`` and ``nan`` exclude each other, both are no success."""
    counted = [each for each in samples if each.counted]
    bad = [each for each in counted if each.outcome != "ok"]
    nan = sum(each.outcome == "nan" for each in bad)
    trends = {name: leak.trend(*_readings(counted, name)) for name in GAUGES}
    known = {name: each for name, each in trends.items() if each.readings}
    verdicts = [each.leak for each in known.values()]
    calls = len(counted)
    return {
        "asked": config.get("calls"),
        "calls": calls,
        "failures": len(bad) - nan,
        "nan": nan,
        "nan_mended": sum(each.outcome == "ok" and bool(each.error) for each in counted),
        "crashes": _crashes(counted),
        "success": round(1 - len(bad) / calls, 6) if calls else None,
        "failure_bound": order.failure_bound(calls, len(bad)) if calls else None,
        "errors": [{"place": each.place, "outcome": each.outcome, "error": each.error, "input": latency.asked_of(each)} for each in bad],
        "latency_ms": latency.series(counted) if calls else None,
        "seconds": round(counted[-1].at_s + counted[-1].total_ms / 1000 - counted[0].at_s, 3) if calls else None,
        "memory": {name: each.as_dict() for name, each in known.items()},
        "leak": True if True in verdicts else None if None in verdicts or not verdicts else False,
        "rss_mb": latency.rss_mb(counted),
    }


def _readings(samples: Sequence[Sample], name: str) -> tuple[list[int], list[int]]:
    """Return a gauge's readings of the engine that was there longest: one that died took its memory with it."""
    told = [each for each in samples if name in each.memory]
    longest = Counter(each.memory.get("pid") for each in told).most_common(1)
    kept = [each for each in told if each.memory.get("pid") == longest[0][0]]
    return [each.memory[name] for each in kept], [each.place for each in kept]


def _crashes(samples: Sequence[Sample]) -> int:
    """Return how often the engine died: in the middle of a call, or, by its own count, between two."""
    counts = [each.memory["restarts"] for each in samples if "restarts" in each.memory]
    return max(sum(each.outcome == "crashed" for each in samples), counts[-1] - counts[0] if counts else 0)
