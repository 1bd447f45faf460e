"""1. Executive Summary: one page that a reader without the rest understands in two minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.evaluation.scenarios import GATE, PRIMARY
from core.evaluation.verdict.wording import condition_text, gate_value_text, interval_text, threshold_text, value_text
from core.report.final.blocks import Block, Bullets, Heading, PageBreak, Table, Verdict, Words
from core.report.final.facts import Facts
from core.report.final.words import outcome, resting

_TONES = {"go": "good", "no-go": "bad"}
_WHOLE = 2
"""So many cautions fit onto the page in full."""
_COMPARED = ("qwen3-vl", "kure+siglip@tuned", "kure+siglip")


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    decision = facts.decision
    yield Heading(1, "1. Executive Summary")
    yield Words("Qwen3-VL-Embedding이 지금의 KURE-v1 + SigLIP 조합을 대신할 수 있는지를, 같은 문항과 같은 정답으로 견준 결과입니다.")
    yield Heading(2, "1.1 Go/No-Go 결론")
    yield Verdict(decision.title, decision.headline, _TONES.get(decision.verdict, "open"))
    yield Words(_advice(facts))
    yield from _cautions(decision.cautions)
    yield Heading(2, "1.2 핵심 수치")
    for kind, title, condition in (("go", "Go 조건: 모두 채워야 합니다", threshold_text),
                                   ("no-go", "No-Go 조건: 하나라도 해당하면 No-Go입니다", condition_text)):
        yield Table(("조건", "값", "95 % 구간", "기준", "결과"), [
            (gate.title, gate_value_text(gate), interval_text(gate) or "–", condition(gate), outcome(gate))
            for gate in decision.gates if gate.kind == kind], align="lrrrl", widths=(2.6, 1.5, 2.2, 1.2, 1.6), title=title)
    measured = resting(decision.gates)
    yield Words(f"정답 {decision.truth_title} ({decision.truth_sha256[:8]}) · 쿼리 {decision.queries:,}개 · "
                f"실행 {decision.subject_run or '없음'} (A), {decision.baseline_run or '없음'} (기존) · "
                f"{f'{measured} · ' if measured else ''}판정 기준 {decision.gate_file_sha256[:8]}. "
                "Recall은 상한 보정 R@k이며 3.1에 설명이 있습니다. ○은 값이 없거나, 있어도 판정에 쓸 수 없다는 뜻입니다.", "fine")
    yield Heading(2, "1.3 주요 발견사항")
    yield Bullets([*_plain(facts), *[f"{each.key} {each.question} {each.answer}. {_short(each.sentence)}" for each in facts.answers]])
    if decision.invalid or decision.missing:
        told = ", ".join(f"{name} {len(found)}가지" for name, found in (("쓸 수 없는 근거", decision.invalid),
                                                                      ("모자라는 근거", decision.missing)) if found)
        yield Words(f"판정을 막는 것: {told}. 무엇을 해야 하는지는 6.4에 있습니다.", "note")
    yield PageBreak()


def _cautions(cautions: Sequence[str]) -> Iterator[Block]:
    """Say what must be read with the verdict: whole where it is little, else the first sentence of each, or the page would not hold it."""
    if len(cautions) <= _WHOLE:
        yield from (Words(f"함께 보아야 할 것: {caution}", "note") for caution in cautions)
        return
    yield Words(f"함께 보아야 할 것 {len(cautions)}가지. 무엇을 확인하면 되는지는 5.5에 있습니다.", "note")
    yield Bullets([f"{caution.partition('. ')[0].removesuffix('.')}." for caution in cautions])


def _advice(facts: Facts) -> str:
    """Return what to do, in one sentence."""
    if facts.decision.verdict == "go":
        near = " 다만 경계에 있어 쿼리를 늘려 다시 확인하는 것이 좋습니다." if facts.decision.borderline else ""
        return f"Qwen3-VL-Embedding으로 바꾸는 것을 권합니다.{near} 다음 단계는 6.1에 있습니다."
    return {"no-go": "지금의 조합을 그대로 쓰는 것을 권합니다. 대안은 6.2에 있습니다.",
            "hold": "No-Go는 아니지만 Go 조건을 모두 채우지 못했습니다. 모자란 조건을 먼저 풀고 다시 판정하는 것을 권합니다.",
            }.get(facts.decision.verdict, "아직 정하지 말고, 모자라는 근거부터 갖추는 것을 권합니다.")


def _plain(facts: Facts) -> Iterator[str]:
    """Say the accuracy of A and of what it is to replace in words that need no measure's name."""
    told = [f"{run.label} {value_text('%', each.value)} ({value_text('%', each.low)} – {value_text('%', each.high)})"
            for name in _COMPARED for run in facts.gate.systems if run.system == name
            for each in [facts.summaries[GATE].intervals.get((PRIMARY, name))] if each]
    if told:
        small = " 축소 모델의 값이라 실제와 다릅니다." if facts.miniature else ""
        yield f"찾아야 할 문항이 첫 다섯 개 안에 나온 비율과 그 95 % 구간: {', '.join(told[:2])}.{small}"


def _short(sentence: str) -> str:
    """Return the first sentence: commands and details belong to the chapters behind."""
    first, dot, _ = sentence.partition(". ")
    return first + ("." if dot else "")
