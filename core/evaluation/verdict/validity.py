"""What makes an evaluation prove nothing, whatever its numbers are."""

from __future__ import annotations

from collections.abc import Iterable, Set

import numpy as np

from core.evaluation.results import Evaluation, SystemRun
from core.evaluation.scenarios import GATE
from core.evaluation.verdict import circularity
from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.wording import percent

_JUDGED = "Judged@10"


def problems(evaluation: Evaluation, file: GateFile, parties: Iterable[SystemRun | None], *,
             unasked: Set[tuple[str, str]] = frozenset()) -> tuple[str, ...]:
    """Return every problem as its topic, a colon and a Korean sentence that says what to do; empty where the evidence counts.

    Args:
        parties: the runs of the subject and the baseline, as far as there are any.
        unasked: pairs (query id, item id) with a grade that was not asked for on the labelling desk.
    """
    return tuple(_problems(evaluation, file, [run for run in parties if run is not None], unasked))


def _problems(evaluation: Evaluation, file: GateFile, runs: list[SystemRun], unasked: Set[tuple[str, str]]) -> Iterable[str]:
    truth, gate_set, floors = evaluation.truth, evaluation.scenarios[GATE], file.floors
    if not truth.rows:
        yield "정답 없음: 판정된 문항이 하나도 없습니다. 라벨링을 하거나 정답 파일을 가져온 뒤 버전으로 굳혀 주세요."
        return
    if truth.version is None:
        yield "정답 미확정: 굳힌 정답 버전이 아니라 지금까지의 판정입니다. `python -m core labels freeze`로 굳혀 주세요."
    if small := [run.label for run in runs if run.miniature]:
        yield (f"축소 모델: 실제 모델의 결과가 아닙니다({', '.join(small)}). "
               "`python -m core models download`로 실제 모델을 내려받아 다시 임베딩하고 평가해 주세요.")
    if len(gate_set.queries) < floors.queries:
        yield (f"쿼리 수: 판정에 쓸 수 있는 쿼리가 {len(gate_set.queries):,}개입니다({floors.queries}개 이상 필요). "
               "정답이 있는 쿼리를 더 판정해 굳혀 주세요.")
    groups = len(set(gate_set.groups))
    if 0 < groups < floors.groups:
        yield (f"문항군 수: 판정에 쓸 수 있는 쿼리 {len(gate_set.queries):,}개가 문항군 {groups:,}개에서만 나왔습니다"
               f"({floors.groups}개 이상 필요). 다른 문항군의 쿼리를 더 판정해 굳혀 주세요.")
    if not truth.unlisted_zero_by and gate_set.queries:
        judged = {run.label: float(np.mean(gate_set.of(run.system, _JUDGED))) for run in runs}
        if low := {label: share for label, share in judged.items() if share < floors.judged_at_10}:
            told = ", ".join(f"{label} {int(share * 1000) / 10:.1f} %" for label, share in low.items())
            yield (f"판정된 비율: 상위 10개 가운데 판정된 문항이 {percent(floors.judged_at_10)}에 못 미칩니다({told}). "
                   "빠진 문항을 판정하거나, 목록에 없는 문항은 0이라고 선언해 굳혀 주세요.")
    yield from circularity.of(truth, gate_set, file, unasked=unasked).problems
