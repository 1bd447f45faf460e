"""Results of ``bench gpu-suite`` as measurements: speed and memory of the architectures with random weights, on whatever card.

They are the models alone (no engine between, no search behind) and never count as evidence: the weights are random. They show
what a card can do, under that card's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from core.errors import InputError
from core.search import variants
from core.store import measurements
from core.store.measurements import Measurement

SYSTEMS = {"embedder": "qwen3-vl", "embedder-nf4": "qwen3-vl", "stability": "qwen3-vl", "kure": "kure-v1", "siglip": "siglip",
           "reranker": "qwen3-vl+rerank", "reranker-nf4": "qwen3-vl+rerank"}
TOGETHER = "together"
"""A part, and the kind and system of what comes of it: no one system is measured there, but which of them fit side by side."""
_FORM = 1
UNREADABLE = "gpu-suite의 결과 파일이 아니거나 온전하지 않습니다. `python -m core bench gpu-suite`가 쓴 파일을 그대로 가져와 주세요."


def is_suite(told: Any) -> bool:
    """Return whether a JSON file is one of the suite's."""
    return isinstance(told, dict) and told.get("suite") == "gpu-suite"


def store(conn: Connection, record: Mapping[str, Any]) -> list[Measurement]:
    """Store a suite's figures, all or nothing; the same file again changes nothing.

    Raises:
        InputError: the file is not what the suite writes, or has no figure.
    """
    try:
        if record["format"] != _FORM or not record["random_weights"]:
            raise InputError(UNREADABLE)
        wanted = list(_values(record))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(UNREADABLE) from error
    if not wanted:
        raise InputError("이 gpu-suite 결과에는 잰 값이 없습니다.")
    with conn.transaction():
        return [measurements.add(conn, **each) for each in wanted]


def _values(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (*SYSTEMS, TOGETHER):
        told = record["parts"].get(part) or {"results": {}, "status": "waiting"}
        found = told["results"]
        given = {
            "device": record["device"], "miniature": bool(record["miniature"]), "partial": told["status"] != "done",
            "measured_at": datetime.fromisoformat(record["started"]),
            "environment": {**record["environment"], "random_weights": True, "budget": record["budget"]},
        }
        config = {"dims": None, "random_weights": True, "suite_part": part, "budget_gb": record["options"].get("budget_gib")}
        if part == TOGETHER:
            if found:
                yield {**given, "kind": TOGETHER, "system": TOGETHER, "config": config | {"precision": None, "max_pixels": None},
                       "result": _plain({"combinations": [_combination(*each) for each in found.items()]})}
            continue
        if "load" not in found:
            continue
        load = found["load"]
        config |= {"precision": load["precision"], "max_pixels": load["max_pixels"]}
        for kind, (result, more) in _results(part, found).items():
            if result is not None:
                yield {**given, "kind": kind, "system": variants.find(f"{SYSTEMS[part]}@{load['precision']}").name,
                       "config": config | more, "result": _plain(result)}


def _results(part: str, found: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Return results by kind, each with what its configuration says beside."""
    alone = {"encoding_only": True}
    if part == "stability":
        return {"stability": (_stability(found), alone)}
    if not part.startswith("reranker"):
        return {"latency": (_latency(found), alone), "throughput": (_throughput(found), alone), "vram": (_vram(found), alone)}
    alone = {"reranking_only": True}
    depth = next((each["depth"] for each in (found.get("list") or {}).values()), None)
    return {"latency": (_lists(found), alone | {"rerank_depth": depth}), "throughput": (_pairs(found), alone),
            "vram": (_vram(found), alone)}


def _lists(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the times of reading a whole list again, which is what a query of system E waits for; of one pair beside them."""
    result = _latency({"latency": found.get("list")})
    pair = _latency(found)
    if result is None:
        return None
    phases = {part: {"encode": None, "search": None, "rerank": dict(told)} for part, told in result["latency_ms"].items()}
    return result | {"phases": phases, "pair_latency_ms": pair["latency_ms"] if pair else None}


def _pairs(found: Mapping[str, Any]) -> dict[str, Any] | None:
    result = _throughput(found)
    if result is None:
        return None
    return {"items_per_s": None, "best_batch": None, "by_batch": {}, "pairs_per_s": result["items_per_s"], "by_pairs": result["by_batch"],
            "contents": result["contents"]}


def _combination(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether models fit side by side, what they took, and where it ended where they did not."""
    steps, planned = told.get("steps") or [], told.get("planned") or {}
    last = steps[-1] if steps else {}
    return {
        "name": name, "fits": told["fits"], "error": told.get("error"),
        "models": [{"model": each["load"], "precision": each["precision"]} for each in steps if "load" in each],
        "failed_at": None if told["fits"] else {"step": "load" if "load" in last else "work",
                                                "model": last.get("load") or last.get("work")},
        "planned_fits": planned.get("fits"), "planned_gb": planned.get("needed_gb"), "planned_weights_gb": planned.get("weights_gb"),
        "vram_gb": _memory(told.get("vram_gb")), "rss_mb": told.get("rss_mb"),
    }


def _latency(found: Mapping[str, Any]) -> dict[str, Any] | None:
    series = found.get("latency") or {}
    figures = {part: {**{name: each["latency_ms"][name] for name in ("mean", "p50", "p95", "p99")}, "n": each["calls"],
                      "failures": each["failures"]} for part, each in series.items() if each.get("latency_ms")}
    return {"calls": sum(each["calls"] for each in series.values()), "failures": sum(each["failures"] for each in series.values()),
            "latency_ms": figures} if figures else None


def _throughput(found: Mapping[str, Any]) -> dict[str, Any] | None:
    by_kind = found.get("throughput") or {}
    kind = next((each for each in ("both", "image", "text") if each in by_kind), None)
    if kind is None:
        return None
    sizes = {size: {"items_per_s": each.get("items_per_s"), "low": None, "high": None, "calls": None, "failures": int("error" in each),
                    "fits": "error" not in each, "latency_ms": {"p50": each["seconds"] * 1000} if "seconds" in each else {"p50": None},
                    "vram_gb": _memory(each.get("vram_gb")), "rss_mb": None} for size, each in by_kind[kind].items()}
    best = max((size for size, each in sizes.items() if each["items_per_s"]), key=lambda size: sizes[size]["items_per_s"], default=None)
    corpus = (found.get("corpus") or {}).get("items_per_s")
    return {"items_per_s": sizes[best]["items_per_s"] if best else None, "best_batch": int(best) if best else None, "by_batch": sizes,
            "corpus_items_per_s": corpus, "contents": kind}


def _vram(found: Mapping[str, Any]) -> dict[str, Any]:
    readings = [each.get("vram_gb") for name in ("latency", "list") for each in (found.get(name) or {}).values()]
    readings += [each.get("vram_gb") for sizes in (found.get("throughput") or {}).values() for each in sizes.values()]
    every = [_memory(each) for each in [found["load"]["vram_gb"], *readings] if each]
    highest = {name: max((each[name] for each in every if each[name] is not None), default=None) for name in every[0]}
    return {"vram_gb": {**highest, "weights": found["load"]["vram_gb"]["weights"]}, "rss_mb": found["load"].get("rss_mb"),
            "after_load": [{"model": found["load"]["precision"], "seconds": found["load"]["seconds"], **_memory(found["load"]["vram_gb"]),
                            "weights": found["load"]["vram_gb"]["weights"], "rss_mb": found["load"].get("rss_mb")}],
            "by_batch": {}, "by_pixels": {}}


def _memory(told: Mapping[str, Any] | None) -> dict[str, Any]:
    given = told or {}
    return {"allocated": given.get("peak_allocated"), "reserved": given.get("peak_reserved"), "process": given.get("peak_process"),
            "driver": given.get("driver_process"), "device": None}


def _stability(found: Mapping[str, Any]) -> dict[str, Any] | None:
    calls = found.get("calls")
    if not isinstance(calls, Mapping):
        return None
    names = {"rss": "rss", "vram_allocated": "allocated", "vram_reserved": "reserved"}
    kept = ("slope", "low", "high", "first", "last")
    slopes = {names[name]: {"readings": each["points"], **{key: each[key] for key in kept}, "leak": None}
              for name, each in (found.get("slope_bytes_per_call") or {}).items() if each and name in names}
    nan = sum(number for words, number in calls["errors"].items() if "finite" in words)
    return {"asked": calls["calls"], "calls": calls["calls"], "failures": calls["failures"] - nan, "nan": nan, "crashes": 0,
            "success": 1 - calls["failures"] / calls["calls"] if calls["calls"] else None, "latency_ms": calls["latency_ms"] or {},
            "memory": slopes, "leak": None, "rss_mb": found.get("rss_mb")}


def _plain(value: Any) -> Any:
    """Return the figures rounded to what a file and the store keep alike."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value
