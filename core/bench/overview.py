"""Measurements as lists, files and machines show them: titles, one headline each, marks, the plain figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from psycopg import Connection

from core.bench import company
from core.bench.asking import KINDS
from core.evaluation.verdict import gates
from core.models.precision import into
from core.search import variants
from core.store import measurements
from core.store.measurements import Measurement

SHOWN: dict[str, str] = {**KINDS, "together": "함께 올리기"}
"""Kinds of measurements with their names: the benches', and what only ``bench gpu-suite`` measures."""
PARTS = {"text": "글", "image": "그림", "both": "글+그림"}
FIGURES = ("mean", "p50", "p95", "p99")
_SIZES = {"batch": "한 번에 {size}문항", "pairs": "한 번에 {size}쌍", "callers": "{size}명이 함께", "pixels": "그림 {size}×{size}",
          "load": "{size} 올리기", "exact": "정확한 검색 {size}차원", "build": "색인 만들기 {size}"}
STEPPED = "{model}: 메모리가 모자라 {place:,}번째 호출부터 {precision} 낮추어 계산했습니다."
BESIDE = "재는 동안 다른 일이 함께 돌았습니다({what}). 시간이 길게 나왔을 수 있습니다."
MEMORY = ("weights", "allocated", "reserved", "process")


def listing(conn: Connection, *, kind: str | None = None, system: str | None = None) -> list[Measurement]:
    """Return the benches' measurements, the newest first; automatic checks, which are stored beside them, are left out.

    Args:
        system: a name or letter, with suffixes if any.

    Raises:
        NotFoundError: there is no such system.
    """
    name = variants.find(system).name if system else None
    return [each for each in measurements.listing(conn, [kind] if kind else list(SHOWN)) if name in (None, each.system)]


@lru_cache(maxsize=1)
def _subject() -> gates.Subject:
    return gates.load().subject


def kind_title(kind: str) -> str:
    """Return a kind in Korean."""
    return SHOWN.get(kind, kind)


def series_title(name: str) -> str:
    """Return what a series of calls is called in Korean."""
    kind, _, size = name.partition(" ")
    if kind == "query":
        return f"쿼리 하나 · {PARTS.get(size, size)}"
    if kind in _SIZES:
        return _SIZES[kind].format(size=size)
    return PARTS.get(name) or ("이어서 호출" if kind == "calls" else name)


def on_target(measurement: Measurement) -> bool:
    """Return whether it was made on the card that the decision is about: the one that the gate file names."""
    return counts_there(measurement.device)


def counts_there(device: str) -> bool:
    """Return whether a device is the one that the decision is about."""
    return _subject().on_target(device)


def marks(measurement: Measurement) -> str:
    """Return what a reader must know before trusting the figures; the card that is not the target among it."""
    return " · ".join(mark for mark, said in (
        ("축소 모델", measurement.miniature),
        ("무작위 가중치", bool(measurement.config.get("random_weights") or measurement.environment.get("random_weights"))),
        ("인코딩만", bool(measurement.config.get("encoding_only"))),
        ("리랭커만", bool(measurement.config.get("reranking_only"))),
        ("메모리에 들어가지 않음", not fits_alone(measurement.result)),
        ("재는 중 정밀도 낮춤", bool(measurement.result.get("stepped"))),
        ("합성 벡터", bool(measurement.config.get("synthetic"))),
        ("대상 카드가 아님", measurement.kind != "index" and not on_target(measurement)),
        ("중간에 끊김", measurement.partial),
    ) if said)


def fits_alone(result: Mapping[str, Any]) -> bool:
    """Return False where a model, one query or one item found no memory: then the peak that was seen is not what it takes."""
    return result.get("single_fits") is not False


def peak_gb(result: Mapping[str, Any]) -> float | None:
    """Return the process's peak on the card; None without a card, and where it says less than what would be needed."""
    return (result.get("vram_gb") or {}).get("process") if fits_alone(result) else None


def remarks(measurement: Measurement) -> list[str]:
    """Return Korean sentences on what the models could not be as they were asked for, what computed beside, and why it ended early."""
    told = [f"{each.get('key')}: {note}" for each in measurement.environment.get("models") or [] for note in each.get("notes") or []]
    told += [STEPPED.format(model=each["model"], place=each["place"] + 1, precision=into(each["precision"]))
             for each in measurement.result.get("stepped") or []]
    others = company.told(measurement.environment)
    return [*told, *([BESIDE.format(what=", ".join(others))] if others else []), *filter(None, [measurement.result.get("ended_early")])]


def parts(result: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the figures of a latency result by part, in the order of ``PARTS``; the store does not keep an order."""
    told = result.get("latency_ms") or {}
    return [(part, told[part]) for part in PARTS if part in told]


def worst(result: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the slowest part of a latency result (by P95, as the gate does) and its figures; None where there is none."""
    told = dict(parts(result))
    if not told:
        return None
    # A percentile that is None is longer than any other: too many of its calls failed.
    part = max(told, key=lambda name: float("inf") if told[name].get("p95") is None else told[name]["p95"])
    return part, told[part]


def headline(measurement: Measurement) -> str:
    """Return the figure that matters most, in one short Korean phrase."""
    make = _HEADLINES.get(measurement.kind)
    return make(measurement.result) if make else ""


def combination(name: str) -> str:
    """Return which systems stand side by side, in Korean: ``A(4비트) · B · C``."""
    return " · ".join(each.replace("@nf4", "(4비트)") for each in name.split("+"))


def stopped_at(told: Mapping[str, Any]) -> str:
    """Return in Korean where a combination of models ended that did not fit, or that something else failed there."""
    place = told.get("failed_at")
    if not place:
        return ""
    where = f"{place['model']} {'올리기' if place['step'] == 'load' else '계산'}"
    return f"{where}에서 메모리 부족" if told["fits"] is False else f"{where}에서 다른 오류"


def as_json(measurement: Measurement) -> dict[str, Any]:
    """Return the keys that other programs rely on, what was not measured as null; all that is stored beside them."""
    result = measurement.result
    slowest = worst(result) if measurement.kind == "latency" else None
    latency = slowest[1] if slowest else result.get("latency_ms") or {}
    vram = result.get("vram_gb") or {}
    return {
        "id": measurement.id,
        "kind": measurement.kind,
        "system": measurement.system,
        "device": measurement.device,
        "target_device": on_target(measurement),
        "miniature": measurement.miniature,
        "partial": measurement.partial,
        "calls": result.get("calls"),
        "failures": result.get("failures"),
        "latency_ms": {name: latency.get(name) for name in FIGURES},
        "latency_of": slowest[0] if slowest else None,
        "items_per_s": result.get("items_per_s"),
        "vram_gb": {name: vram.get(name) for name in MEMORY},
        "rss_mb": result.get("rss_mb"),
        "config": measurement.config,
        "environment": measurement.environment,
        "result": result,
        "sha256": measurement.sha256,
        "measured_at": measurement.measured_at.isoformat(timespec="seconds"),
    }


def number(value: float | None, unit: str, digits: int = 1) -> str:
    """Return a figure with its unit; None is 측정 안 됨."""
    return "측정 안 됨" if value is None else f"{value:,.{digits}f} {unit}"


def _latency(result: dict[str, Any]) -> str:
    slowest = worst(result)
    return f"P95 {number(slowest[1].get('p95'), 'ms')} ({PARTS[slowest[0]]})" if slowest else "측정 안 됨"


def throughput(result: dict[str, Any]) -> str:
    """Return the best rate and its batch."""
    if result.get("items_per_s") is None and result.get("pairs_per_s") is not None:
        return number(result["pairs_per_s"], "쌍/초")
    best = result.get("best_batch")
    return number(result.get("items_per_s"), "문항/초") + (f" (한 번에 {best})" if best else "")


def vram(result: dict[str, Any]) -> str:
    """Return the process's peak on the card; without a card, its RAM; that it found no memory where it found none."""
    if not fits_alone(result):
        return f"VRAM {number(result.get('room_gb'), 'GB', 2)}로도 모자람"
    peak = peak_gb(result)
    return f"VRAM {number(peak, 'GB', 2)}" if peak is not None else f"RAM {number(result.get('rss_mb'), 'MB', 0)}"


def _stability(result: dict[str, Any]) -> str:
    calls, bad = result.get("calls") or 0, (result.get("failures") or 0) + (result.get("nan") or 0)
    leak = {True: "누수 있음", False: "누수 없음"}.get(result.get("leak"), "누수는 알 수 없음")
    return f"{calls:,}번 중 {bad:,}번 실패 · {leak}"


def _stress(result: dict[str, Any]) -> str:
    told = result.get("by_callers") or {}
    most = max(told, key=int, default=None)
    return f"{most}명 P95 {number(told[most]['latency_ms'].get('p95'), 'ms')}" if most else "측정 안 됨"


def _index(result: dict[str, Any]) -> str:
    return f"{result.get('rows') or 0:,}건 · 색인 {len(result.get('indexes') or [])}개"


def _together(result: dict[str, Any]) -> str:
    told = [each["fits"] for each in result.get("combinations") or []]
    return f"조합 {len(told)}개 중 {told.count(True)}개가 함께 올라감" if told else "측정 안 됨"


_HEADLINES: dict[str, Callable[[dict[str, Any]], str]] = {
    "latency": _latency, "throughput": throughput, "vram": vram, "stability": _stability, "stress": _stress, "index": _index,
    "together": _together}
