"""Throughput: items a second by the number of items in a call, and the best number that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.bench import batches, latency, shortage
from core.bench.asking import BATCHES
from core.bench.frame import Bench
from core.bench.subject import rows
from core.store.bench_samples import Sample

_PAIRS_OF_ITEMS = 8
"""Sizes above it are not tried for pairs: each takes as long as many items."""


def measure(bench: Bench) -> None:
    """Measure each size, the smaller first, so that a size that does not fit spoils nothing before it."""
    with bench.db.connection() as conn:
        given = rows(conn, bench.subject)
    query = next(iter(bench.subject.inputs.values()))[0].query.whole
    sizes = [("batch", size) for size in BATCHES]
    if bench.subject.reranker is not None:
        sizes += [("pairs", size) for size in BATCHES if size <= _PAIRS_OF_ITEMS]
    before = shortage.baseline(bench.status())
    for kind, size in sizes:
        bench.expect(len(sizes) * (1 + bench.asked.times), f"한 번에 {size}{'쌍' if kind == 'pairs' else '문항'}")
        bench.engine.reset_peaks()
        for turn in range(1 + bench.asked.times):
            if bench.stopped:
                return
            answer = (batches.rerank(bench, query, given, size=size, turn=turn) if kind == "pairs"
                      else batches.encode(bench, given, size=size, turn=turn))
            # The first call of a size chooses kernels and takes memory for it.
            bench.record(f"{kind} {size}", answer, {"size": size, "turn": turn, **before}, counted=turn > 0)
            before = {}
    bench.finished = True


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``."""
    counted = [each for each in samples if each.counted]
    by_batch, by_pairs = (_sizes(samples, kind) for kind in ("batch", "pairs"))
    best = max((size for size, found in by_batch.items() if found["fits"] and found["items_per_s"]),
               key=lambda size: by_batch[size]["items_per_s"], default=None)
    return {
        "calls": len(counted),
        "failures": sum(each.outcome != "ok" for each in counted),
        "items_per_s": by_batch[best]["items_per_s"] if best else None,
        "best_batch": int(best) if best else None,
        "by_batch": by_batch,
        "pairs_per_s": max((found["items_per_s"] for found in by_pairs.values() if found["items_per_s"]), default=None),
        "by_pairs": by_pairs,
        "errors": latency.errors(samples),
        "rss_mb": latency.rss_mb(samples),
    }


def _sizes(samples: Sequence[Sample], kind: str) -> dict[str, Any]:
    """Return the figures by size.

    After a size that ran out the engine computes larger ones in passes that fit, so that memory does not run out again: they fit
    no better for that. One item that was answered all the same had another model leave for it, and fits.
    """
    short = dict(zip((each.place for each in samples), shortage.found(samples), strict=True))
    found: dict[str, Any] = {}
    ran_out = False
    for size in BATCHES:
        own = [each for each in samples if each.series == f"{kind} {size}"]
        ran_out = ran_out or (size > 1 and any(short[each.place] for each in own))
        if counted := [each for each in own if each.counted]:
            found[str(size)] = _one(size, own, counted, ran_out=ran_out)
    return found


def _one(size: int, own: Sequence[Sample], counted: Sequence[Sample], *, ran_out: bool) -> dict[str, Any]:
    """Return a size's figures: items that were answered over the time of all calls; its interval is that of the median call."""
    good = [each.total_ms for each in counted if each.outcome == "ok"]
    taken = sum(each.total_ms for each in counted) / 1000
    found = latency.series(counted)
    failures = len(counted) - len(good)
    return {
        "items_per_s": round(size * len(good) / taken, 4) if good and taken else None,
        "low": _rate(size, found["p50_high"]), "high": _rate(size, found["p50_low"]),
        "calls": len(counted), "failures": failures,
        # Where memory ran out the engine computed in smaller passes: it worked, but not at this size.
        "fits": not failures and not ran_out,
        "latency_ms": found, "vram_gb": batches.memory_gb(own), "rss_mb": latency.rss_mb(own),
    }


def _rate(size: int, milliseconds: float | None) -> float | None:
    return round(size * 1000 / milliseconds, 4) if milliseconds else None
