"""Whether a gate file is what was asked for beforehand: by the plan, and when results were first seen."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence

from core.evaluation.verdict.gates import Gate, GateFile
from core.evaluation.verdict.wording import value_text
from core.moments import day
from core.store.seen_gates import SeenGates

PLANNED: Mapping[str, tuple[str, str, str, float]] = {
    "recall_5": ("go", "cR@5", ">=", 0.80), "recall_10": ("go", "cR@10", ">=", 0.90), "mrr": ("go", "RR", ">=", 0.65),
    "against_baseline": ("go", "cR@5", ">=", -0.05), "latency_p95": ("go", "", "<=", 200), "vram": ("go", "", "<=", 8.0),
    "stability": ("go", "", ">=", 1.0), "recall_5_least": ("no-go", "cR@5", ">=", 0.70),
    "against_baseline_least": ("no-go", "cR@5", ">=", -0.15), "critical_errors": ("no-go", "", "<=", 0),
    "vram_4bit": ("no-go", "", "<=", 8.0),
}
"""The plan's table 2.2 (kind, measure, direction, threshold), once more and in code: a collection that is new, or a file that was edited in
its place, has no past that would tell of the other values."""
_CARD, _BASELINE = "RTX 2070 SUPER", "kure+siglip@tuned"
_OF_GATE = {"kind": "종류", "source": "근거", "measure": "지표", "direction": "방향", "precision": "정밀도"}
_PARTS = {"subject": "판정 대상", "baseline": "견줄 시스템", "floors": "근거의 최소 조건"}
_KEYS = {
    "system": "시스템", "precision": "정밀도", "max_pixels": "그림 픽셀", "dims": "차원", "target_device": "카드", "queries": "쿼리 수",
    "groups": "문항군 수", "judged_at_10": "판정된 비율", "families": "계열 수", "family_queries": "계열이 낸 쿼리의 비율",
    "relevant_alone": "한 계열만 낸 정답의 비율", "left_out": "빠진 쿼리의 비율", "latency_calls": "속도 호출 수",
    "stability_calls": "안정성 호출 수", "firmness": "굳기",
}


def of(file: GateFile, seen: Sequence[SeenGates]) -> Iterable[str]:
    """Return a Korean sentence for each way in which the file is another one.

    Args:
        seen: gate files that the collection was evaluated under, the first one first.
    """
    yield from _unplanned(file)
    yield from _moved(file, seen)


def _unplanned(file: GateFile) -> Iterable[str]:
    told = []
    for gate in file.gates:
        kind, measure, direction, threshold = PLANNED.get(gate.name, (gate.kind, gate.measure, gate.direction, gate.threshold))
        if gate.threshold != threshold:
            told.append(f"{gate.title} {_limit(gate, threshold)} → {_limit(gate, gate.threshold)}")
        told += [f"{gate.title}의 {name} {before or '없음'} → {now or '없음'}"
                 for name, before, now in (("종류", kind, gate.kind), ("지표", measure, gate.measure), ("방향", direction, gate.direction))
                 if before != now]
    if gone := PLANNED.keys() - {gate.name for gate in file.gates}:
        told.append(f"빠진 기준 {len(gone)}개")
    if file.subject.target_device != _CARD:
        told.append(f"카드 {_CARD} → {file.subject.target_device}")
    if file.baseline.system != _BASELINE:
        told.append(f"견줄 시스템 {_BASELINE} → {file.baseline.system}")
    if told:
        yield f"판정 기준이 계획서(2.2)와 다릅니다({', '.join(told)}). 누가 언제 왜 바꾸기로 했는지 결정에 적어 주세요."


def _moved(file: GateFile, seen: Sequence[SeenGates]) -> Iterable[str]:
    """Results were there when the first file was seen: what is asked for now must be what was asked for then."""
    if not seen or seen[0].sha256 == file.sha256:
        return
    first, now = tomllib.loads(seen[0].body), tomllib.loads(file.path.read_text(encoding="utf-8"))
    if first == now:  # words alone were changed
        return
    before, after = ({each["name"]: each for each in each_file.get("gate", ())} for each_file in (first, now))
    told = [f"빠진 기준 {len(gone)}개"] if (gone := before.keys() - after.keys()) else []
    for gate in file.gates:
        was = before.get(gate.name, after[gate.name])
        if float(was["threshold"]) != gate.threshold:
            told.append(f"{gate.title} {_limit(gate, float(was['threshold']))} → {_limit(gate, gate.threshold)}")
        told += [f"{gate.title}의 {name} {was.get(key) or '없음'} → {after[gate.name].get(key) or '없음'}"
                 for key, name in _OF_GATE.items() if was.get(key) != after[gate.name].get(key)]
    told += [f"{title} {_KEYS.get(key, key)} {first.get(part, {}).get(key, '없음')} → {now.get(part, {}).get(key, '없음')}"
             for part, title in _PARTS.items() for key in {**first.get(part, {}), **now.get(part, {})}
             if first.get(part, {}).get(key) != now.get(part, {}).get(key)]
    yield (f"판정 기준이 첫 평가({day(seen[0].seen_at)}) 뒤에 바뀌었습니다({', '.join(told) or '기준값이 아닌 내용'}). "
           "결과를 보고 바꾼 기준은 미리 정한 기준이 아닙니다. 바꾼 까닭을 결정에 적어 주세요.")


def _limit(gate: Gate, value: float) -> str:
    return value_text(gate.unit, value)
