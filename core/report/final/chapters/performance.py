"""4. 시스템 성능 결과: latency, throughput, memory and stability as they were measured, each under its device's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.bench import overview
from core.evaluation import naming
from core.evaluation.verdict.outcome import NOT_MEASURED
from core.evaluation.verdict.wording import condition_text, gate_value_text, threshold_text
from core.report.charts import drawing
from core.report.charts.drawing import Bar, Limit
from core.report.final.blocks import Block, Chart, Heading, Table, Words
from core.report.final.facts import Facts
from core.report.final.words import letter, measured, moment, outcome, spread
from core.report.palette import colour
from core.store.measurements import Measurement

_TITLES = {"latency": "4.1 Latency", "throughput": "4.2 Throughput", "vram": "4.3 VRAM Usage", "stability": "4.4 안정성"}
_SENTENCE = re.compile(r"(?<=\.) ")
_GATES = {"latency": ("latency_p95",), "vram": ("vram", "vram_4bit"), "stability": ("stability", "critical_errors")}


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    yield Heading(1, "4. 시스템 성능 결과")
    small = facts.decision.gate_file.subject
    yield Words(f"판정의 근거는 {small.target_device}에서 실제 모델로 잰 값뿐입니다. 다른 값은 장치 이름과 함께 보이기만 합니다.", "soft")
    for kind, title in _TITLES.items():
        yield Heading(2, title)
        own = _newest(facts, kind)
        yield from _gates(facts, kind)
        if own:
            yield from _WRITERS[kind](facts, own)
        else:
            yield Words(f"{NOT_MEASURED}. `python -m core bench {kind}`로 재면 채워집니다.", "note")
    stress = _newest(facts, "stress")
    if stress:
        yield Heading(2, "4.5 동시 요청")
        yield Table(("시스템", "부르는 사람", "P95 ms", "초당 답", "호출", "실패", "측정"), [
            (naming.title(each.system), callers, measured((told.get("latency_ms") or {}).get("p95"), 1),
             measured(told.get("answers_per_s"), 2), str(told.get("calls", "–")), str(told.get("failures", "–")), _source(each))
            for each in stress for callers, told in sorted((each.result.get("by_callers") or {}).items(), key=lambda one: int(one[0]))],
            align="lrrrrrl", small=True, widths=(2.3, 1, 1, 1, 0.7, 0.7, 2.8), note=_sources(stress).strip())


def _gates(facts: Facts, kind: str) -> Iterator[Block]:
    for name in _GATES.get(kind, ()):
        gate = next((each for each in facts.decision.gates if each.name == name), None)
        if gate is not None:
            # Commands stand in 6.4, once.
            said = " ".join(each for each in _SENTENCE.split(gate.reason) if "`" not in each) if gate.value is not None else ""
            asked = f"기준 {threshold_text(gate)}" if gate.kind == "go" else f"No-Go 조건 {condition_text(gate)}"
            yield Words(f"{outcome(gate)} · {gate.title}: {gate_value_text(gate)}, {asked}. {said}".strip(), "soft")


def _newest(facts: Facts, kind: str) -> list[Measurement]:
    """Return the newest measurement of each system, precision, budget and device."""
    found: dict[tuple[object, ...], Measurement] = {}
    for each in facts.benches:
        if each.kind == kind:
            found.setdefault((each.system, each.device, each.miniature, each.config.get("precision"), each.config.get("budget_gb")), each)
    return sorted(found.values(), key=lambda each: (naming.order(each.system), each.device, each.id))


def _latency(facts: Facts, own: Sequence[Measurement]) -> Iterator[Block]:
    rows = [(naming.title(each.system), title, measured(told.get("mean"), 1), measured(told.get("p50"), 1),
             spread(told.get("p95"), told.get("p95_low"), told.get("p95_high")), measured(told.get("p99"), 1), str(told.get("n", "–")),
             str(told.get("failures", "–")), _source(each))
            for each in own for part, told in overview.parts(each.result) for title in [overview.PARTS[part]]]
    yield Table(("시스템", "쿼리", "평균", "P50", "P95 (95 % 구간)", "P99", "호출", "실패", "측정"), rows, align="llrrrrrrl", small=True,
                widths=(2.3, 0.8, 0.8, 0.8, 1.7, 0.8, 0.6, 0.6, 2.9),
                note="단위 ms. 쿼리 하나를 인코딩하고 찾을 때까지이며, 실패한 호출은 가장 느린 것으로 셉니다. "
                     "≥는 호출이 적어 구간의 위 끝을 알 수 없다는 뜻입니다." + _sources(own))
    bars = [Bar(f"{naming.title(each.system)}{' (축소)' if each.miniature else ''}", told.get("p95"), told.get("p95_low"),
                told.get("p95_high"), colour(each.system), f"{measured(told.get('p95'), 0)} ms")
            for each in own for slowest in [overview.worst(each.result)] if slowest for told in [slowest[1]]]
    gate = next((each for each in facts.decision.gate_file.gates if each.source == "latency"), None)
    if bars:
        yield Chart("latency", drawing.columns(bars, axis="P95 응답 시간 (ms), 가장 느린 쿼리 종류",
                                               limits=[Limit(gate.threshold, f"≤ {gate.threshold:g} ms")] if gate else []), "P95 응답 시간")


def _throughput(facts: Facts, own: Sequence[Measurement]) -> Iterator[Block]:
    rows = [(naming.title(each.system), size, spread(told.get("items_per_s"), told.get("low"), told.get("high"), 2),
             measured((told.get("vram_gb") or {}).get("process"), 2), measured(told.get("rss_mb"), 0),
             "–" if told.get("fits") is None else "예" if told["fits"] else "× 들어가지 않음", _source(each))
            for each in own for size, told in sorted((each.result.get("by_batch") or {}).items(), key=lambda one: int(one[0]))]
    yield Table(("시스템", "한 번에", "문항/초 (95 %)", "VRAM GB", "RAM MB", "들어감", "측정"), rows, align="lrrrrll", small=True,
                widths=(2.3, 0.8, 1.8, 1, 0.9, 1.2, 3), note=_sources(own).strip())
    bars = [Bar(f"{letter(each.system)} · {size}문항", told.get("items_per_s"), told.get("low"), told.get("high"), colour(each.system),
                f"{measured(told.get('items_per_s'), 1)}/초")
            for each in own for size, told in sorted((each.result.get("by_batch") or {}).items(), key=lambda one: int(one[0]))]
    if bars:
        yield Chart("throughput", drawing.columns(bars, axis="1초에 인코딩한 문항"), "배치 크기와 처리량")


def _vram(facts: Facts, own: Sequence[Measurement]) -> Iterator[Block]:
    rows = []
    for each in own:
        told = each.result.get("vram_gb") or {}
        peak = measured(told.get("process"), 2) if overview.fits_alone(each.result) else f"× {each.result['room_gb']:.2f}로도 모자람"
        rows.append((naming.title(each.system), *(measured(told.get(name), 2) for name in ("weights", "allocated", "reserved")), peak,
                     measured(each.result.get("rss_mb"), 0), _source(each)))
    yield Table(("시스템", "가중치", "할당", "예약", "프로세스 최고", "RAM MB", "측정"), rows, align="lrrrrrl", small=True,
                widths=(2.3, 1, 1, 1, 1.2, 1, 3.2),
                note="GB는 10⁹바이트. 판정은 프로세스 최고(예약 + 컨텍스트)로 합니다. GPU가 없는 측정은 RAM만 있습니다." + _sources(own))


def _stability(facts: Facts, own: Sequence[Measurement]) -> Iterator[Block]:
    rows = []
    for each in own:
        told = each.result
        bound = told.get("failure_bound")
        rows.append((naming.title(each.system), f"{told.get('calls') or 0:,} / {told.get('asked') or 0:,}", str(told.get("failures", "–")),
                     str(told.get("nan", "–")), str(told.get("crashes", "–")),
                     f"{bound * 100:.2f} %" if isinstance(bound, (int, float)) else NOT_MEASURED,
                     {True: "× 있음", False: "없음"}.get(told.get("leak"), "알 수 없음"), _source(each)))
    yield Table(("시스템", "호출", "실패", "NaN", "중단", "실패율 상한", "메모리 누수", "측정"), rows, align="lrrrrrll", small=True,
                widths=(2.3, 1.2, 0.7, 0.7, 0.7, 1.1, 1.1, 3),
                note="실패율 상한은 95 % 확신으로 이보다 크지 않다는 값입니다." + _sources(own))


_WRITERS = {"latency": _latency, "throughput": _throughput, "vram": _vram, "stability": _stability}


def _source(each: Measurement) -> str:
    """Return a measurement's number and what to beware of: the rest stands once under the table."""
    return " · ".join(filter(None, [str(each.id), overview.marks(each)]))


def _sources(own: Sequence[Measurement]) -> str:
    return "".join(f" 측정 {each.id}: {each.device}, {each.config.get('precision') or '정밀도 기본'}, {moment(each.measured_at)}, "
                   f"SHA-256 {each.sha256[:8]}." for each in own)
