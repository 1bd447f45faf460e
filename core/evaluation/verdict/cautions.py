"""What does not make a verdict worthless, and must be read together with it wherever it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.evaluation.results import ScenarioResult
from core.evaluation.verdict.circularity import BY_PEOPLE
from core.evaluation.verdict.gates import Gate, GateFile
from core.evaluation.verdict.wording import percent, value_text
from core.labels.versions.truth import Truth
from core.moments import day
from core.store.seen_gates import SeenGates


def of(truth: Truth, gate_set: ScenarioResult, file: GateFile, seen: Sequence[SeenGates]) -> tuple[str, ...]:
    """Return a Korean sentence for each.

    Args:
        seen: gate files that the collection was evaluated under, the first one first.
    """
    return (*_moved(file, seen), *_left_out(truth, gate_set, file), *_alone(truth))


def _moved(file: GateFile, seen: Sequence[SeenGates]) -> Iterable[str]:
    """Results were there when the first file was seen: what is asked for now must be what was asked for then."""
    if not seen or seen[0].sha256 == file.sha256:
        return
    first, now = tomllib.loads(seen[0].body), tomllib.loads(file.path.read_text(encoding="utf-8"))
    if first == now:  # words alone were changed
        return
    before = _thresholds(first)
    told = [f"{gate.title} {_limit(gate, before[gate.name])} → {_limit(gate, gate.threshold)}"
            for gate in file.gates if before.get(gate.name, gate.threshold) != gate.threshold]
    if gone := before.keys() - {gate.name for gate in file.gates}:
        told.append(f"빠진 기준 {len(gone)}개")
    yield (f"판정 기준이 첫 평가({day(seen[0].seen_at)}) 뒤에 바뀌었습니다({', '.join(told) or '기준값이 아닌 내용'}). "
           "결과를 보고 바꾼 기준은 미리 정한 기준이 아닙니다. 바꾼 까닭을 결정에 적어 주세요.")


def _thresholds(told: Mapping[str, Any]) -> dict[str, float]:
    return {each["name"]: float(each["threshold"]) for each in told.get("gate", ())}


def _limit(gate: Gate, value: float) -> str:
    return value_text(gate.unit, value)


def _left_out(truth: Truth, gate_set: ScenarioResult, file: GateFile) -> Iterable[str]:
    left, counted = sum(map(len, gate_set.excluded.values())), len(gate_set.queries)
    if counted and left > file.floors.left_out * (left + counted):
        reasons = ", ".join(f"{reason} {len(ids):,}개" for reason, ids in gate_set.excluded.items() if ids)
        yield (f"정답의 쿼리 {left + counted:,}개 가운데 {left:,}개({percent(left / (left + counted))})를 세지 않았습니다({reasons}). "
               "남은 쿼리만으로 정해도 되는지 살펴 주세요.")


def _alone(truth: Truth) -> Iterable[str]:
    """One person's opinion may be right; nobody can tell how right."""
    graded = [row for row in truth.rows if row.origin in BY_PEOPLE]
    if graded and not any(row.raters > 1 for row in graded):
        yield ("모든 쌍의 등급을 한 사람씩만 매겼습니다. 판정자끼리 얼마나 맞는지는 측정 안 됨입니다. "
               "둘 이상이 함께 판정하는 쌍을 두어 주세요.")
