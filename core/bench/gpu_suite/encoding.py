"""One encoder: a query at a time, batches of every size, and a mixed corpus through its own batching."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.bench.gpu_suite.bench import Bench, Put
from core.bench.gpu_suite.models import one_pass
from core.bench.gpu_suite.timing import synchronise, timed, told
from core.bench.gpu_suite.work import Cost, Seen, watched
from core.bench.gpu_suite.workload import QUERY_TOKENS, Workload

_FEWEST = 3


def measure_encoder(bench: Bench, put: Put, *, key: str, precision: str) -> None:
    """Load an encoder and measure it."""
    model, workload, price = bench.loaded(key, precision, put), bench.workload(key), bench.cost(key)
    for kind in workload.kinds:
        _latency(bench, put, model, workload, kind)
    for kind in [kind for kind in workload.kinds if kind != "image"] if key != "siglip-base" else ["text", "image"]:
        by_batch(bench, put, one_pass(model), model=model, price=price, kind=kind,
                 contents=workload.contents(kind, max(bench.options.batches)))
    _corpus(bench, put, model, workload, price)


def _latency(bench: Bench, put: Put, model: Any, workload: Workload, kind: Any) -> None:
    tokens = QUERY_TOKENS if kind == "text" else 2 * QUERY_TOKENS
    asked = workload.contents(kind, 8, tokens=tokens)
    bench.gauge.reset_peak()
    done = timed(lambda turn: model.encode([asked[turn % len(asked)]], role="query"), calls=bench.options.latency_calls,
                 warmup=bench.options.latency_warmup, device=bench.device)
    with watched(model, device=bench.device) as seen:
        for content in asked:
            model.encode([content], role="query")
    put("latency", kind, done.as_dict() | {
        "tokens": seen.tokens / len(asked), "patches": seen.patches / len(asked), "forward_ms": seen.forward_s / len(asked) * 1000,
        "vram_gb": bench.gauge.vram_gb()})


def by_batch(bench: Bench, put: Put, forward: Callable[[list[Any]], Any], *, model: Any, price: Cost, kind: str,
             contents: list[Any]) -> None:
    """Repeat each batch size; the first that does not fit ends the row, and its error is the result."""
    for size in bench.options.batches:
        batch = contents[:size]
        bench.gauge.release()
        bench.gauge.reset_peak()
        try:
            forward(batch)
            seconds = _repeat(bench, lambda batch=batch: forward(batch))
            with watched(model, device=bench.device) as seen:
                forward(batch)
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
    """Items and tokens a second, and the share of the card's measured matrix rate that useful work takes.

    ``mfu`` counts the whole call (reading images, tokenising, copying) and real tokens only; ``mfu_forward`` counts the
    time inside the networks alone, so that what lies between them is told apart.
    """
    useful = price.operations(tokens=seen.tokens, patches=seen.patches)
    return {
        "seconds": seconds,
        "items_per_s": items / seconds,
        "tokens_per_s": seen.tokens / seconds,
        "tokens": seen.tokens,
        "patches": seen.patches,
        "padding_share": seen.padding_share,
        "forward_s": seen.forward_s,
        "tflops": useful / seconds / 1e12,
        "mfu": useful / seconds / bench.matrix_rate,
        "mfu_forward": useful / seen.forward_s / bench.matrix_rate if seen.forward_s else None,
    }
