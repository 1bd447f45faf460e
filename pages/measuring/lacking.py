"""Everything that stands between the evidence and a verdict, as one list to work off."""

from __future__ import annotations

from core.evaluation.verdict import wording
from core.evaluation.verdict.outcome import Decision
from pages.widgets import markup, results
from pages.widgets.text import attribute, inline


def draw(decision: Decision) -> None:
    """Draw why the verdict is what it is, and everything that makes the evidence worthless or is missing; nothing where nothing is."""
    listed = [("무효", words) for words in decision.invalid] + [("빠짐", words) for words in decision.missing]
    undetermined = decision.verdict == "undetermined"
    if not undetermined and len(decision.reasons) > 1:
        _box("이렇게 판정한 까닭", [("", words) for words in decision.reasons])
    if listed:
        many = f"{len(listed)}가지"
        _box(f"판정하려면 {many}를 갖추어야 합니다" if undetermined else f"없어도 판정이 바뀌지 않는 근거 {many}", listed)
    results.notes([*_firm(decision), *decision.notes])


def _box(title: str, listed: list[tuple[str, str]]) -> None:
    rows = "".join(f"<li>{f'<em>{kind}</em>' if kind else ''}{_topic(words)}</li>" for kind, words in listed)
    markup.draw(f'<div class="ib-lack"><b>{attribute(title)}</b><ol>{rows}</ol></div>')


def _firm(decision: Decision) -> list[str]:
    """Return how firm a verdict is in a sentence; nothing where nobody can say, or where the headline says it."""
    if decision.joint_firmness is None or decision.invalid or decision.borderline:
        return []
    share = wording.value_text("%", decision.joint_firmness)
    return [f"쿼리를 다시 뽑은 것 가운데 {share}에서 검색 품질 기준을 모두 함께 충족합니다."]


def _topic(words: str) -> str:
    """Return a sentence with what it is about, the words before its colon, standing out."""
    topic, colon, rest = words.partition(": ")
    return f"<b>{inline(topic)}</b>: {inline(rest)}" if colon else inline(words)
