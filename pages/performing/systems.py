"""시스템 견주기: the newest measurement of each system under the same conditions, chart beside chart."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.bench import comparing, overview
from core.bench.comparing import Condition, Curve
from core.evaluation.verdict.gates import Source
from core.store.measurements import Measurement
from pages.performing import curves, data, latencies, together
from pages.widgets import markup, plot, results
from pages.widgets.text import attribute

_UNMEASURED = "측정 안 됨: {kind}. '재기'에서 '{kind}'을(를) 골라 재 주세요."
_NOT_BY = {"batch": "측정 안 됨: 여러 문항을 한 번에 넣어 잰 것이 없습니다. 모델을 올리지 못했거나 리랭커만 잰 것입니다.",
           "pixels": "측정 안 됨: 잰 것에 그림 크기마다의 값이 없습니다. 그림을 받지 않거나 작은 그림만 받는 모델이거나, "
                     "모델을 올리지 못한 것입니다."}


def draw(listed: Sequence[Measurement]) -> None:
    """Draw all comparisons under the chosen conditions."""
    there = comparing.conditions(listed)
    if there:
        chosen = there[0]
        if len(there) > 1:
            number = st.selectbox("잰 조건", range(len(there)), format_func=lambda place: title(there[place]), key="performance.condition",
                                  help="같은 장치, 같은 종류의 모델로 잰 것만 한 그림에 놓습니다.")
            chosen = there[number or 0]
        markup.draw(f'<p class="ib-read">{attribute(chosen.device)} {data.badges(" · ".join(_marks(chosen)))}</p>')
        latencies.draw(comparing.newest(listed, "latency", chosen))
        left, right = st.columns(2, gap="large")
        with left:
            draw_rates(comparing.newest(listed, "throughput", chosen), name="throughput")
        with right:
            draw_memory(listed_memory(listed, chosen), by="batch", name="compared")
        together.draw(comparing.newest(listed, "together", chosen), name="compared")
        stressed = comparing.newest(listed, "stress", chosen)
        left, right = st.columns(2, gap="large")
        with left:
            draw_curves(comparing.callers(stressed, "p95", data.short), kind="stress", title="동시 요청 · P95", x="함께 부르는 사람",
                        y="P95 밀리초", name="stress-p95", limit="latency", doubling=True)
        with right:
            draw_curves(comparing.callers(stressed, "answers_per_s", data.short), kind="stress", title="동시 요청 · 처리량",
                        x="함께 부르는 사람", y="답/초", name="stress-rate", doubling=True)
    left, right = st.columns(2, gap="large")
    with right:
        if there:
            draw_memory(comparing.newest(listed, "vram", chosen), by="pixels", name="compared")
    with left:
        if index := comparing.newest(listed, "index"):
            draw_index(max(index, key=lambda each: (not each.partial, each.measured_at)))
        else:
            plot.part("근사 색인")
            results.notes([_UNMEASURED.format(kind=overview.kind_title("index"))])


def title(wanted: Condition) -> str:
    """Return conditions in words."""
    return " · ".join([wanted.device, *_marks(wanted)])


def listed_memory(listed: Sequence[Measurement], chosen: Condition) -> list[Measurement]:
    """Return what tells memory by batch: VRAM measurements; of a system without one, its throughput measurement."""
    whole = [each for each in comparing.newest(listed, "vram", chosen) if each.result.get("by_batch")]
    known = {each.system for each in whole}
    return whole + [each for each in comparing.newest(listed, "throughput", chosen) if each.system not in known]


def draw_rates(measured: Sequence[Measurement], *, name: str) -> None:
    """Draw items a second by the size of a call, and where a reranker was measured its pairs a second."""
    pairs = comparing.rates(measured, data.short, by="pairs")
    items = comparing.rates(measured, data.short)
    if items or not pairs:
        draw_curves(items, kind="throughput", title="처리량", x="한 번에 넣은 문항", y="문항/초", name=name, doubling=True)
    if pairs:
        draw_curves(pairs, kind="throughput", title="처리량 · 재순위", x="한 번에 넣은 쌍", y="쌍/초", name=f"{name}-pairs", doubling=True)


def draw_memory(measured: Sequence[Measurement], *, by: str, name: str) -> None:
    """Draw memory by ``batch`` or ``pixels``; on a card against the gate's line."""
    found, on_card = comparing.memory(measured, by, data.short)
    words = "VRAM" if on_card else "RAM"
    x = "한 번에 넣은 문항" if by == "batch" else "그림 한 변의 화소"
    by_what = "배치마다" if by == "batch" else "그림 크기마다"
    remark = "엔진 프로세스" if on_card else "GPU가 없어 RAM입니다. VRAM 판정에는 쓰이지 않습니다"
    draw_curves(found, kind="vram", title=f"{words} · {by_what}" if found else f"메모리 · {by_what}", x=x, y=f"{words} GB",
                name=f"memory-{by}-{name}", limit="vram" if on_card else None, doubling=by == "batch", remark=remark if found else "",
                lacking=_NOT_BY[by] if measured else "")


def draw_index(measurement: Measurement) -> None:
    """Draw an index's recall against its time."""
    found = comparing.index(measurement)
    rows = f"{measurement.result.get('rows') or 0:,}건"
    plot.part("근사 색인 · 재현율과 시간", sheet=curves.sheet(found, "P50 ms", "재현율@10"), name=f"index-curve-{measurement.id}",
              remark=f"합성 벡터 {rows}. 점은 ef_search마다, 왼쪽 위일수록 좋습니다")
    if found:
        curves.recall(found, key=f"performance.index.{measurement.id}")
    exact = [f"{each['dims']:,}차원 {overview.number(each['latency_ms'].get('p50'), 'ms')}"
             for each in measurement.result.get("exact") or []]
    results.notes([f"정확한 검색 P50: {', '.join(exact)}" if exact else "정확한 검색: 측정 안 됨",
                   *([f"색인 측정 {measurement.id}번이 중간에 끊겼습니다."] if measurement.partial else [])])


def draw_curves(found: list[Curve], *, kind: str, title: str, x: str, y: str, name: str, limit: Source | None = None,
                doubling: bool = False, remark: str = "", lacking: str = "") -> None:
    """Draw curves with their file and limit, or that nobody measured them.

    Args:
        kind: of the bench that measures them.
        name: of the file, and of the chart.
        lacking: what to say where there are none; otherwise what to measure.
    """
    cut = [each.name for each in found if each.measurement.partial]
    unfit = any(not point.fits for each in found for point in each.points)
    said = " · ".join(filter(None, [remark, f"중간에 끊김: {', '.join(cut)}" if cut else "",
                                    "×는 들어가지 않거나 실패한 곳" if unfit else ""]))
    plot.part(title, sheet=curves.sheet(found, x, y), name=name, remark=said)
    if not found:
        results.notes([lacking or _UNMEASURED.format(kind=overview.kind_title(kind))])
        return
    threshold, words = curves.threshold(limit) if limit else (None, "")
    told = curves.draw(found, key=f"performance.{name}", x=x, y=y, limit=threshold, limit_words=words, logarithmic=doubling,
                       alt="; ".join(f"{each.name}: " + ", ".join(f"{point.at:g} → {point.value:,.3g}" for point in each.points)
                                     for each in found))
    results.notes([told] if told else [])


def _marks(wanted: Condition) -> list[str]:
    return [mark for mark, said in (("축소 모델", wanted.miniature), ("무작위 가중치", wanted.random_weights),
                                    ("대상 카드가 아님", not overview.counts_there(wanted.device))) if said]
