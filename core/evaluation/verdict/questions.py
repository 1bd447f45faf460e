"""The plan's five questions (1.3), each answered from gates and comparisons; what is not firm is not answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.evaluation import comparisons
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import GATE, PRIMARY
from core.evaluation.summary import Summary
from core.evaluation.verdict.outcome import Answer, AnswerWord, Decision, GateResult, Proof
from core.evaluation.verdict.subject import part_of, subject_of
from core.evaluation.verdict.wording import condition_text, gate_value_text, threshold_text

QUESTIONS = {
    "Q1": "한국어 교육 문항에서 검색 정확도가 충분한가?",
    "Q2": "텍스트+이미지 통합 임베딩이 효과적인가?",
    "Q3": "기존 모델 조합 대비 성능이 우수한가?",
    "Q4": "하드웨어 요구사항이 현실적인가?",
    "Q5": "프로덕션 환경에서 안정적인가?",
}
_BOTH = "S4"
"""Where a query has text and figure and the corpus has figures: the only place where joining them can help or hurt."""
_MEASURE = "nDCG@10"
_ONE_PART = {"text-only": "글만", "image-only": "그림만"}


def answers(decision: Decision, evaluation: Evaluation, *, planned: Sequence[PlannedComparison] | None = None,
            summaries: Mapping[str, Summary] | None = None) -> tuple[Answer, ...]:
    """Return Q1 to Q5 in order.

    Args:
        planned: the planned comparisons, where they have been computed already.
        summaries: by scenario, whose draws are used again.
    """
    told = planned if planned is not None else comparisons.planned(evaluation, summaries=summaries)
    return (
        _by_gates("Q1", decision, ("recall_5", "recall_10", "mrr"), "정확도 기준을 모두 채웠습니다.", "정확도 기준에 못 미칩니다."),
        _multimodal(decision, evaluation, summaries or {}),
        _better(decision, evaluation, next(each for each in told if each.scenario.key == GATE)),
        _by_gates("Q4", decision, ("latency_p95", "vram", "vram_4bit"), "속도와 메모리가 기준 안에 듭니다.",
                  "속도나 메모리가 기준을 넘습니다."),
        _by_gates("Q5", decision, ("stability", "critical_errors"), "연속 호출을 모두 견뎠고 열려 있는 치명적 오류가 없습니다.",
                  "실패한 호출이나 치명적 오류가 있습니다."),
    )


def _by_gates(key: str, decision: Decision, names: Sequence[str], good: str, bad: str) -> Answer:
    gates = [gate for gate in decision.gates if gate.name in names]
    failed = [gate for gate in gates if gate.passed is False]
    unknown = [gate for gate in gates if gate.passed is None]
    if failed:
        return _answer(key, "아니오", f"{bad} {_told(failed)}", _of_gates(gates))
    if unknown or not gates:
        titles = ", ".join(gate.title for gate in unknown) or "기준 없음"
        return _answer(key, "판단 못 함", f"근거가 모자랍니다: {titles}.", _of_gates(gates))
    return _answer(key, "예", f"{good} {_told(gates)}", _of_gates(gates))


def _multimodal(decision: Decision, evaluation: Evaluation, summaries: Mapping[str, Summary]) -> Answer:
    """Both differences, to text alone and to figure alone, must lie above 0 with their whole intervals."""
    key, result, file = "Q2", evaluation.scenarios[_BOTH], decision.gate_file
    if not result.queries:
        return _answer(key, "판단 못 함", "글과 그림이 다 있는 쿼리가 없습니다. 그런 쿼리를 판정해 주세요.", ())
    whole = subject_of(result, file)
    parts = {name: part_of(result, file, suffix) for suffix, name in _ONE_PART.items()}
    lacking = " ".join(dict.fromkeys(each.lacking for each in (whole, *parts.values()) if each.lacking))
    runs = {name: each.run for name, each in parts.items() if each.run is not None}
    if whole.run is None or len(runs) < len(parts):
        return _answer(key, "판단 못 함", lacking, ())
    summary = summaries.get(_BOTH)
    found = {name: comparisons.exploratory(result, whole.run.system, run.system, _MEASURE, resampling=summary and summary.resampling)
             for name, run in runs.items()}
    proofs = tuple(Proof(f"{result.scenario.title} {_MEASURE}: {name} 쓸 때보다 {each.value:+.3f} "
                         f"({each.low:+.3f} – {each.high:+.3f}), 쿼리 {each.queries:,}개 · 탐색적", {"scenario": _BOTH})
                   for name, each in found.items())
    if lacking or decision.invalid or any(run.miniature for run in (whole.run, *runs.values())):
        return _answer(key, "판단 못 함", lacking or "정답이나 모델이 판정에 쓸 수 없는 것입니다. 판정 불가의 이유를 보아 주세요.", proofs)
    if all(each.low > 0 for each in found.values()):
        return _answer(key, "예", "글과 그림을 함께 쓰면 어느 한쪽만 쓸 때보다 뚜렷이 낫습니다.", proofs)
    if worse := [name for name, each in found.items() if each.high < 0]:
        return _answer(key, "아니오", f"{'·'.join(worse)} 쓸 때가 오히려 뚜렷이 낫습니다.", proofs)
    unclear = [name for name, each in found.items() if each.low <= 0]
    return _answer(key, "판단 못 함", f"{'·'.join(unclear)} 쓸 때와의 차이가 뚜렷하지 않습니다.", proofs)


def _better(decision: Decision, evaluation: Evaluation, comparison: PlannedComparison) -> Answer:
    """Superior only where the planned comparison says so; not worse than the gate allows is told beside it."""
    key, gate = "Q3", next((each for each in decision.gates if each.name == "against_baseline"), None)
    proofs = _of_gates([gate] if gate else [])
    if comparison.difference is None:
        return _answer(key, "판단 못 함", comparison.missing, proofs)
    told = comparison.difference
    proofs = (Proof(f"계획된 비교 {comparison.a} − {comparison.b}, {PRIMARY}: {told.value:+.3f} ({told.low:+.3f} – {told.high:+.3f}), "
                    f"보정 p = {comparison.p_holm:.4f}, 이김 {told.wins} · 비김 {told.ties} · 짐 {told.losses}", {"scenario": GATE}),
              *proofs)
    compared = {run.run_id for run in evaluation.scenarios[GATE].systems if run.system in (comparison.a, comparison.b)}
    if compared != {decision.subject_run, decision.baseline_run}:
        return _answer(key, "판단 못 함", f"계획된 비교({comparison.a}, {comparison.b})가 판정에 등록한 변형의 실행이 아닙니다. "
                                       "등록한 변형을 기본으로 임베딩해 다시 평가해 주세요.", proofs)
    if gate is None or gate.passed is None:
        return _answer(key, "판단 못 함", gate.reason if gate else "기존 대비 기준이 판정 기준 파일에 없습니다.", proofs)
    allowed = f"기존 대비 기준({threshold_text(gate)})은 {'채웠습니다' if gate.passed else '채우지 못했습니다'}."
    if comparison.significant and told.value > 0:
        return _answer(key, "예", f"KURE+SigLIP보다 뚜렷이 낫습니다. {allowed}", proofs)
    if comparison.significant:
        return _answer(key, "아니오", f"KURE+SigLIP보다 뚜렷이 못합니다. {allowed}", proofs)
    return _answer(key, "판단 못 함", f"KURE+SigLIP과의 차이가 뚜렷하지 않습니다. {allowed} {comparison.outlook}", proofs)


def _told(gates: Sequence[GateResult]) -> str:
    return " · ".join(f"{gate.title} {gate_value_text(gate)} ({threshold_text(gate) if gate.passed else condition_text(gate)})"
                      for gate in gates)


def _of_gates(gates: Sequence[GateResult]) -> tuple[Proof, ...]:
    """Return what the gates rest on, each once."""
    return tuple({proof.words: proof for gate in gates for proof in gate.evidence}.values())


def _answer(key: str, answer: AnswerWord, sentence: str, proofs: tuple[Proof, ...]) -> Answer:
    return Answer(key, QUESTIONS[key], answer, sentence, proofs)
