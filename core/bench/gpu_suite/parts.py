"""The measurements, each on its own: what one of them cannot do costs no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from core.bench.gpu_suite import machine
from core.bench.gpu_suite.architectures import architectures, parameters, skeleton
from core.bench.gpu_suite.bench import Bench, Put
from core.bench.gpu_suite.encoding import by_batch, measure_encoder
from core.bench.gpu_suite.models import does_not_fit
from core.bench.gpu_suite.timing import timed, told
from core.bench.gpu_suite.work import cost
from core.bench.statistics import theil_sen

EMBEDDER, RERANKER, KURE, SIGLIP = "qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b", "kure-v1", "siglip-base"
_NF4, _PLAIN = "nf4", "plain"
TOGETHER: dict[str, tuple[tuple[str, str], ...]] = {
    "A+B+C": ((EMBEDDER, _PLAIN), (KURE, _PLAIN), (SIGLIP, _PLAIN)),
    "A+E": ((EMBEDDER, _PLAIN), (RERANKER, _PLAIN)),
    "A@nf4+B+C": ((EMBEDDER, _NF4), (KURE, _PLAIN), (SIGLIP, _PLAIN)),
    "A@nf4+E@nf4": ((EMBEDDER, _NF4), (RERANKER, _NF4)),
    "A@nf4+B+C+E@nf4": ((EMBEDDER, _NF4), (KURE, _PLAIN), (SIGLIP, _PLAIN), (RERANKER, _NF4)),
}
"""What a comparison holds in memory at once; the last one is the preset for 8 GB, all five systems."""
_TOGETHER_BATCH = 8


def count_parameters(bench: Bench, put: Put) -> None:
    """Build every architecture without memory and hold its size against the known one."""
    for each in architectures(bench.options.size):
        model = skeleton(each)
        price = cost(model)
        put(each.name, {
            "parameters": parameters(model), "expected": each.parameters, "equal": parameters(model) == each.parameters,
            "weights_per_token": price.per_token, "weights_per_patch": price.per_patch,
            "weights_per_visual_token": price.per_visual_token})


def measure_machine(bench: Bench, put: Put) -> None:
    """Measure the ceilings."""
    best = bench.matrix_rate
    put("matrix_dtype", bench.plain)
    put("matrix_tflops_by_size", {str(size): rate / 1e12 for size, rate in bench.rates.items()})
    put("matrix_tflops", best / 1e12)
    put("copy_gb_per_s", machine.copy_rate(device=bench.device, megabytes=bench.options.copy_megabytes) / 1e9)


def measure_reranker(bench: Bench, put: Put, *, precision: str) -> None:
    """One pair at a time, batches of pairs, and a whole list as system E reranks it."""
    model = bench.loaded(RERANKER, bench.plain if precision == _PLAIN else precision, put)
    workload, price = bench.workload(RERANKER), bench.cost(RERANKER)
    query = workload.contents("text", 1, tokens=32)[0]
    for kind in ("text", "both"):
        documents = workload.contents(kind, 8)
        done = timed(lambda turn, found=documents: model.score(query, [found[turn % len(found)]]),
                     calls=bench.options.latency_calls, warmup=bench.options.latency_warmup, device=bench.device)
        put("latency", kind, done.as_dict() | {"vram_gb": bench.gauge.vram_gb()})
        by_batch(bench, put, lambda batch: model.score(query, batch), model=model, price=price, kind=kind,
                 contents=workload.contents(kind, max(bench.options.batches)))
        listed = workload.contents(kind, bench.options.rerank_depth)
        bench.gauge.reset_peak()
        done = timed(lambda turn, found=listed: model.score(query, found), calls=3, warmup=1, device=bench.device)
        put("list", kind, done.as_dict() | {"depth": len(listed), "vram_gb": bench.gauge.vram_gb()})


def measure_together(bench: Bench, put: Put) -> None:
    """Hold several models in memory at once and let each of them work."""
    for name, members in TOGETHER.items():
        wanted = [(key, bench.plain if precision == _PLAIN else precision) for key, precision in members]
        put(name, {"planned": bench.planned(wanted)} | _together(bench, wanted))
        bench.gauge.release()


def _together(bench: Bench, members: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return whether a combination fits; that it does not is an answer, with the step at which it failed.

    What fails for another reason says nothing of memory: ``fits`` is None then.
    """
    models: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []
    bench.gauge.reset_peak()
    try:
        for key, precision in members:
            step: dict[str, Any] = {"load": key, "precision": precision}
            steps.append(step)
            models[key] = bench.loaded(key, precision, lambda *_: None)
            step["vram_gb"] = bench.gauge.vram_gb()
        for key, model in models.items():
            step = {"work": key, "batch": _TOGETHER_BATCH}
            steps.append(step)
            workload = bench.workload(key)
            contents = workload.contents(workload.kinds[-1], _TOGETHER_BATCH)
            model.score(contents[0], contents) if hasattr(model, "score") else model.encode(contents, role="document")
            step["vram_gb"] = bench.gauge.vram_gb()
    except Exception as error:
        return {"fits": False if does_not_fit(error) else None, "error": told(error), "steps": steps, "vram_gb": bench.gauge.vram_gb()}
    return {"fits": True, "error": None, "steps": steps, "vram_gb": bench.gauge.vram_gb(),
            "rss_mb": bench.gauge.rss_bytes() / 1e6}


def measure_stability(bench: Bench, put: Put) -> None:
    """Ask the embedder over and over; nothing may fail and no memory may grow."""
    model, workload = bench.loaded(EMBEDDER, bench.plain, put), bench.workload(EMBEDDER)
    asked = [content for kind in workload.kinds for content in workload.contents(kind, 4)]
    asked = asked[::4] + asked[1::4] + asked[2::4] + asked[3::4]  # text, image, both in turn
    series: dict[str, list[float]] = {name: [] for name in ("vram_allocated", "vram_reserved", "vram_outside", "rss")}

    def note(turn: int) -> None:
        now = (bench.gauge.allocated(), bench.gauge.reserved(), bench.gauge.outside(), bench.gauge.rss_bytes())
        for values, value in zip(series.values(), now, strict=True):
            values.append(value)

    bench.gauge.reset_peak()
    done = timed(lambda turn: model.encode([asked[turn % len(asked)]], role="query"), calls=bench.options.stability_calls,
                 warmup=len(asked), device=bench.device, after=note)
    put("calls", done.as_dict())
    put("vram_gb", bench.gauge.vram_gb())
    put("rss_mb", bench.gauge.rss_bytes() / 1e6)
    on_device = bench.device == "cuda"
    for name, values in series.items():
        measured = len(values) > 1 and (on_device or name == "rss")
        slope = theil_sen(values).as_dict() | {"first": values[0], "last": values[-1], "most": max(values)} if measured else None
        put("slope_bytes_per_call", name, slope)


PARTS: dict[str, Callable[[Bench, Put], None]] = {
    "parameters": count_parameters,
    "machine": measure_machine,
    "embedder": lambda bench, put: measure_encoder(bench, put, key=EMBEDDER, precision=bench.plain),
    "embedder-nf4": partial(measure_encoder, key=EMBEDDER, precision=_NF4),
    "together": measure_together,
    "stability": measure_stability,
    "kure": lambda bench, put: measure_encoder(bench, put, key=KURE, precision=bench.plain),
    "siglip": lambda bench, put: measure_encoder(bench, put, key=SIGLIP, precision=bench.plain),
    "reranker": partial(measure_reranker, precision=_PLAIN),
    "reranker-nf4": partial(measure_reranker, precision=_NF4),
}
"""In the order of how much is lost without them."""
