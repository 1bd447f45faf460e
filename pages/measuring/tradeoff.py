"""Quality against cost: the one chart of what a system finds and what it takes, for 지표와 판정 and for 성능 alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from core.bench import overview
from core.bench.statistics import Spread
from core.evaluation.analysis.costs import FORECAST, UNMEASURED
from core.evaluation.analysis.variants import BANK_ITEMS, VariantPoint
from core.evaluation.measures import CATALOGUE
from core.store.measurements import Measurement
from pages.measuring import charts, named
from pages.measuring.charts import Cost
from pages.widgets import palette, plot, results
from pages.widgets.plot import Sheet

_RING = f"빈 점은 재지 않고 계산한 {FORECAST} 값입니다. 비용은 판정의 근거가 아닙니다. 판정에는 대상 카드에서 잰 값만 씁니다."
_AREA = "점의 넓이는 그래픽 메모리입니다({low:.1f}–{high:.1f} GB, 재지 않은 것은 {forecast})."
_DOT, _SMALLEST, _LARGEST = 15.0, 11.0, 46.0


@dataclass(frozen=True, slots=True)
class Axis:
    """One kind of cost: its name with its unit, its value (None: nobody measured it), and whether it is a forecast."""

    title: str
    value: Callable[[VariantPoint], float | None]
    forecast: Callable[[VariantPoint], bool] = lambda point: False
    sized: bool = False
    """Whether the dots' area tells the memory beside."""
    note: str = ""
    """Korean; what to do where a value is lacking."""


AXES = {
    "vram": Axis("그래픽 메모리 (GB)", lambda point: point.memory.gb, lambda point: point.memory.kind == "forecast"),
    "bank": Axis(f"전체 은행 {BANK_ITEMS:,}문항의 벡터 (GB, fp32)", lambda point: point.bank.fp32 / 1e9, lambda point: True),
    "half": Axis(f"전체 은행 {BANK_ITEMS:,}문항의 벡터 (GB, 반정밀도)", lambda point: point.bank.half / 1e9, lambda point: True),
    "here": Axis("이 컬렉션의 벡터 (MB, fp32)", lambda point: point.here.fp32 / 1e6),
    "encode": Axis("쿼리 하나 인코딩 (ms, 중앙값)", lambda point: _p50(point.times.encode)),
    "search": Axis("쿼리 하나 검색 (ms, 중앙값)", lambda point: _p50(point.times.search)),
}


def speed(measured: Sequence[Measurement]) -> Axis:
    """Return response time as a bench measured it, beside which the dots tell the memory.

    Args:
        measured: of kind ``latency``, under the same conditions, one a system (``comparing.newest``).
    """
    found = {(each.system, each.miniature): told[1].get("p95") for each in measured if (told := overview.worst(each.result))}
    return Axis("응답 시간 P95 (ms, 가장 느린 쿼리)", lambda point: found.get((point.system, point.miniature)), sized=True,
                note="'재기'에서 이 시스템의 응답 시간을 재 주세요.")


def draw(found: Sequence[VariantPoint], axis: Axis, measure: str, *, sheet: Sheet, name: str, key: str) -> None:
    """Draw the chart, who is not on it, and how to read it.

    Args:
        measure: one of ``core.evaluation.analysis.variants.QUALITY``.
        sheet: the numbers behind it, a row a point.
        name: of the file.
    """
    told = [(point, value) for point in found if (value := axis.value(point)) is not None]
    if axis.sized:  # what the table of variants does not have
        sheet = Sheet((*sheet.headers, axis.title), [(*row, axis.value(point)) for row, point in zip(sheet.rows, found, strict=True)],
                      sheet.about)
    plot.part(f"{CATALOGUE[measure].title} · {axis.title}", remark="왼쪽 위일수록 싸고 잘 찾습니다. 선은 95 % 구간", name=name, sheet=sheet)
    signs = plot.signs([point.system for point in found])
    memory = [point.memory.gb for point, _ in told if point.memory.gb is not None]
    if told:
        shown = [Cost(label=named.short(point.system), cost=value, value=point.quality[measure].value, low=point.quality[measure].low,
                      high=point.quality[measure].high, colour=palette.colour(point.system),
                      forecast=axis.forecast(point) or (axis.sized and point.memory.kind != "measured"),
                      sign=signs[point.system].removesuffix("-open"), size=_size(point.memory.gb, memory) if axis.sized else _DOT,
                      note=_memory(point) if axis.sized else "") for point, value in told]
        plot.draw(charts.costs(shown, unit=axis.title, measure=CATALOGUE[measure].title), key=key,
                  alt="; ".join(f"{each.label} {each.value:.3f}, {each.cost:,.2f}" for each in shown))
    unmeasured = [point for point in found if axis.value(point) is None]
    names = ", ".join(named.short(point.system) for point in unmeasured)
    lack = f"{UNMEASURED}: {names}. {axis.note or unmeasured[0].times.note}" if unmeasured else ""
    area = _AREA.format(low=min(memory), high=max(memory), forecast=FORECAST) if axis.sized and memory else ""
    results.notes([*filter(None, [lack, area]), _RING])


def _size(gb: float | None, all_of_them: Sequence[float]) -> float:
    """Return a dot's diameter in pixels, its area in proportion to the memory."""
    if gb is None or not all_of_them:
        return _SMALLEST
    return max(_SMALLEST, _LARGEST * sqrt(gb / max(all_of_them)))


def _memory(point: VariantPoint) -> str:
    if point.memory.gb is None:
        return f"그래픽 메모리 {UNMEASURED}"
    return f"그래픽 메모리 {point.memory.gb:.2f} GB" + ("" if point.memory.kind == "measured" else f" ({FORECAST})")


def _p50(spread: Spread | None) -> float | None:
    return spread.p50 if spread is not None else None
