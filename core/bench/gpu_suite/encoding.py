"""One encoder: a query at a time, calls with more and more contents, and a mixed corpus."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.bench.gpu_suite.bench import Bench, Put
from core.bench.gpu_suite.timing import synchronise, timed, told
from core.bench.gpu_suite.work import Cost, Seen, watched
from core.bench.gpu_suite.workload import QUERY_TOKENS, Workload

_FEWEST = 3


def measure_encoder(bench: Bench, put: Put, *, key: str, precision: str) -> None:
    """Load an encoder and measure it."""
    model, workload, price = bench.loaded(key, precision, put), bench.workload(key), bench.cost(key)
    for kind in workload.kinds:
        _latency(bench, put, model, workload, kind)
    for kind in workload.towers:
        by_batch(bench, put, lambda batch: model.encode(batch, role="document"), model=model, price=price, kind=kind,
                 contents=workload.contents(kind, max(bench.options.batches)))
    _corpus(bench, put, model, workload, price)


def _latency(bench: Bench, put: Put, model: Any, workload: Workload, kind: Any) -> None:
    tokens = QUERY_TOKENS if kind == "text" else 2 * QUERY_TOKENS
    asked = workload.contents(kind, min(8, bench.options.latency_calls), tokens=tokens)
    bench.gauge.reset_peak()
    done = timed(lambda turn: model.encode([asked[turn % len(asked)]], role="query"), calls=bench.options.latency_calls,
                 warmup=bench.options.latency_warmup, device=bench.device)
    with watched(model, device=bench.device) as seen:
        for content in asked:
            model.encode([content], role="query")
    put("latency", kind, done.as_dict() | {
        "tokens": seen.tokens / len(asked), "patches": seen.patches / len(asked), "forward_ms": seen.forward_s / len(asked) * 1000,
        "vram_gb": bench.gauge.vram_gb()})


def by_batch(bench: Bench, put: Put, call: Callable[[list[Any]], Any], *, model: Any, price: Cost, kind: str,
             contents: list[Any]) -> None:
    """Repeat each size of call; the first that does not fit ends the row, and its error is the result.

    The model cuts a call into passes of so many tokens; how many there were, and of how many rows, stands beside the time.
    """
    for size in bench.options.batches:
        batch = contents[:size]
        bench.gauge.release()
        bench.gauge.reset_peak()
        try:
            call(batch)
            seconds = _repeat(bench, lambda batch=batch: call(batch))
            with watched(model, device=bench.device) as seen:
                call(batch)
        except Exception as error:  # out of memory is an answer here, and so is everything else: the row says which
            put("throughput", kind, str(size), {"error": told(error), "vram_gb": bench.gauge.vram_gb()})
            return
        put("throughput", kind, str(size), _rates(bench, price, seen, seconds=seconds, items=size) | {
            "vram_gb": bench.gauge.vram_gb()})


def _corpus(bench: Bench, put: Put, model: Any, workload: Workload, price: Cost) -> None:
    items = workload.corpus(bench.options.corpus_items)
    bench.gauge.reset_peak()
    model.encode(items[:16], role="document")
    synchronise(bench.device)
    start = time.perf_counter()
    model.encode(items, role="document")
    seconds = time.perf_counter() - start
    with watched(model, device=bench.device) as seen:
        model.encode(items, role="document")
    put("corpus", _rates(bench, price, seen, seconds=seconds, items=len(items)) | {
        "items": len(items), "with_figure": sum(item.image is not None for item in items), "vram_gb": bench.gauge.vram_gb()})


def _repeat(bench: Bench, call: Callable[[], Any]) -> float:
    taken: list[float] = []
    while len(taken) < _FEWEST or sum(taken) < bench.options.batch_seconds:
        synchronise(bench.device)
        start = time.perf_counter()
        call()
        synchronise(bench.device)
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def _rates(bench: Bench, price: Cost, seen: Seen, *, seconds: float, items: int) -> dict[str, Any]:
    """Items and tokens a second, and the share of the card's measured matrix rate they amount to.

    ``mfu`` counts what the model needs for these tokens (not their padding) over the whole call, reading of images,
    tokenising and copying included. ``mfu_computed`` leaves out the tokens that were not computed again, ``mfu_forward``
    these and all time outside the networks: so what is lost to padding, to preparing and to the networks is told apart.
    """
    needed, done = (price.operations(tokens=tokens, patches=seen.patches) for tokens in (seen.tokens, seen.computed))
    rate = bench.matrix_rate
    return {
        "seconds": seconds,
        "items_per_s": items / seconds,
        "tokens_per_s": seen.tokens / seconds,
        "tokens": seen.tokens,
        "tokens_computed": seen.computed,
        "patches": seen.patches,
        "passes": seen.passes,
        "most_rows": seen.most_rows,
        "padding_share": seen.padding_share,
        "forward_s": seen.forward_s,
        "tflops": needed / seconds / 1e12,
        "mfu": needed / seconds / rate,
        "mfu_computed": done / seconds / rate,
        "mfu_forward": done / seen.forward_s / rate if seen.forward_s else None,
    }
