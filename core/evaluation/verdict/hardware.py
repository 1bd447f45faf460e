"""Evidence from measurements: speed, memory, stability and the automatic checks, as far as they were measured where it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.evaluation.verdict.body import Evidence
from core.evaluation.verdict.gates import Gate, GateFile
from core.evaluation.verdict.outcome import Check, Proof
from core.evaluation.verdict.subject import differences, is_same_pipeline, variant_text
from core.store.measurements import Measurement

_QUERIES = {"text": "글", "image": "그림", "both": "글+그림"}
_ONE_SIDED = 0.05
_LEAST_GB = 1e-6
"""The least that figures of memory differ by."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The measurement that speaks, or one that is only shown, and why it does not count."""

    measurement: Measurement | None
    lacking: str

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The measurement as evidence."""
        return () if self.measurement is None else (proof(self.measurement),)


def latency(gate: Gate, file: GateFile, measured: Sequence[Measurement]) -> Evidence:
    """Return the P95 of the slowest of text, image and both, in ms."""
    chosen = choose("latency", gate, file, measured)
    if chosen.measurement is None:
        return Evidence(lacking=chosen.lacking)
    told: dict[str, Any] = chosen.measurement.result.get("latency_ms") or {}
    series = {kind: told[kind] for kind in _QUERIES if (told.get(kind) or {}).get("p95") is not None}
    if not series:
        return Evidence(lacking=chosen.lacking or _measure_again("latency", file, "P95가 없습니다"), proofs=chosen.proofs)
    worst = max(series, key=lambda kind: series[kind]["p95"])
    lacking = chosen.lacking
    if absent := [name for kind, name in _QUERIES.items() if kind not in series]:
        lacking = lacking or _measure_again("latency", file, f"{', '.join(absent)} 쿼리의 P95가 없습니다")
    calls = min(int(each.get("n") or 0) for each in series.values())
    if calls < file.floors.latency_calls:
        lacking = lacking or _measure_again("latency", file, f"{calls}번만 쟀습니다({file.floors.latency_calls}번 이상 필요)")
    failures = sum(int(each.get("failures") or 0) for each in series.values())
    remark = f"가장 느린 것: {_QUERIES[worst]}." + (f" 재는 동안 {failures}번 실패했습니다." if failures else "")
    return Evidence(float(series[worst]["p95"]), series[worst].get("p95_low"), series[worst].get("p95_high"), calls, chosen.proofs,
                    lacking, remark)


def vram(gate: Gate, file: GateFile, measured: Sequence[Measurement]) -> Evidence:
    """Return the process's peak in 10⁹ bytes.

    Where one query did not fit (``single_fits``) into at least as much as the gate allows, the value is just above that: the gate
    fails, though the peak cannot exceed the card. Calls of many items that do not fit are no failure: the engine takes them in
    smaller passes.
    """
    chosen = choose("vram", gate, file, measured, bad=_does_not_fit)
    if chosen.measurement is None:
        return Evidence(lacking=chosen.lacking)
    result = chosen.measurement.result
    value = (result.get("vram_gb") or {}).get("process")
    if _does_not_fit(chosen.measurement):
        room = float(result.get("room_gb") or 0)
        told = f"쿼리 하나를 처리하는 데 {room:.2f} GB로도 모자랐습니다"
        if not chosen.lacking and gate.holds(room + _LEAST_GB) and gate.holds(value or 0.0):
            why = f"{told}. {gate.threshold:g} GB까지 쓸 수 있어야 판단됩니다. 다른 프로그램을 닫고 예산을 올려 주세요"
            return Evidence(max(value or 0.0, room + _LEAST_GB), samples=1, proofs=chosen.proofs,
                            lacking=_measure_again("vram", file, why, gate=gate))
        return Evidence(max(value or 0.0, room + _LEAST_GB), samples=1, proofs=chosen.proofs, lacking=chosen.lacking,
                        remark=f"{told}. 실제로 필요한 양은 이보다 많습니다.")
    if value is None:
        return Evidence(lacking=chosen.lacking or _measure_again("vram", file, "프로세스 전체의 양이 없습니다"), proofs=chosen.proofs)
    lacking = chosen.lacking
    if result.get("single_fits") is not True and result.get("fits") is False and gate.holds(value):
        # What ran out of memory would have taken more than the highest value that was seen.
        lacking = lacking or _measure_again("vram", file, "재는 동안 메모리가 모자라거나 실패한 호출이 있어 최고값이 전부가 아닙니다. "
                                            "끝내 들어가지 않으면 치명적 오류로 등록해 주세요", gate=gate)
    remark = "여러 문항을 한 번에 넣을 때만 메모리가 모자라 나누어 처리했습니다." if result.get("fits") is False else ""
    return Evidence(float(value), samples=1, proofs=chosen.proofs, lacking=lacking, remark=remark)


def stability(gate: Gate, file: GateFile, measured: Sequence[Measurement]) -> Evidence:
    """Return the share of calls that were answered, with finite numbers.

    Without a failure the lower end is what a one-sided 95 % bound on the failure rate leaves: 0.05^(1/n).
    """
    chosen = choose("stability", gate, file, measured, bad=_has_failed)
    if chosen.measurement is None:
        return Evidence(lacking=chosen.lacking)
    result = chosen.measurement.result
    calls, failed = int(result.get("calls") or 0), _failed(result)
    if not calls:
        return Evidence(lacking=chosen.lacking or _measure_again("stability", file, "호출 수가 없습니다"), proofs=chosen.proofs)
    lacking, remark = chosen.lacking, ""
    if not failed and calls < file.floors.stability_calls:
        lacking = lacking or _measure_again(
            "stability", file, f"{calls:,}번만 호출했습니다({file.floors.stability_calls:,}번 이상 필요)")
    low = None
    if failed:
        remark = f"{calls:,}번 가운데 {failed:,}번 실패했습니다."
    else:
        low = _ONE_SIDED ** (1 / calls)
        remark = f"{calls:,}번 모두 성공했습니다. 95 % 확신으로 실패율은 {(1 - low) * 100:.2f} % 이하입니다."
    return Evidence(max(0.0, 1 - failed / calls), low, None if low is None else 1.0, calls, chosen.proofs, lacking, remark)


def checks(gate: Gate, file: GateFile, measured: Sequence[Measurement], items_state: str) -> tuple[Check, ...]:
    """Return the automatic checks: the engine's crashes and answers that are not finite, both from the stability series, and
    Hangul that does not come back from the tokenizer (anywhere, with the real model's, for the items as they are)."""
    chosen = choose("stability", gate, file, measured, bad=_has_failed)
    found = []
    for name, title, key, unit in (("crash", "엔진 중단", "crashes", "번"), ("nan", "숫자가 아닌 답(NaN)", "nan", "건")):
        count = None if chosen.measurement is None or chosen.lacking else chosen.measurement.result.get(key)
        calls = 0 if chosen.measurement is None else int(chosen.measurement.result.get("calls") or 0)
        if count is None or (not count and calls < file.floors.stability_calls):
            found.append(Check(name, title, None, chosen.lacking or _measure_again("stability", file, "안정성 측정이 모자랍니다"),
                               chosen.proofs))
        else:
            found.append(Check(name, title, not count, f"{calls:,}번 호출하는 동안 {count:,}{unit} 있었습니다.", chosen.proofs))
    return (*found, _hangul(file, measured, items_state))


def choose(kind: str, gate: Gate, file: GateFile, measured: Sequence[Measurement],
           bad: Callable[[Measurement], bool] = lambda measurement: False) -> Choice:
    """Return the newest measurement that counts; else the newest there is, with why it does not.

    One that was cut off counts only where it shows a failure already (``bad``): what it did not reach may still fail.
    """
    own = [each for each in measured if each.kind == kind and is_same_pipeline(each.system, file.subject.system)]
    obstacles = [(each, _obstacle(each, gate, file, bad)) for each in sorted(own, key=lambda each: each.measured_at, reverse=True)]
    for each, obstacle in obstacles:
        if not obstacle:
            return Choice(each, "")
    if not obstacles:
        return Choice(None, _measure_again(kind, file, "측정 안 됨", gate=gate))
    newest, obstacle = obstacles[0]
    return Choice(newest, _measure_again(kind, file, obstacle, gate=gate))


def proof(measurement: Measurement) -> Proof:
    """Return a measurement as evidence: number, card, date, the beginning of its hash."""
    told = f"측정 {measurement.id} · {measurement.device} · {measurement.measured_at:%Y-%m-%d} · {measurement.sha256[:8]}"
    marks = [mark for mark, said in (("축소 모델", measurement.miniature), ("중간에 끊김", measurement.partial)) if said]
    return Proof(" · ".join([told, *marks]), {"measurement": str(measurement.id)})


def _obstacle(measurement: Measurement, gate: Gate, file: GateFile, bad: Callable[[Measurement], bool]) -> str:
    if measurement.miniature:
        return "축소 모델로 잰 값입니다"
    if measurement.config.get("random_weights") or measurement.environment.get("random_weights"):
        return "가중치를 무작위로 채운 모델로 잰 값입니다"
    for device in (measurement.device, measurement.environment.get("device")):  # the name on the label, and what was noted while measuring
        if device is not None and not file.subject.on_target(str(device)):
            return f"대상 카드가 아닌 {device}에서 잰 값입니다"
    if found := differences(measurement.config, file.subject, precision=gate.precision):
        return f"등록한 변형({variant_text(file.subject)})이 아닙니다({', '.join(found)})"
    if measurement.result.get("stepped"):
        return "재는 도중 메모리가 모자라 정밀도가 낮아졌습니다"
    if measurement.partial and not bad(measurement):
        return "측정이 중간에 끊겼습니다"
    return ""


def _measure_again(kind: str, file: GateFile, why: str, *, gate: Gate | None = None) -> str:
    wanted = file.subject
    precision = (gate and gate.precision) or wanted.precision
    return (f"{why}. 대상 카드({wanted.target_device})에서 실제 모델로 "
            f"`python -m core bench {kind} --system {wanted.system}@{precision}` 명령을 실행해 주세요.")


def _hangul(file: GateFile, measured: Sequence[Measurement], items_state: str) -> Check:
    name, title = "hangul", "한글 손실"
    run = "`python -m core decide --check-hangul` 명령을 실행해 주세요."
    own = sorted((each for each in measured if each.kind == "hangul" and is_same_pipeline(each.system, file.subject.system)),
                 key=lambda each: each.measured_at, reverse=True)
    if not own:
        return Check(name, title, None, f"점검하지 않았습니다. {run}")
    fitting = next((each for each in own if not each.miniature and not each.partial and each.config.get("items") == items_state), None)
    if fitting is None:
        newest = own[0]
        why = ("축소 모델로 점검했습니다" if newest.miniature else "점검이 중간에 끊겼습니다" if newest.partial
               else "점검한 뒤 문항이 바뀌었습니다")
        return Check(name, title, None, f"{why}. {run}", (proof(newest),))
    lost, items = int(fitting.result.get("lost") or 0), int(fitting.result.get("items") or 0)
    examples = ", ".join(str(each) for each in (fitting.result.get("examples") or [])[:3])
    told = f"문항 {items:,}개 가운데 {lost:,}개에서 한글이 사라집니다" + (f"({examples})." if examples else ".")
    return Check(name, title, not lost, told if lost else f"문항 {items:,}개의 한글이 모두 그대로 전달됩니다.", (proof(fitting),))


def _failed(result: dict[str, Any]) -> int:
    return sum(int(result.get(key) or 0) for key in ("failures", "nan"))


def _has_failed(measurement: Measurement) -> bool:
    return bool(_failed(measurement.result) or measurement.result.get("crashes"))


def _does_not_fit(measurement: Measurement) -> bool:
    return measurement.result.get("single_fits") is False
