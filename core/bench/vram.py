"""Memory: after each model is loaded, at the highest, by items in a call and by the size of pictures; without a card, RAM."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from core.bench import batches, calling, latency, overview, reading, shortage
from core.bench.asking import BATCHES, SIDES
from core.bench.frame import Bench
from core.bench.subject import Subject, rows
from core.models import registry
from core.models.contract import Content
from core.store.bench_samples import Sample

_SEED = 11
GATED = ("load", "query", "batch")
"""Stages whose highest use is the system's: at the pixel budget that was asked for."""
SINGLE = ("load", "query", "batch 1")
"""Stages that must fit for the system to work at all; larger calls the engine can take in smaller passes."""
NOT_LOADED = "{model} 모델을 올리지 못해 그 뒤는 재지 않았습니다. {error}"


def measure(bench: Bench) -> None:
    """Empty the card, load the system's models one by one, search, encode in growing calls, then pictures of growing size."""
    asked, subject = bench.asked, bench.subject
    with bench.db.connection() as conn:
        given = rows(conn, subject)
    sides = _sides(subject)
    total = len(subject.models) + len(subject.inputs) * asked.times + len(BATCHES) * asked.times + len(sides) * asked.times
    bench.expect(total, "모델 불러오기")
    bench.engine.evict()
    bench.engine.reset_peaks()
    before = shortage.baseline(bench.status())
    for model in subject.models:
        answer, loaded = calling.timed(lambda model=model: bench.engine.load(model.key, precision=model.precision,
                                                                             max_pixels=model.max_pixels))
        answer = replace(answer, models=(loaded,) if loaded is not None else ())
        bench.record(f"load {model.key}", answer, {"model": model.key, "precision": model.precision, **before})
        before = {}
        if answer.outcome != "ok":  # there is no more to be measured of a system that lacks a model
            bench.ended_early = NOT_LOADED.format(model=model.key, error=answer.error)
            bench.finished = shortage.found(bench.samples)[-1] is True
            return
    stages = [(f"query {part}", lambda turn, listed=listed: calling.search(bench.db, bench.engine, subject, listed[turn % len(listed)]))
              for part, listed in subject.inputs.items()]
    stages += [(f"batch {size}", lambda turn, size=size: batches.encode(bench, given, size=size, turn=turn)) for size in BATCHES]
    stages += [(f"pixels {side}", lambda turn, side=side: batches.encode(bench, _pictures(subject, side), size=1, turn=turn,
                                                                         max_pixels=side * side)) for side in sides]
    for series, call in stages:
        bench.expect(total, overview.series_title(series))
        if series.startswith("pixels"):  # another budget is another model in memory, and only one of them is asked about
            bench.engine.evict(subject.sets[0].identity.model_key)
        bench.engine.reset_peaks()
        for turn in range(asked.times):
            if bench.stopped:
                return
            bench.record(series, call(turn), {"stage": series, "turn": turn})
    bench.finished = True


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``; on a CPU all of ``vram_gb`` is None and RAM is told."""
    gated = [each for each in samples if each.series.split()[0] in GATED]
    loads = [each for each in samples if each.series.startswith("load ")]
    highest = batches.memory_gb(gated)
    budget = max((each.memory["budget"] for each in gated if "budget" in each.memory), default=None)
    out = any(short for each, short in zip(samples, shortage.found(samples), strict=True) if each.series.split()[0] in GATED)
    single, room = _single(samples) if highest["process"] is not None else (None, None)
    return {
        "calls": len(samples),
        "failures": sum(each.outcome != "ok" for each in samples),
        "vram_gb": {"weights": batches.gb(max((each.memory["weights"] for each in gated if "weights" in each.memory), default=None)),
                    **highest},
        "budget_gb": batches.gb(budget),
        "fits": None if highest["process"] is None else not out and all(each.outcome == "ok" for each in gated),
        "single_fits": single,
        "room_gb": batches.gb(room),
        "after_load": [{"model": each.input["model"], "failed": each.outcome != "ok", "seconds": round(each.total_ms / 1000, 3),
                        **batches.memory_gb([each]), "weights": batches.gb(each.memory.get("weights")),
                        "rss_mb": latency.rss_mb([each])} for each in loads],
        "by_batch": _stages(samples, "batch"),
        "by_pixels": _stages(samples, "pixels"),
        "errors": latency.errors(samples),
        "rss_mb": latency.rss_mb(gated),
    }


def _single(samples: Sequence[Sample]) -> tuple[bool | None, int | None]:
    """Return whether one query and one item fit, and into how many bytes they did not.

    False: such a call failed while memory ran out in it. None: one failed for another reason, or no query was asked. A call in
    which memory ran out and that was answered all the same (another model had to leave) fits.
    """
    failed, room = False, None
    for each, short in zip(samples, shortage.found(samples), strict=True):
        if _is_single(each.series) and each.outcome != "ok":
            failed = True
            if short:
                room = max(room or 0, _room(each.memory))
    if room is not None:
        return False, room
    asked = any(each.series.startswith("query ") for each in samples)
    return (True if asked and not failed else None), None


def _is_single(series: str) -> bool:
    return series in SINGLE or series.split()[0] in SINGLE


def _room(memory: Mapping[str, int]) -> int:
    """Return what this process could have taken: the budget, less what other processes held of the card."""
    own = reading.taken(dict(memory)) or 0
    others = max(0, memory.get("device_used", own) - own)
    total = memory.get("device_total")
    budget = memory.get("budget", total or 0)
    return budget if total is None else min(budget, total - others)


def _stages(samples: Sequence[Sample], kind: str) -> dict[str, Any]:
    found: dict[str, list[Sample]] = {}
    for each in samples:
        name, _, size = each.series.partition(" ")
        if name == kind:
            found.setdefault(size, []).append(each)
    return {size: {**batches.memory_gb(own), "rss_mb": latency.rss_mb(own), "failures": sum(each.outcome != "ok" for each in own)}
            for size, own in found.items()}


def _sides(subject: Subject) -> tuple[int, ...]:
    """Return the sizes of pictures to try: of a system whose first encoder has a budget of pixels, up to the model's own limit."""
    if not subject.sets or subject.sets[0].identity.max_pixels is None:
        return ()
    most = registry.record(subject.sets[0].identity.model_key).max_pixels or 0
    return tuple(side for side in SIDES if side * side <= most)


def _pictures(subject: Subject, side: int) -> batches.Rows:
    """Return one picture of noise with a text: all of its pixels are kept, and none is empty."""
    noise = np.random.default_rng(_SEED).integers(0, 256, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG", compress_level=1)
    return [(Content("그림을 보고 물음에 답하시오.", out.getvalue()), *([None] * (len(subject.sets) - 1)))]
