"""The analysis in words (8.2 §5–6): a draft that the gates and error cases write, and what its author made of it.

A draft is a sentence a line. An edit names the hash of the draft it started from: where the facts have changed since, the
draft is another, and the edit is shown as written on older facts until its author looks again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from core.errors import InputError
from core.evaluation import naming
from core.evaluation.analysis import slices
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.catalogue import CATALOGUE
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.resampling import Difference
from core.evaluation.scenarios import BASELINE, PRIMARY
from core.evaluation.verdict.outcome import GateResult
from core.evaluation.verdict.wording import condition_text, gate_value_text, threshold_text
from core.report.final.facts import SUBJECT, Facts
from core.report.final.words import change, interval, letter
from core.store import reports
from core.store.reports import Prose

SECTIONS = {"strengths": "5.1 강점 분석", "weaknesses": "5.2 약점 분석", "errors": "5.3 오류 케이스", "advice": "6.3 검토 의견"}
LONGEST = 10_000
_MEASURE = CATALOGUE[PRIMARY].title


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the report prints it."""

    key: str
    title: str
    draft: str
    draft_sha256: str
    body: str
    """The author's, else the draft."""
    by: str
    """The author; empty where nobody edited the draft."""
    at: datetime | None
    outdated: bool
    """The facts behind the draft have changed since it was edited."""


def sections(facts: Facts, said: Mapping[str, Prose]) -> tuple[Section, ...]:
    """Return every section in the report's order."""
    return tuple(_section(key, title, "\n".join(dict.fromkeys(_DRAFTS[key](facts))), said.get(key)) for key, title in SECTIONS.items())


def write(conn: Connection, collection_id: int, *, section: str, body: str, draft_sha256: str, by: str) -> None:
    """Store what an author made of a section; an empty body takes the edit back.

    Raises:
        InputError: there is no such section, nobody signs, or the text is too long.
    """
    if section not in SECTIONS:
        raise InputError(f"'{section[:40]}'이라는 절은 없습니다. 고칠 수 있는 절: {', '.join(SECTIONS)}.")
    if not by.strip():
        raise InputError("고친 글에는 쓴 사람의 이름이 남습니다. 이름을 적은 뒤 다시 저장해 주세요.")
    text = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise InputError(f"글이 {len(text):,}자로 너무 깁니다. {LONGEST:,}자 아래로 줄여 주세요.")
    reports.say(conn, collection_id, section=section, body=text, draft_sha256=draft_sha256, by=by.strip())


def _section(key: str, title: str, draft: str, said: Prose | None) -> Section:
    sha256 = hashlib.sha256(draft.encode()).hexdigest()
    if said is None or not said.body:
        return Section(key, title, draft, sha256, draft, "", None, False)
    return Section(key, title, draft, sha256, said.body, said.by, said.at, said.draft_sha256 != sha256)


def _strengths(facts: Facts) -> Iterator[str]:
    for gate in _held(facts, True):
        if gate.passed is not None:
            yield f"{gate.title}: {gate_value_text(gate)}로 기준 {threshold_text(gate)}을 채웁니다."
    yield from _uncounted(facts, True, "채우지만")
    for each in facts.planned:
        if each.significant and each.difference and each.difference.value > 0:
            yield _difference(each, each.difference, "높습니다")
    yield from _extreme(facts, best=True)
    for band in facts.bands:
        if band.band == "우수":
            yield f"{band.title}: 우수. {band.sentence}"
    if facts.miniature:
        yield "위 값은 축소 모델의 것이라 Qwen3-VL의 강점이라고 말할 수 없습니다."


def _weaknesses(facts: Facts) -> Iterator[str]:
    for gate in _held(facts, False):
        if gate.passed is not None:
            yield f"{gate.title}: {gate_value_text(gate)}로 기준 {threshold_text(gate)}에 못 미칩니다({condition_text(gate)})."
    yield from _uncounted(facts, False, "못 채우지만")
    for each in facts.planned:
        if each.significant and each.difference and each.difference.value < 0:
            yield _difference(each, each.difference, "낮습니다")
    yield from _extreme(facts, best=False)
    if absent := [gate.title for gate in facts.decision.gates if gate.value is None]:
        yield f"측정 안 됨: {', '.join(absent)}."


def _errors(facts: Facts) -> Iterator[str]:
    cases, queries = facts.cases, len(facts.gate.queries)
    if not queries or not facts.gate.has(SUBJECT):
        yield "오류 케이스를 볼 실행이 없습니다. 평가를 먼저 실행해 주세요."
        return
    missed = sum(each.kind == "missed" for each in cases)
    told = f"판정 쿼리 {queries:,}개 가운데 {missed:,}개는 상위 10개에 정답이 없"
    if facts.gate.has(other := facts.gate.stands_for(BASELINE)):
        yield f"{told}고, {len(cases) - missed:,}개는 비교 시스템({naming.label(other)})보다 못합니다."
    else:
        yield f"{told}습니다. 비교 시스템({naming.label(BASELINE)})의 실행이 없어 그보다 못한 쿼리는 가리지 못했습니다."
    said = Counter(each.cause for each in cases if each.cause)
    guessed = Counter(each.cause_shown for each in cases if each.cause is None and each.cause_shown)
    if said:
        yield "담당자가 정한 원인: " + ", ".join(f"{CAUSES[key]} {count}건" for key, count in said.most_common()) + "."
    if guessed:
        yield ("아직 아무도 정하지 않은 사례에서 짐작되는 원인: "
               + ", ".join(f"{CAUSES[key]} {count}건" for key, count in guessed.most_common()) + ".")
    worst = Counter(each.query.facets.get("unit", "") for each in cases)
    if named := [(unit, count) for unit, count in worst.most_common(3) if unit]:
        yield "사례가 많은 단원: " + ", ".join(f"{unit} {count}건" for unit, count in named) + "."


def _advice(facts: Facts) -> Iterator[str]:
    decision = facts.decision
    yield f"계산된 판정은 {decision.title}입니다. {decision.headline}"
    if decision.verdict == "undetermined":
        yield "근거를 갖추기 전에는 Go나 No-Go로 정하지 않는 것이 좋습니다. 6.4의 할 일을 마친 뒤 보고서를 다시 만들어 주세요."
    elif decision.borderline:
        more = f" 쿼리를 약 {decision.more_queries:,}개 더 판정하면 뚜렷해집니다." if decision.more_queries else ""
        yield f"Go이지만 경계에 있습니다.{more}"
    yield f"핵심 질문의 답은 {', '.join(f'{each.key} {each.answer}' for each in facts.answers)}입니다. 까닭은 5.4에 있습니다."


_DRAFTS = {"strengths": _strengths, "weaknesses": _weaknesses, "errors": _errors, "advice": _advice}


def _difference(each: PlannedComparison, told: Difference, how: str) -> str:
    ends = sorted((abs(told.low), abs(told.high)))
    return (f"{each.scenario.title}: {letter(each.a)}의 {_MEASURE}가 {letter(each.b)}보다 {abs(told.value):.3f} {how}"
            f"(95 % 구간 {ends[0]:.3f}–{ends[1]:.3f}, 보정 p = {each.p_holm:.4f}).") if told.low * told.high > 0 else (
        f"{each.scenario.title}: {letter(each.a)}와 {letter(each.b)}의 {_MEASURE} 차이는 {change(told.value)}"
        f"({change(told.low)} – {change(told.high)}, 보정 p = {each.p_holm:.4f})입니다.")


def _held(facts: Facts, holds: bool) -> list[GateResult]:
    return [gate for gate in facts.decision.gates if gate.value is not None and gate.holds is holds and gate.kind == "go"]


def _uncounted(facts: Facts, holds: bool, how: str) -> Iterator[str]:
    told = [f"{gate.title} {gate_value_text(gate)}" for gate in _held(facts, holds) if gate.passed is None]
    if told:
        yield f"기준을 {how} 판정에 쓸 수 없는 값: {', '.join(told)}. 까닭은 6.4에 있습니다."


def _extreme(facts: Facts, *, best: bool) -> Iterator[str]:
    """Say in which unit A is at its best, or at its worst, among those with enough queries to say so."""
    if not facts.gate.has(SUBJECT):
        return
    table = slices.of(facts.gate, "unit", PRIMARY, resampling=facts.summaries[facts.gate.scenario.key].resampling)
    place = table.systems.index(SUBJECT)
    rows = sorted((row for row in table.rows if not row.few and row.value), key=lambda row: row.cells[place].value)
    if len(rows) > 1:
        row = rows[-1] if best else rows[0]
        yield (f"A는 {row.title} 단원에서 가장 {'높습니다' if best else '낮습니다'}: {_MEASURE} {interval(row.cells[place])}, "
               f"쿼리 {row.queries}개. 단원 {len(rows)}개 가운데 고른 것이라 실제보다 {'높게' if best else '낮게'} 나왔을 수 있습니다.")
