"""1. Executive Summary: one page that a reader without the rest understands in two minutes."""

from __future__ import annotations

from collections.abc import Iterator

from core.evaluation.verdict.wording import gate_value_text, interval_text, threshold_text
from core.report.final.blocks import Block, Bullets, Heading, PageBreak, Table, Verdict, Words
from core.report.final.facts import Facts
from core.report.final.words import outcome

_TONES = {"go": "good", "no-go": "bad"}
MOST = 5
"""Sentences under the findings: the rest stands in chapter 5."""


def written(facts: Facts) -> Iterator[Block]:
    """Write the chapter."""
    decision = facts.decision
    yield Heading(1, "1. Executive Summary")
    yield Words("Qwen3-VL-Embedding이 지금의 KURE-v1 + SigLIP 조합을 대신할 수 있는지를, 같은 문항과 같은 정답으로 견준 결과입니다.")
    yield Heading(2, "1.1 Go/No-Go 결론")
    yield Verdict(decision.title, decision.headline, _TONES.get(decision.verdict, "open"))
    yield Heading(2, "1.2 핵심 수치")
    yield Table(("조건", "값", "95 % 구간", "기준", "결과"), [
        (gate.title, gate_value_text(gate), interval_text(gate) or "–", threshold_text(gate), outcome(gate)) for gate in decision.gates],
        align="lrrrl", widths=(2.6, 1.5, 2.2, 1.2, 1.6),
        note=f"정답 {decision.truth_title} ({decision.truth_sha256[:8]}) · 쿼리 {decision.queries:,}개 · 실행 "
             f"{decision.subject_run or '없음'} (A), {decision.baseline_run or '없음'} (기존) · 판정 기준 {decision.gate_file_sha256[:8]}. "
             "○은 값이 없거나, 있어도 판정에 쓸 수 없다는 뜻입니다.")
    yield Heading(2, "1.3 주요 발견사항")
    yield Bullets([f"{each.key} {each.question} {each.answer}. {_short(each.sentence)}" for each in facts.answers][:MOST])
    if decision.invalid or decision.missing:
        yield Words(f"판정을 막는 것: 쓸 수 없는 근거 {len(decision.invalid)}가지, 모자라는 근거 {len(decision.missing)}가지. "
                    "무엇을 해야 하는지는 6.4에 있습니다.", "note")
    yield PageBreak()


def _short(sentence: str) -> str:
    """Return the first sentence: commands and details belong to the chapters behind."""
    first, dot, _ = sentence.partition(". ")
    return first + ("." if dot else "")
