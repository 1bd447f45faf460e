"""What a page draws of measurements: histograms and time series of single calls, two results side by side, results at the gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.bench import overview, reading
from core.bench.latency import WARM
from core.evaluation.verdict import gates, hardware
from core.evaluation.verdict.gates import Gate, GateFile
from core.evaluation.verdict.subject import is_same_pipeline
from core.store.bench_samples import Sample
from core.store.measurements import Measurement

MOST_BARS = 60
SOURCES = {"latency": hardware.latency, "vram": hardware.vram, "stability": hardware.stability}


@dataclass(frozen=True, slots=True)
class Histogram:
    """Answered calls by their milliseconds; a bar reaches from one edge to the next."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    failures: int


@dataclass(frozen=True, slots=True)
class Line:
    """A measurement at one gate."""

    gate: Gate
    value: float | None
    """In the gate's unit (a share where it is ``%``); None: not measured."""
    holds: bool | None
    counts: bool
    """Whether a verdict takes it as evidence."""
    why_not: str
    """The Korean reason where it does not."""
    remark: str = ""
    """What a reader of the figure should know, in Korean."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of two measurements."""

    name: str
    title: str
    unit: str
    first: float | None
    second: float | None

    @property
    def ratio(self) -> float | None:
        """Second over first."""
        return self.second / self.first if self.first and self.second is not None else None


def series(samples: Sequence[Sample]) -> list[str]:
    """Return the names of the counted series, in the order in which they began."""
    return list(dict.fromkeys(each.series for each in samples if each.counted))


def histogram(samples: Sequence[Sample], name: str) -> Histogram:
    """Return a series' distribution; bars as wide as Freedman and Diaconis advise, at most ``MOST_BARS``."""
    own = [each for each in samples if each.counted and each.series == name]
    good = [each.total_ms for each in own if each.outcome == "ok"]
    if not good:
        return Histogram((), (), len(own))
    bars = min(MOST_BARS, max(1, len(np.histogram_bin_edges(good, "fd")) - 1)) if len(set(good)) > 1 else 1
    counts, edges = np.histogram(good, bars)
    return Histogram(tuple(map(float, edges)), tuple(map(int, counts)), len(own) - len(good))


def timeline(samples: Sequence[Sample], name: str) -> list[Sample]:
    """Return a series in the order of its calls' beginnings: ``at_s`` against ``total_ms``, failures, warm-ups and memory among them."""
    own = {name, f"{WARM} {name}", *([WARM] if series(samples)[:1] == [name] else [])}
    return sorted((each for each in samples if each.series in own), key=lambda each: each.at_s)


def cumulative(samples: Sequence[Sample], name: str, *, most: int = 200) -> list[tuple[float, float]]:
    """Return (milliseconds, share of a series' calls answered within them), at most ``most`` points and the slowest always.

    A failed call is never answered, so that a series with failures ends below 1.
    """
    own = [each for each in samples if each.counted and each.series == name]
    ordered = sorted(each.total_ms for each in own if each.outcome == "ok")
    places = sorted({round(step * (len(ordered) - 1) / (most - 1)) for step in range(most)}) if ordered else []
    return [(ordered[place], (place + 1) / len(own)) for place in places]


def memory(samples: Sequence[Sample]) -> tuple[list[tuple[int, float]], bool]:
    """Return (number of the call, GB of 10⁹ bytes) of the engine's process, and whether that is memory of a card."""
    on_card = [(each.place, taken / 1e9) for each in samples if (taken := reading.taken(each.memory)) is not None]
    return on_card or [(each.place, each.memory["rss"] / 1e9) for each in samples if "rss" in each.memory], bool(on_card)


def at_gates(measurement: Measurement) -> tuple[Line, ...]:
    """Return the gates that a measurement of this kind speaks to, also one that is no evidence: then with the reason."""
    known = gates.load()
    return tuple(_line(measurement, gate, known) for gate in known.gates if gate.source == measurement.kind and gate.source in SOURCES)


def side_by_side(first: Measurement, second: Measurement) -> list[Pair]:
    """Return the figures that either of two measurements has, in one order; of different kinds they share none."""
    left, right = _figures(first), _figures(second)
    return [Pair(name, title, unit, left.get(name), right.get(name)) for name, (title, unit) in _titles(left | right).items()]


def different(first: Measurement, second: Measurement) -> list[str]:
    """Return in Korean what two measurements do not share, so that a difference between them may come from it."""
    told = [("시스템", first.system, second.system), ("장치", first.device, second.device),
            ("축소 모델", first.miniature, second.miniature), ("중간에 끊김", first.partial, second.partial)]
    told += [(title, first.config.get(name), second.config.get(name)) for name, title in _CONFIG.items()]
    return [title for title, own, other in told if own != other]


def _line(measurement: Measurement, gate: Gate, file: GateFile) -> Line:
    value = _value(measurement)
    if not is_same_pipeline(measurement.system, file.subject.system):
        return Line(gate, value, _held(gate, value), False, f"판정하는 시스템({file.subject.system})이 아닙니다.")
    evidence = SOURCES[measurement.kind](gate, file, [measurement])
    value = evidence.value if evidence.value is not None else value
    return Line(gate, value, _held(gate, value), not evidence.lacking, evidence.lacking, evidence.remark)


def _held(gate: Gate, value: float | None) -> bool | None:
    return None if value is None else bool(gate.holds(value))


def _value(measurement: Measurement) -> float | None:
    result = measurement.result
    if measurement.kind == "latency":
        slowest = overview.worst(result)
        return slowest[1].get("p95") if slowest else None
    if measurement.kind == "vram":
        return overview.peak_gb(result)
    calls = result.get("calls") or 0
    return 1 - ((result.get("failures") or 0) + (result.get("nan") or 0)) / calls if calls else None


def _figures(measurement: Measurement) -> dict[str, float]:
    result = measurement.result
    found: dict[str, Any] = {"items_per_s": result.get("items_per_s"), "pairs_per_s": result.get("pairs_per_s"),
                             "cold_ms": result.get("cold_ms"), "rss_mb": result.get("rss_mb"), "failures": result.get("failures")}
    for part, told in overview.parts(result):
        found |= {f"{part} {name}": told.get(name) for name in overview.FIGURES}
    if measurement.kind == "stability":
        found |= {f"calls {name}": (result.get("latency_ms") or {}).get(name) for name in overview.FIGURES} | {
            "success": _value(measurement), "rss_slope": ((result.get("memory") or {}).get("rss") or {}).get("slope")}
    found |= {f"vram {name}": value for name, value in (result.get("vram_gb") or {}).items()} | {"vram process": overview.peak_gb(result)}
    for kind in ("batch", "pairs"):
        found |= {f"{kind} {size}": told.get("items_per_s") for size, told in (result.get(f"by_{kind}") or {}).items()}
    for callers, told in (result.get("by_callers") or {}).items():
        found |= {f"callers {callers} p95": told["latency_ms"].get("p95"), f"callers {callers} rate": told.get("answers_per_s")}
    return {name: float(value) for name, value in found.items() if value is not None}


def _titles(names: Sequence[str] | dict[str, float]) -> dict[str, tuple[str, str]]:
    """Return the Korean title and the unit of each figure there is, in the order of a reader's questions."""
    told: dict[str, tuple[str, str]] = {f"{part} {name}": (f"{title} {_FIGURES[name]}", "ms")
                                        for part, title in overview.PARTS.items() for name in overview.FIGURES}
    told |= {f"calls {name}": (f"응답 {_FIGURES[name]}", "ms") for name in overview.FIGURES}
    told |= {"cold_ms": ("첫 호출", "ms"), "items_per_s": ("처리량", "문항/초"), "pairs_per_s": ("재순위", "쌍/초"),
             "vram process": ("VRAM 최고 (판정에 쓰는 값)", "GB"), "vram weights": ("VRAM 가중치", "GB"),
             "vram allocated": ("VRAM 할당", "GB"),
             "vram reserved": ("VRAM 예약", "GB"), "vram driver": ("VRAM 드라이버", "GB"), "vram device": ("VRAM 장치 전체", "GB"),
             "rss_mb": ("RAM", "MB"), "success": ("성공률", "%"), "failures": ("실패", "번"), "rss_slope": ("RAM 기울기", "바이트/호출")}
    for kind, unit in (("batch", "문항"), ("pairs", "쌍")):
        sizes = sorted(int(name.split()[1]) for name in names if name.startswith(f"{kind} "))
        told |= {f"{kind} {size}": (f"한 번에 {size}{unit}", f"{unit}/초") for size in sizes}
    callers = sorted({int(name.split()[1]) for name in names if name.startswith("callers ")})
    for number in callers:
        told |= {f"callers {number} p95": (f"{number}명 P95", "ms"), f"callers {number} rate": (f"{number}명 처리량", "답/초")}
    return {name: words for name, words in told.items() if name in names}


_CONFIG = {"precision": "정밀도", "dims": "차원", "max_pixels": "그림 크기", "budget_gb": "메모리 한도", "calls": "호출 수",
           "collection": "컬렉션", "items": "문항 수", "rows": "문항 수", "random_weights": "무작위 가중치"}
_FIGURES = {"mean": "평균", "p50": "P50", "p95": "P95", "p99": "P99"}
