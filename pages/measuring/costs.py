"""변형과 비용: what precision, dimensions and pixels cost, and what they find."""

from __future__ import annotations

import streamlit as st

from core.bench.statistics import Spread
from core.evaluation.analysis import variants
from core.evaluation.analysis.costs import FORECAST, UNMEASURED
from core.evaluation.analysis.variants import BANK_ITEMS, QUALITY, VariantPoint
from core.evaluation.measures import CATALOGUE
from core.report import provenance
from core.store import measurements
from pages.measuring import data, named, pick, tradeoff
from pages.measuring.data import Shown
from pages.measuring.tradeoff import AXES
from pages.widgets import doors, origin, plot, results, sizes, tables
from pages.widgets.plot import Sheet

_KINDS = {"measured": "측정", "forecast": FORECAST, "unmeasured": UNMEASURED}
_OVER = "원래와의 차이"
NONE = "벡터로 찾는 시스템이 이 시나리오에 아직 없습니다. '평가 실행'을 눌러 주세요."


def draw(at: Shown) -> None:
    """Draw the section."""
    result = pick.scenario(at)
    if result is None:
        return
    found = points(at, result.scenario.key)
    if not found:
        results.calm(NONE)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = AXES[pick.own("cost", "비용", list(AXES), first="vram", shown=lambda each: AXES[each].title, width=420)]
        measure = pick.measure(at, QUALITY)
    tradeoff.draw(found, axis, measure, sheet=sheet(at, found), name=f"품질과 비용 {measure}", key="metrics.costs")
    _table(at, found)


def points(at: Shown, scenario: str) -> tuple[VariantPoint, ...]:
    """Return a scenario's systems with what they find and what they cost."""
    with doors.database().connection() as conn:
        # A measurement may come in while the evaluation stays what it was.
        return data.once(at, f"variants:{scenario}:{measurements.state(conn)}", lambda: variants.of(
            conn, at.evaluation, scenario=scenario, resampling=data.summary(at, scenario).resampling))


def _table(at: Shown, found: tuple[VariantPoint, ...]) -> None:
    plot.part("변형마다", remark="품질은 95 % 구간, 시간은 중앙값과 95 백분위", sheet=sheet(at, found), name="변형과 비용")
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


def sheet(at: Shown, found: tuple[VariantPoint, ...]) -> Sheet:
    """Return the points as a table."""
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
