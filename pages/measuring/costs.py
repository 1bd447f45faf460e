"""변형과 비용: what precision, dimensions and pixels cost, and what they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.bench.statistics import Spread
from core.evaluation.analysis import variants
from core.evaluation.analysis.costs import FORECAST, UNMEASURED
from core.evaluation.analysis.variants import BANK_ITEMS, QUALITY, VariantPoint
from core.evaluation.measures import CATALOGUE
from core.report import provenance
from core.store import measurements
from pages.measuring import charts, data, named, pick
from pages.measuring.charts import Cost
from pages.measuring.data import Shown
from pages.widgets import doors, origin, palette, plot, results, sizes, tables
from pages.widgets.plot import Sheet


@dataclass(frozen=True, slots=True)
class Axis:
    """One kind of cost: its name with its unit, its value (None: nobody measured it), and whether it is a forecast."""

    title: str
    value: Callable[[VariantPoint], float | None]
    forecast: Callable[[VariantPoint], bool] = lambda point: False


def _p50(spread: Spread | None) -> float | None:
    return spread.p50 if spread is not None else None


AXES = {
    "vram": Axis("그래픽 메모리 (GB)", lambda point: point.memory.gb, lambda point: point.memory.kind == "forecast"),
    "bank": Axis(f"전체 은행 {BANK_ITEMS:,}문항의 벡터 (GB, fp32)", lambda point: point.bank.fp32 / 1e9, lambda point: True),
    "half": Axis(f"전체 은행 {BANK_ITEMS:,}문항의 벡터 (GB, 반정밀도)", lambda point: point.bank.half / 1e9, lambda point: True),
    "here": Axis("이 컬렉션의 벡터 (MB, fp32)", lambda point: point.here.fp32 / 1e6),
    "encode": Axis("쿼리 하나 인코딩 (ms, 중앙값)", lambda point: _p50(point.times.encode)),
    "search": Axis("쿼리 하나 검색 (ms, 중앙값)", lambda point: _p50(point.times.search)),
}
_KINDS = {"measured": "측정", "forecast": FORECAST, "unmeasured": UNMEASURED}
_OVER = "원래와의 차이"
_RING = f"빈 점은 재지 않고 계산한 {FORECAST} 값입니다. 비용은 판정의 근거가 아닙니다. 판정에는 대상 카드에서 잰 값만 씁니다."
_NONE = "벡터로 찾는 시스템이 이 시나리오에 아직 없습니다. '평가 실행'을 눌러 주세요."


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    key = result.scenario.key
    with doors.database().connection() as conn:
        # A measurement may come in while the evaluation stays what it was.
        found = data.once(at, f"variants:{key}:{measurements.state(conn)}", lambda: variants.of(conn, at.evaluation, scenario=key,
                                                                       resampling=data.summary(at, key).resampling))
    if not found:
        results.calm(_NONE)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = AXES[pick.own("cost", "비용", list(AXES), first="vram", shown=lambda each: AXES[each].title, width=420)]
        measure = pick.measure(at, QUALITY)
    _chart(at, found, axis, measure)
    _table(at, found)


def _chart(at: Shown, found: tuple[VariantPoint, ...], axis: Axis, measure: str) -> None:
    told = [(point, value) for point in found if (value := axis.value(point)) is not None]
    plot.part(f"{CATALOGUE[measure].title} · {axis.title}", remark="왼쪽 위일수록 싸고 잘 찾습니다. 선은 95 % 구간",
              name=f"품질과 비용 {measure}", sheet=_sheet(at, found))
    signs = plot.signs([point.system for point in found])
    if told:
        shown = [Cost(label=named.short(point.system), cost=value, value=point.quality[measure].value, low=point.quality[measure].low,
                      high=point.quality[measure].high, colour=palette.colour(point.system), forecast=axis.forecast(point),
                      sign=signs[point.system].removesuffix("-open")) for point, value in told]
        plot.draw(charts.costs(shown, unit=axis.title, measure=CATALOGUE[measure].title), key="metrics.costs",
                  alt="; ".join(f"{each.label} {each.value:.3f}, {each.cost:,.2f}" for each in shown))
    unmeasured = [point for point in found if axis.value(point) is None]
    names = ", ".join(named.short(point.system) for point in unmeasured)
    results.notes([*([f"{UNMEASURED}: {names}. {unmeasured[0].times.note}"] if unmeasured else []), _RING])


def _table(at: Shown, found: tuple[VariantPoint, ...]) -> None:
    plot.part("변형마다", remark="품질은 95 % 구간, 시간은 중앙값과 95 백분위", sheet=_sheet(at, found), name="변형과 비용")
    varied = any(point.over_plain for point in found)
    heads = ("시스템", "정밀도", "차원", "그림", *(CATALOGUE[name].title for name in QUALITY), *([_OVER] if varied else []),
             "그래픽 메모리", "이 컬렉션 벡터", f"{BANK_ITEMS:,}문항 벡터", "인코딩 ms", "검색 ms")
    tables.draw(heads, [_row(point, varied=varied) for point in found], numbers=frozenset(heads[4:]))
    notes = dict.fromkeys([*(point.memory.note for point in found), *(point.times.note for point in found)])
    over = f"{_OVER}는 {CATALOGUE[QUALITY[0]].title}에서 같은 쿼리끼리 변형에서 원래 시스템을 뺀 값입니다(탐색적)."
    results.notes([*([over] if varied else []),
                   f"벡터는 fp32의 크기이고, 아래 작은 글자는 반정밀도(halfvec)의 크기입니다. {BANK_ITEMS:,}문항은 "
                   f"그림 비율이 여기와 같다고 본 {FORECAST}입니다.", *filter(None, notes)])


def _row(point: VariantPoint, *, varied: bool) -> list[object]:
    marks = named.listed([provenance.MINIATURE if point.miniature else "", provenance.STALE if point.stale else ""])
    quality = [point.quality[name] for name in QUALITY]
    figure = origin.pixels(point.max_pixels) if point.max_pixels else "–"
    return [tables.Cell(point.label, marks), point.precision, _dims(point), figure,
            *(tables.Cell(f"{each.value:.3f}", named.span(each.low, each.high)) for each in quality), *([_over(point)] if varied else []),
            _memory(point), _bytes(point.here.fp32, point.here.half), _bytes(point.bank.fp32, point.bank.half),
            _time(point.times.encode), _time(point.times.search)]


def _dims(point: VariantPoint) -> object:
    same = point.dims == point.bank_dims
    return tables.Cell(f"{point.dims:,}", "" if same else f"실제 모델 {point.bank_dims:,}")


def _over(point: VariantPoint) -> object:
    """What a variant loses against its plain system in the first measure, paired."""
    found = point.over_plain.get(QUALITY[0])
    return tables.Cell(f"{found.value:+.3f}", named.span(found.low, found.high)) if found is not None else "–"


def _memory(point: VariantPoint) -> object:
    if point.memory.gb is None:
        return tables.Cell(UNMEASURED, faint=True)
    return tables.Cell(f"{point.memory.gb:.2f} GB", _KINDS[point.memory.kind])


def _bytes(fp32: int, half: int) -> object:
    return tables.Cell(sizes.on_disk(fp32), sizes.on_disk(half))


def _time(spread: Spread | None) -> object:
    return tables.Cell(UNMEASURED, faint=True) if spread is None else tables.Cell(f"{spread.p50:.1f}", f"P95 {spread.p95:.1f}")


def _sheet(at: Shown, found: tuple[VariantPoint, ...]) -> Sheet:
    rows = []
    for point in found:
        quality = [end for name in QUALITY for end in (point.quality[name].value, point.quality[name].low, point.quality[name].high)]
        times = [value for each in (point.times.encode, point.times.search) for value in ((each.p50, each.p95) if each else (None, None))]
        over = [end for name in QUALITY for gap in [point.over_plain.get(name)]
                for end in ((gap.value, gap.low, gap.high) if gap else (None, None, None))]
        rows.append((point.system, point.precision, point.dims, point.bank_dims, point.max_pixels, *quality, *over, point.memory.gb,
                     _KINDS[point.memory.kind], point.here.fp32, point.here.half, point.bank.fp32, point.bank.half, *times,
                     point.miniature, point.stale, point.run_id))
    heads = [f"{name} {end}" for name in QUALITY for end in ("평균", "구간 아래", "구간 위")]
    heads += [f"{name} 원래와의 차이 {end}".strip() for name in QUALITY for end in ("", "아래", "위")]
    return Sheet(("system", "정밀도", "차원", "차원 (실제 모델)", "그림 화소", *heads, "그래픽 메모리 GB", "메모리 출처",
                  "벡터 바이트 fp32", "벡터 바이트 반정밀도", "전체 은행 fp32", "전체 은행 반정밀도", "인코딩 P50 ms", "인코딩 P95 ms",
                  "검색 P50 ms", "검색 P95 ms", "축소 모델", "옛 벡터", "실행"), rows, provenance.of(at.evaluation))
