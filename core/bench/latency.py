"""Response time: single calls, one after the other, of texts, pictures and both in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.bench import calling, order
from core.bench.frame import Bench
from core.bench.subject import PARTS
from core.store.bench_samples import Sample

COLD, WARM = "cold", "warm-up"
PHASES = ("encode", "search", "rerank")
_READ_EVERY = 10
"""Calls between two readings of the memory."""
_MOST_ERRORS = 50


def measure(bench: Bench) -> None:
    """Make the first call after the models were unloaded, then warm up, then measure; the parts take turns, so that whatever
    else the machine does meets them alike."""
    inputs, asked = bench.subject.inputs, bench.asked
    bench.expect(1 + len(inputs) * (asked.warm_up + asked.times), "첫 호출")
    for model in bench.subject.models:
        bench.engine.evict(model.key)
    first = next(iter(inputs.values()))[0]
    bench.record(COLD, calling.search(bench.db, bench.engine, bench.subject, first), first.told, counted=False)
    bench.expect(1 + len(inputs) * (asked.warm_up + asked.times), "한 번씩 호출")
    for turn in range(asked.warm_up + asked.times):
        for part, listed in inputs.items():
            if bench.stopped:
                return
            warm = turn < asked.warm_up
            given = listed[turn % len(listed)]
            bench.record(f"{WARM} {part}" if warm else part, calling.search(bench.db, bench.engine, bench.subject, given), given.told,
                         counted=not warm, read=turn % _READ_EVERY == 0)
    bench.finished = True


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``, of whatever there is."""
    counted = {part: [each for each in samples if each.counted and each.series == part] for part in PARTS}
    given = {part: each for part, each in counted.items() if each}
    cold = next((each for each in samples if each.series == COLD), None)
    return {
        "calls": sum(map(len, given.values())),
        "failures": sum(each.outcome != "ok" for listed in given.values() for each in listed),
        "latency_ms": {part: series(listed) for part, listed in given.items()},
        "phases": {part: {phase: phase_of(listed, phase) for phase in PHASES} for part, listed in given.items()},
        "cold_ms": cold.total_ms if cold is not None and cold.outcome == "ok" else None,
        "errors": errors(samples),
        "rss_mb": rss_mb(samples),
    }


def series(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return the figures of single calls, from a query's content to its hits; a failed one counts as slower than any other."""
    good = [each.total_ms for each in samples if each.outcome == "ok"]
    found = order.summary(good, failures=len(samples) - len(good))
    return figures(found) | {"nan": sum(each.outcome == "nan" for each in samples)}


def phase_of(samples: Sequence[Sample], phase: str) -> dict[str, Any] | None:
    """Return the figures of one phase of the calls that were answered; None where no call had it."""
    taken = [value for each in samples if each.outcome == "ok" and (value := getattr(each, f"{phase}_ms")) is not None]
    return figures(order.summary(taken)) if any(taken) else None


def figures(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return milliseconds rounded to a tenth of a microsecond: exact in a file, and back."""
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def errors(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return the calls that failed, warm-ups too, with what had been asked; the first fifty."""
    bad = [each for each in samples if each.outcome != "ok"]
    return [{"place": each.place, "outcome": each.outcome, "error": each.error, "input": asked_of(each)} for each in bad[:_MOST_ERRORS]]


def asked_of(sample: Sample) -> dict[str, Any]:
    """Return what a call was asked, without what the bench noted beside it."""
    return {name: value for name, value in sample.input.items() if not name.endswith("_before") and name != "stepped"}


def stepped(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return the models that came down a precision while they were measured: to which, and from which call on."""
    found: dict[tuple[str, str], int] = {}
    for each in samples:
        for key, precision in (each.input.get("stepped") or {}).items():
            found.setdefault((key, precision), each.place)
    return [{"model": key, "precision": precision, "place": place} for (key, precision), place in found.items()]


def rss_mb(samples: Sequence[Sample]) -> float | None:
    """Return the most memory the engine's process was seen to hold, in 10⁶ bytes."""
    return max((round(each.memory["rss"] / 1e6, 1) for each in samples if "rss" in each.memory), default=None)
