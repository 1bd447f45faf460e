"""Stress (the plan's Q5): several callers at once, each with its next query as soon as it has an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from core.bench import calling, latency
from core.bench.asking import CALLERS
from core.bench.frame import Bench, HopelessError
from core.bench.subject import Input
from core.store.bench_samples import Sample


def measure(bench: Bench) -> None:
    """Warm up with one caller, then let each number of callers share the calls."""
    asked = bench.asked
    given = _mixed(list(bench.subject.inputs.values()))
    total = asked.warm_up + len(CALLERS) * asked.times
    bench.expect(total, "준비")
    for turn in range(asked.warm_up):
        if bench.stopped:
            return
        one = given[turn % len(given)]
        bench.record(latency.WARM, calling.search(bench.db, bench.engine, bench.subject, one), one.told, counted=False)
    for callers in CALLERS:
        bench.expect(total, f"{callers}명이 함께 호출")
        _together(bench, given, callers)
        if bench.stopped:
            return
    bench.finished = True


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``."""
    counted = [each for each in samples if each.counted]
    return {
        "calls": len(counted),
        "failures": sum(each.outcome != "ok" for each in counted),
        "by_callers": {str(callers): _level([each for each in counted if each.series == _series(callers)]) for callers in CALLERS
                       if any(each.series == _series(callers) for each in counted)},
        "errors": latency.errors(samples),
        "rss_mb": latency.rss_mb(samples),
    }


def _level(samples: Sequence[Sample]) -> dict[str, Any]:
    good = sum(each.outcome == "ok" for each in samples)
    seconds = max(each.at_s + each.total_ms / 1000 for each in samples) - min(each.at_s for each in samples)
    return {"calls": len(samples), "failures": len(samples) - good, "latency_ms": latency.series(samples), "seconds": round(seconds, 3),
            "answers_per_s": round(good / seconds, 4) if seconds > 0 else None}


def _together(bench: Bench, given: list[Input], callers: int) -> None:
    """Share out the calls; the first caller whose calls are hopeless ends it for all."""
    turns, hopeless = count(), []

    def call() -> None:
        while not bench.stopped and not hopeless and (turn := next(turns)) < bench.asked.times:
            one, began = given[turn % len(given)], time.monotonic()
            try:
                bench.record(_series(callers), calling.search(bench.db, bench.engine, bench.subject, one), one.told,
                             read=turn % 10 == 0, began=began)
            except HopelessError as error:
                hopeless.append(error)

    threads = [threading.Thread(target=call, name=f"caller {number}", daemon=True) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if hopeless:
        raise hopeless[0]


def _mixed(parts: list[list[Input]]) -> list[Input]:
    """Return the queries of all parts in turn."""
    return [listed[turn % len(listed)] for turn in range(max(map(len, parts))) for listed in parts]


def _series(callers: int) -> str:
    return f"callers {callers}"
