"""6. 권장사항: what follows a Go, what a No-Go, and what has to be done before either can be said; drawn from the gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.evaluation.verdict.outcome import Decision
from core.evaluation.verdict.wording import condition_text, gate_value_text, threshold_text
from core.report.final.blocks import Block, Bullets, Heading
from core.report.final.chapters.analysis import prose
from core.report.final.facts import Facts
from core.report.final.prose import Section

_ALTERNATIVES = (
    (("recall_5", "recall_10", "mrr", "recall_5_least"),
     "리랭커를 더한 E나 가중치를 조정한 D를 같은 기준으로 판정하고, 그래도 모자라면 8B 모델이나 미세 조정을 검토합니다."),
    (("against_baseline", "against_baseline_least"),
     "지금의 KURE-v1 + SigLIP을 그대로 쓰고, 3.4에서 A가 나은 시나리오에만 A를 더하는 방법을 검토합니다."),
    (("vram", "vram_4bit", "latency_p95"),
     "클라우드 GPU(24 GB)나 원격 엔진으로 옮겼을 때의 속도와 비용을 재 봅니다(계획서 3.4)."),
    (("stability", "critical_errors"),
     "오류의 원인을 고치고 같은 호출을 다시 합니다. 모델의 결함이면 제작자에게 알리고 대안 모델을 봅니다(계획서 R4)."),
)
"""What to do where one of these gates is missed."""


def written(facts: Facts, sections: Sequence[Section]) -> Iterator[Block]:
    """Write the chapter."""
    yield Heading(1, "6. 권장사항")
    yield Heading(2, "6.1 Go 시 다음 단계")
    yield Bullets(list(go(facts.decision)))
    yield Heading(2, "6.2 No-Go 시 대안")
    yield Bullets(list(no_go(facts.decision)))
    yield from prose(next(each for each in sections if each.key == "advice"))
    todo = list(dict.fromkeys([*facts.decision.invalid, *facts.decision.missing]))
    if todo:
        yield Heading(2, "6.4 판정에 앞서 할 일")
        yield Bullets(todo)


def go(decision: Decision) -> Iterator[str]:
    """Return the steps after a Go; what stands close to its threshold is watched first."""
    subject = decision.gate_file.subject
    yield (f"판정한 변형({subject.system}, {subject.precision}, {subject.dims}차원) 그대로 전체 문항을 임베딩합니다. "
           "다른 변형은 다시 판정합니다.")
    yield "검색 색인을 만든 뒤 정확한 검색과 순위가 얼마나 다른지 `python -m core bench index`로 잽니다."
    for gate in decision.gates:
        if gate.kind == "go" and gate.passed and gate.firmness is not None and gate.firmness < decision.gate_file.floors.firmness:
            yield f"{gate.title}({gate_value_text(gate)})은 기준 {threshold_text(gate)}에 가까우므로 쿼리를 늘려 다시 확인합니다."
    yield "과학, 국어, 사회, 영어 문항으로 같은 평가를 되풀이합니다(계획서 4.3). 수학의 결과가 다른 과목에도 맞는지는 확인된 것이 아닙니다."
    yield "기존 KURE-v1 + SigLIP은 바꾸는 동안 함께 두고, 사용자 검색에서 두 결과를 견줍니다."


def no_go(decision: Decision) -> Iterator[str]:
    """Return alternatives, each behind the missed gates that it answers, if any is."""
    failed = {gate.name: gate for gate in decision.gates if gate.holds is False}
    for names, sentence in _ALTERNATIVES:
        met = [failed[name] for name in names if name in failed]
        told = ", ".join(f"{gate.title} {gate_value_text(gate)} ({condition_text(gate)})" for gate in met)
        yield f"{told}: {sentence}" if met else sentence
