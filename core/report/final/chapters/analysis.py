"""5. 상세 분석: strengths and weaknesses in words, the error cases, the plan's questions and further criteria."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.evaluation.analysis.cases import KINDS
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.catalogue import CATALOGUE
from core.evaluation.scenarios import PRIMARY
from core.evaluation.verdict.outcome import Band
from core.evaluation.verdict.wording import value_text
from core.report.final.blocks import Block, Bullets, Heading, Table, Words
from core.report.final.facts import Facts
from core.report.final.prose import Section
from core.report.final.words import letter, measured, source
from core.report.sheets import cases as told_cases

_TITLE = CATALOGUE[PRIMARY].title
MOST = 15
"""Error cases in the report; all of them are in D9."""


def written(facts: Facts, sections: Sequence[Section]) -> Iterator[Block]:
    """Write the chapter."""
    by = {each.key: each for each in sections}
    yield Heading(1, "5. 상세 분석")
    truth = facts.evaluation.truth
    yield Words(f"이 장의 숫자는 정답 {truth.title} ({truth.sha256[:8]})의 것입니다. 숫자마다의 실행과 측정은 3장과 4장의 표, "
                "7.1에 있습니다.", "soft")
    yield from prose(by["strengths"])
    yield from prose(by["weaknesses"])
    yield from prose(by["errors"])
    yield from _cases(facts)
    yield Heading(2, "5.4 핵심 질문의 답")
    yield Table(("", "질문", "답", "까닭"), [(each.key, each.question, each.answer, each.sentence) for each in facts.answers],
                align="llll", widths=(0.4, 2.4, 0.9, 5))
    yield Table(("기준", "값", "등급", "등급의 경계", "설명"), [
        (each.title, _valued(each), each.band, each.limits, each.sentence) for each in facts.bands],
        align="lrlll", widths=(1.6, 1.3, 0.9, 2, 4), title="추가 평가 기준 (계획서 2.3)", small=True,
        note=" ".join(f"{each.title}: {' / '.join(proof.words for proof in each.evidence)}." for each in facts.bands if each.evidence))
    yield Heading(2, "5.5 근거의 한계")
    yield Bullets(list(limits(facts)))


def prose(section: Section) -> Iterator[Block]:
    """Write a section of words, with who stands for them."""
    yield Heading(2, section.title)
    yield Bullets([line.strip() for line in section.body.split("\n") if line.strip()] or ["쓸 말이 없습니다."])
    if section.by:
        yield Words(f"쓴 사람: {section.by}", "soft")
    if section.outdated:
        yield Words("이 글을 쓴 뒤 숫자가 바뀌었습니다. 쓴 사람이 다시 확인해야 합니다.", "note")


def limits(facts: Facts) -> Iterator[str]:
    """Return what the evidence cannot show, in sentences."""
    truth, decision = facts.evaluation.truth, facts.decision
    if facts.miniature:
        yield "축소 모델의 값이 들어 있습니다. 실제 모델이 어떨지는 이 보고서로 알 수 없습니다."
    yield f"정답은 쿼리 {decision.queries:,}개, 독립인 묶음 {decision.groups:,}개입니다. 구간은 묶음을 다시 뽑아 구했습니다."
    subjects = [name for name, _ in facts.facets.get("subject", [])]
    yield f"과목은 {', '.join(subjects) or '없음'}뿐입니다. 다른 과목으로 넓혀 말할 수 없습니다." if len(subjects) < 2 else \
        f"과목 {len(subjects)}개({', '.join(subjects)})의 문항입니다."
    if truth.unlisted_zero_by:
        yield "목록에 없는 문항을 등급 0으로 세므로, 빠진 정답이 있으면 모든 시스템의 값이 실제보다 낮습니다."
    if truth.rows:
        yield ("누가 무엇을 보고 등급을 매겼는지는 이 프로그램이 확인할 수 없습니다. 한 사람이 여러 이름으로 판정했거나 모델의 답을 보고 "
               "매겼어도 숫자에는 드러나지 않습니다.")
    yield ("다른 컴퓨터에서 가져온 측정과, 폴더에서 복사한 모델은 적힌 이름대로 믿습니다. 이 컬렉션에 남지 않은 일(다른 "
           "컬렉션에서 먼저 해 본 평가, 그때 본 결과)도 알 수 없습니다.")
    yield "벡터 검색은 모든 문항을 정확히 견준 것입니다. 근사 색인을 쓰면 순위가 조금 바뀔 수 있습니다."
    yield from decision.notes
    yield from decision.cautions


def _valued(band: Band) -> str:
    value = value_text(band.unit, band.value)
    return value if band.low is None or band.high is None else \
        f"{value} ({value_text(band.unit, band.low)} – {value_text(band.unit, band.high)})"


def _cases(facts: Facts) -> Iterator[Block]:
    if not facts.cases:
        return
    noted = any(each.note for each in facts.cases[:MOST])
    rows = [(str(place), each.query.query_id, told_cases.asked(each.query.query)[:80], KINDS[each.kind],
             CAUSES[each.cause] if each.cause else f"({CAUSES[each.cause_shown]})" if each.cause_shown else "–",
             measured(each.values.get("cR@5"), 2), measured(each.values_against.get("cR@5"), 2), *([each.note[:80]] if noted else []))
            for place, each in enumerate(facts.cases[:MOST], start=1)]
    more = f"모두 {len(facts.cases):,}건 가운데 {len(rows)}건입니다. 나머지는 D9에 있습니다. " if len(facts.cases) > len(rows) else ""
    runs = [run for run in facts.gate.systems if run.system in (facts.cases[0].system, facts.cases[0].against)]
    own, other = (f"{letter(name)} R@5" if name else "비교 R@5" for name in (facts.cases[0].system, facts.cases[0].against))
    yield Table(("번호", "쿼리", "찾는 것", "사례", "원인", own, other, *(["메모"] if noted else [])), rows,
                align="lllllrr" + "l" * noted, small=True,
                widths=(0.5, 1, 3.4, 1.6, 1.6, 0.8, 0.9, *([1.6] if noted else [])), title=f"오류 사례: {_TITLE}",
                note=f"{more}괄호 안의 원인은 짐작입니다. {source(facts.evaluation, runs)}")
