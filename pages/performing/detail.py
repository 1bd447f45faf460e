"""One measurement: at the gates, its figures, and the single calls behind it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.bench import looking, overview
from core.evaluation.verdict import wording
from core.store.measurements import Measurement
from pages.measuring import gate_table
from pages.performing import by_size, calls, data
from pages.widgets import markup, plot, results, tables
from pages.widgets.palette import MUTED
from pages.widgets.text import attribute

_PHASES = {"encode": "인코딩", "search": "검색", "rerank": "재순위"}
_LATENCY = ("무엇", "평균", "P50", "P95", "P99", "호출", "실패")
_PARTIAL = "중간에 끊긴 측정입니다. {calls:,}번까지 잰 값이며, 실패가 있었다는 것 말고는 판정의 근거가 되지 않습니다."
_HELD = {"go": {True: "✓ 통과", False: "✕ 못 미침"}, "no-go": {True: "✓ 해당 없음", False: "✕ 해당"}}
_SIDE_BY_SIDE = 7
_GAUGES = {"rss": "RAM", "allocated": "VRAM 할당", "reserved": "VRAM 예약", "process": "VRAM 프로세스"}
_LEAK_UNKNOWN = "누수가 있는지 알 수 없습니다. 호출을 늘려 다시 재 주세요."


def draw(measurement: Measurement) -> None:
    """Draw the measurement."""
    markup.draw(f'<p class="ib-read"><b>{attribute(overview.headline(measurement))}</b> · {attribute(measurement.device)} '
                f"{data.badges(overview.marks(measurement))}</p>")
    if measurement.partial:
        results.notes([_PARTIAL.format(calls=measurement.result.get("calls") or 0)])
    results.notes(overview.remarks(measurement))
    _at_gates(measurement)
    by_size.draw(measurement)
    samples = data.samples(measurement.id)
    if names := looking.series(samples):
        chosen = _series(measurement, names)
        left, right = st.columns(2, gap="large")
        with left:
            calls.histogram(measurement, samples, chosen)
        with right:
            calls.timeline(measurement, samples, chosen)
    elif measurement.kind not in ("index", "together"):
        results.notes(["이 측정에는 호출 하나하나의 기록이 없습니다. 다른 컴퓨터에서 요약만 가져온 것입니다."])
    if measurement.kind == "stability":
        calls.memory(measurement, samples)
    _figures(measurement)
    _index(measurement)
    _environment(measurement)


def _series(measurement: Measurement, names: list[str]) -> str:
    key = f"performance.series.{measurement.id}"
    if len(names) > _SIDE_BY_SIDE:
        return st.selectbox("호출", names, format_func=overview.series_title, key=key, width=320)
    return st.segmented_control("호출", names, default=names[0], format_func=overview.series_title, key=key,
                                label_visibility="collapsed") or names[0]


def _at_gates(measurement: Measurement) -> None:
    rows = []
    for line in looking.at_gates(measurement):
        value = "측정 안 됨" if line.value is None else wording.value_text(line.gate.unit, line.value)
        # What is no evidence passes nothing and fails nothing, however good its figure looks.
        verdict = "세지 않음" if not line.counts else _HELD[line.gate.kind][bool(line.holds)]
        rows.append((line.gate.title, value, gate_table.limit(line.gate), verdict, line.why_not.replace("`", "") or line.remark or "–"))
    if rows:
        plot.part("판정 기준에서")
        tables.draw(("기준", "값", "문턱", "결과", "까닭"), rows, numbers=frozenset({"값", "문턱"}))


def _figures(measurement: Measurement) -> None:
    if measurement.kind == "latency":
        _latencies(measurement)
    rows = [(each.title, _number(each.first, each.unit)) for each in looking.side_by_side(measurement, measurement)
            if each.name.partition(" ")[0] not in overview.PARTS]
    if rows:
        plot.part("수치", sheet=plot.Sheet(("무엇", "값"), rows), name=f"figures-{measurement.id}")
        tables.draw(("무엇", "값"), rows, numbers=frozenset({"값"}))
    told = measurement.result
    if measurement.kind == "stability":
        leak = {True: "누수가 있습니다.", False: "누수가 없습니다."}.get(told.get("leak"), _LEAK_UNKNOWN)
        bound = told.get("failure_bound")
        _slopes(measurement)
        results.notes([leak, *([f"95 % 확신으로 실패율은 {bound * 100:.2f} % 이하입니다."] if bound is not None else [])])
    if errors := told.get("errors"):
        plot.part("실패한 호출", remark=f"{len(errors):,}번")
        tables.draw(("번호", "오류", "입력"), [(each.get("place"), each.get("error"), each.get("input")) for each in errors[:50]])


def _slopes(measurement: Measurement) -> None:
    headers = ("메모리", "호출마다 바이트", "99 % 구간", "처음 MB", "끝 MB", "판단")
    words = {True: "✕ 누수", False: "✓ 누수 아님"}
    memory = measurement.result.get("memory") or {}
    known = [(title, memory[name]) for name, title in _GAUGES.items() if (memory.get(name) or {}).get("first") is not None]
    rows = [(title, _plain(told.get("slope")), "–" if told.get("low") is None else f"{told['low']:,.1f} – {told['high']:,.1f}",
             _plain(told["first"] / 1e6), _plain(told["last"] / 1e6), words.get(told.get("leak"), "알 수 없음")) for title, told in known]
    if rows:
        plot.part("메모리 기울기", sheet=plot.Sheet(headers, rows), name=f"slopes-{measurement.id}",
                  remark="호출 하나마다 늘어난 양(Theil–Sen). 호출마다 1 kB 넘게 꾸준히 오를 때만 누수입니다")
        tables.draw(headers, rows, numbers=frozenset(headers[1:5]))


def _plain(value: float | None) -> str:
    return "측정 안 됨" if value is None else f"{value:,.1f}"


def _latencies(measurement: Measurement) -> None:
    rows = []
    for part, told in overview.parts(measurement.result):
        rows.append((f"{overview.PARTS[part]} · 전체", *_with_ends(told), f"{told.get('n') or 0:,}", f"{told.get('failures') or 0:,}"))
        phases = (measurement.result.get("phases") or {}).get(part) or {}
        rows += [(f"{overview.PARTS[part]} · {title}", *_with_ends(phases[phase]), "", "")
                 for phase, title in _PHASES.items() if phases.get(phase)]
    plot.part("응답 시간 (ms)", sheet=plot.Sheet(_LATENCY, rows), name=f"latency-{measurement.id}",
              remark="괄호는 95 % 구간(순서 통계량). 실패한 호출은 가장 느린 것으로 셉니다")
    tables.draw(_LATENCY, rows, numbers=frozenset(_LATENCY[1:]))


def _with_ends(told: dict[str, Any]) -> list[str]:
    """Return mean, P50, P95 and P99 as far as they could be measured, with their ends as far as there are any."""
    found = []
    for name in overview.FIGURES:
        value, low, high = told.get(name), told.get(f"{name}_low"), told.get(f"{name}_high")
        # Few calls leave the upper end of a high percentile open.
        ends = "" if low is None else f" ({low:,.1f} 이상)" if high is None else f" ({low:,.1f} – {high:,.1f})"
        found.append("측정 안 됨" if value is None else f"{value:,.1f}{ends}")
    return found


def _index(measurement: Measurement) -> None:
    rows = []
    for each in measurement.result.get("indexes") or []:
        for ef, told in sorted(each["by_ef"].items(), key=lambda pair: int(pair[0])):
            rows.append((each.get("dims"), each.get("type"), ef, f"{told['recall_10']:.3f}", f"{told['latency_ms']['p50']:.1f}",
                         f"{told['latency_ms']['p95']:.1f}", f"{each['build_s']:.0f}", f"{each['bytes'] / 1e6:,.0f}"))
    if rows:
        headers = ("차원", "형", "ef_search", "재현율@10", "P50 ms", "P95 ms", "만드는 초", "MB")
        plot.part("색인", sheet=plot.Sheet(headers, rows), name=f"index-{measurement.id}", remark="정확한 검색과 견준 값, 합성 벡터")
        tables.draw(headers, rows, numbers=frozenset(headers))


def _environment(measurement: Measurement) -> None:
    with st.expander("설정과 환경"):
        st.json({"config": measurement.config, "environment": measurement.environment, "sha256": measurement.sha256}, expanded=2)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "측정 안 됨"
    return f"{value * 100:.2f} %" if unit == "%" else f"{value:,.{0 if unit in ('번', '바이트/호출') else 1}f} {unit}"


def pair(first: Measurement, second: Measurement) -> None:
    """Draw two measurements of one kind side by side."""
    marked = [f"측정 {each.id} {data.badges(marks)}" for each in (first, second) if (marks := overview.marks(each))]
    if marked:
        markup.draw(f'<p class="ib-read">{" ".join(marked)}</p>')
    rows = [(each.title, _number(each.first, each.unit), _number(each.second, each.unit), f"{each.ratio:.2f}" if each.ratio else "–")
            for each in looking.side_by_side(first, second)]
    headers = ("무엇", data.title(first), data.title(second), "비")
    calls.cumulative(first, second)
    plot.part("나란히", sheet=plot.Sheet(headers, rows), name=f"pair-{first.id}-{second.id}", remark="비는 오른쪽 ÷ 왼쪽")
    tables.draw(headers, rows, numbers=frozenset(headers[1:]))
    different = looking.different(first, second)
    if different:
        markup.draw(f'<p style="color:{MUTED}">{attribute("조건이 다릅니다: " + ", ".join(different))}</p>')
