"""Systems against each other: the newest measurement of each under the same conditions, as curves that a chart draws.

Only what was measured on the same device, with the same kind of models, stands in one chart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.bench import overview
from core.evaluation import naming
from core.store.measurements import Measurement

PHASES = ("encode", "search", "rerank")


@dataclass(frozen=True, slots=True)
class Condition:
    """What measurements must share to be compared."""

    device: str
    miniature: bool
    random_weights: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a curve; ``low`` and ``high`` are its 95 % ends as far as there are any."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None
    fits: bool = True
    """False: memory ran out, or calls failed there."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A measurement's figures against a size; ``name`` tells it from the others of the same chart."""

    measurement: Measurement
    name: str
    points: tuple[Point, ...]


def condition(measurement: Measurement) -> Condition:
    """Return the conditions of a measurement."""
    return Condition(measurement.device, measurement.miniature,
                     bool(measurement.config.get("random_weights") or measurement.environment.get("random_weights")))


def conditions(measured: Iterable[Measurement]) -> list[Condition]:
    """Return the conditions there are, those of the target card first, then the newest; an index has none."""
    found = dict.fromkeys(condition(each) for each in sorted(measured, key=lambda each: each.measured_at, reverse=True)
                          if each.kind != "index")
    return sorted(found, key=lambda each: (not overview.counts_there(each.device), each.miniature, each.random_weights))


def newest(measured: Iterable[Measurement], kind: str, wanted: Condition | None = None) -> list[Measurement]:
    """Return the newest measurement of each system and configuration, in the plan's order; a whole one goes before one cut off.

    Args:
        wanted: the conditions; None for any, with the newest of all.
    """
    found: dict[tuple[Any, ...], Measurement] = {}
    own = [each for each in measured if each.kind == kind and (wanted is None or condition(each) == wanted)]
    for each in sorted(own, key=lambda each: (not each.partial, each.measured_at), reverse=True):
        found.setdefault((each.system, *_form(each)), each)
    return sorted(found.values(), key=lambda each: (naming.order(each.system), str(_form(each))))


def names(measured: Sequence[Measurement], short: Callable[[str], str] = str) -> dict[int, str]:
    """Return a short name of each measurement by its number; where a system is there twice, with what tells the two apart."""
    often = Counter(each.system for each in measured)
    found = {}
    for each in measured:
        precision, pixels, budget = _form(each)[:3]
        extra = [] if often[each.system] == 1 else [
            *([precision] if precision and f"@{precision}" not in each.system else []), *([f"한도 {budget:g} GB"] if budget else []),
            *([f"{pixels:,}화소"] if pixels else [])]
        found[each.id] = " · ".join([short(each.system), *extra])
    return found


def rates(measured: Sequence[Measurement], short: Callable[[str], str] = str, *, by: str = "batch") -> list[Curve]:
    """Return items a second by the number of items in a call; by ``pairs``, pairs that are read again."""
    return _curves(measured, short, lambda result: [
        Point(float(size), told["items_per_s"], told.get("low"), told.get("high"), bool(told.get("fits", True)))
        for size, told in _stages(result, by).items() if told.get("items_per_s") is not None])


def memory(measured: Sequence[Measurement], by: str, short: Callable[[str], str] = str) -> tuple[list[Curve], bool]:
    """Return GB (10⁹ bytes) of the engine's process by ``batch`` or ``pixels`` (the side of a picture), and whether on a card.

    A throughput measurement tells its memory by batch too. Without a card it is RAM.
    """
    on_card = any(_of_card(told) is not None for each in measured for told in _stages(each.result, by).values())
    read = _of_card if on_card else _of_ram
    return _curves(measured, short, lambda result: [
        Point(float(size), value, fits=bool(told.get("fits", not told.get("failures")))) for size, told in _stages(result, by).items()
        if (value := read(told)) is not None]), on_card


def callers(measured: Sequence[Measurement], figure: str, short: Callable[[str], str] = str) -> list[Curve]:
    """Return ``p50``, ``p95`` (milliseconds) or ``answers_per_s`` by the number of callers at once."""
    def points(result: Mapping[str, Any]) -> list[Point]:
        found = []
        for number, told in (result.get("by_callers") or {}).items():
            times = told.get("latency_ms") or {}
            value = told.get(figure) if figure == "answers_per_s" else times.get(figure)
            if value is not None:
                found.append(Point(float(number), value, times.get(f"{figure}_low"), times.get(f"{figure}_high"), not told.get("failures")))
        return found

    return _curves(measured, short, points)


def index(measurement: Measurement) -> list[Curve]:
    """Return recall@10 (``value``) against the median milliseconds (``at``) of each index, by its candidates (``ef_search``)."""
    found = []
    for each in measurement.result.get("indexes") or []:
        told = sorted(each["by_ef"].items(), key=lambda pair: int(pair[0]))
        points = tuple(Point(figures["latency_ms"]["p50"], figures["recall_10"], label=ef) for ef, figures in told
                       if figures.get("recall_10") is not None and figures["latency_ms"].get("p50") is not None)
        if points:
            found.append(Curve(measurement, f"{each['type']} {each['dims']:,}차원", points))
    return found


def phases(measurement: Measurement, part: str) -> dict[str, float]:
    """Return the medians of a part's phases and what is left of its own median as ``rest``; empty where none were measured."""
    told = (measurement.result.get("phases") or {}).get(part) or {}
    found = {name: float(told[name]["p50"]) for name in PHASES if told.get(name) and told[name].get("p50") is not None}
    whole = ((measurement.result.get("latency_ms") or {}).get(part) or {}).get("p50")
    if not found or whole is None:
        return {}
    return found | {"rest": max(0.0, whole - sum(found.values()))}


def _form(measurement: Measurement) -> tuple[Any, ...]:
    return tuple(measurement.config.get(name) for name in ("precision", "max_pixels", "budget_gb", "suite_part"))


def _curves(measured: Sequence[Measurement], short: Callable[[str], str], read: Callable[[Mapping[str, Any]], list[Point]]) -> list[Curve]:
    told = names(measured, short)
    found = [Curve(each, told[each.id], tuple(sorted(read(each.result), key=lambda point: point.at))) for each in measured]
    return [each for each in found if each.points]


def _stages(result: Mapping[str, Any], by: str) -> Mapping[str, Mapping[str, Any]]:
    return result.get(f"by_{by}") or {}


def _of_card(told: Mapping[str, Any]) -> float | None:
    return (told.get("vram_gb") or told).get("process")


def _of_ram(told: Mapping[str, Any]) -> float | None:
    return None if told.get("rss_mb") is None else told["rss_mb"] / 1000
