"""The record in few numbers: for other programs the keys every bench has, for people a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def totals(record: dict[str, Any]) -> dict[str, Any]:
    """Return the keys every bench prints; they describe the embedder without quantising, P95 of its slowest kind of query."""
    parts = record["parts"]
    found = parts.get("embedder", {}).get("results", {})
    series = list(_series(parts))
    latencies = [kind["latency_ms"] for kind in found.get("latency", {}).values() if kind["latency_ms"]]
    memory = [kind["vram_gb"] for kind in found.get("latency", {}).values()]
    load = found.get("load")
    return {
        "system": "qwen3-vl",
        "calls": sum(each["calls"] for each in series),
        "failures": sum(each["failures"] for each in series),
        "parts_failed": [name for name, part in parts.items() if part["status"] == "failed"],
        "latency_ms": max(latencies, key=lambda each: each["p95"], default=None),
        "items_per_s": found.get("corpus", {}).get("items_per_s"),
        "vram_gb": (memory[-1] | {"weights": load["vram_gb"]["weights"]}) if memory and load else None,
        "rss_mb": load["rss_mb"] if load else None,
    }


def rows(record: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield part, what, figure."""
    for name, part in record["parts"].items():
        if part["status"] != "done":
            yield name, part["status"], part["error"] or ""
        found = part["results"]
        if name == "machine" and "matrix_tflops" in found:
            yield name, f"matrix product {found['matrix_dtype']}", f"{found['matrix_tflops']:.2f} TFLOP/s"
        if "load" in found:
            yield name, "load", f"{found['load']['seconds']:.1f} s, {_gb(found['load']['vram_gb'], 'weights')}"
        for kind, each in found.get("latency", {}).items():
            yield name, f"one {kind}", f"{_ms(each)}, {each['calls']} calls, {each['failures']} failed, {_gb(each['vram_gb'])}"
        for kind, by_size in found.get("throughput", {}).items():
            for size, each in by_size.items():
                yield name, f"{kind} × {size}", each.get("error") or f"{_rate(each)}, {_gb(each['vram_gb'])}"
        for kind, each in found.get("list", {}).items():
            yield name, f"{each['depth']} pairs {kind}", f"{_ms(each)}, {_gb(each['vram_gb'])}"
        if "corpus" in found:
            yield name, f"corpus of {found['corpus']['items']}", f"{_rate(found['corpus'])}, {_gb(found['corpus']['vram_gb'])}"
        if name == "stability" and "calls" in found:
            yield name, "calls", f"{_ms(found['calls'])}, {found['calls']['calls']} calls, {found['calls']['failures']} failed"
            for what, slope in found.get("slope_bytes_per_call", {}).items():
                if slope:
                    yield name, what, f"{slope['slope']:+.1f} B/call [{slope['low']:+.1f}, {slope['high']:+.1f}]"
        if name == "together":
            for combination, each in found.items():
                yield name, combination, _fit(each)


def _series(parts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in parts.values():
        found = part["results"]
        yield from found.get("latency", {}).values()
        yield from found.get("list", {}).values()
        if isinstance(found.get("calls"), dict):
            yield found["calls"]


def _fit(each: dict[str, Any]) -> str:
    planned = f"planned {each['planned']['needed_gb']:.2f} GB{'' if each['planned']['fits'] else ', too much'}"
    if each["fits"]:
        return f"fits, {_gb(each['vram_gb'])}; {planned}"
    return f"{'not known' if each['fits'] is None else 'does not fit'}; {planned}; {each['error']}"


def _ms(series: dict[str, Any]) -> str:
    told = series["latency_ms"]
    return f"p50 {told['p50']:.1f} ms, p95 {told['p95']:.1f} ms" if told else "no call succeeded"


def _rate(each: dict[str, Any]) -> str:
    used = f"MFU {each['mfu']:.1%} ({each['mfu_forward'] or 0:.1%} in the network)"
    return f"{each['items_per_s']:.1f}/s, {each['tflops']:.2f} TFLOP/s, {used}, padding {each['padding_share']:.0%}"


def _gb(vram: dict[str, Any], name: str = "peak_process") -> str:
    return "GPU memory not measured" if vram[name] is None else f"{vram[name]:.2f} GB {name.replace('_', ' ')}"
