"""The accuracy results (D7) as one Excel file: a cover, a sheet for each of the plan's tasks 3.2 to 3.8, what they rest on.

Nothing is computed here that pages compute otherwise: means, intervals, comparisons and slices come from ``core.evaluation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from core.evaluation import comparisons
from core.evaluation import summary as summaries
from core.evaluation.analysis.cases import ErrorCase
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import GATE
from core.evaluation.summary import Summary
from core.evaluation.verdict.outcome import Decision
from core.report import provenance
from core.report.book import Book, Sheet
from core.report.sheets import cases as case_list
from core.report.sheets import cover, measures, slicing, systems

COVER = "표지"
SHEETS = (
    ("3.2 Qwen3-VL", "A와 그 변형: 시나리오마다 모든 지표와 95 % 구간"),
    ("3.3 KURE", "B: 시나리오마다 모든 지표와 95 % 구간"),
    ("3.4 KURE+SigLIP", "D(가중치 조정, 0.5, 그 밖의 결합)와 C: 시나리오마다 모든 지표와 95 % 구간"),
    ("3.5 Reranker", "E와, E가 다시 매기는 A: 시나리오마다 모든 지표와 95 % 구간"),
    ("3.6 과목별", "판정 쿼리를 과목, 단원, 난이도, 문항 유형, 쿼리 종류로 나눈 값"),
    ("3.7 모달리티별", "판정 쿼리를 글, 수식, 그림으로 나눈 값과, A를 글만·그림만 쓴 A와 견준 값 (Q2)"),
    ("3.8 오류 사례", "A가 놓치거나 D보다 못한 판정 쿼리, 짐작되는 원인과 담당자가 정한 원인"),
    ("비교", "미리 정한 여섯 비교: 차이, 구간, p, Holm 보정, 효과 크기"),
    ("판정 기준", "판정에 쓴 기준마다 값, 구간, 결과, 근거"),
    ("실행", "숫자가 나온 실행: 번호, 정밀도, 답하지 못한 쿼리, 동점, 축소 모델 여부"),
    ("지표 설명", "지표마다 식, 이득, 이를 수 있는 값, 우연의 값"),
)
"""In the order of the file, each with what it holds."""
_SYSTEMS: dict[str, tuple[str, ...]] = {
    "3.2 Qwen3-VL": ("qwen3-vl",), "3.3 KURE": ("kure-v1",), "3.4 KURE+SigLIP": ("kure+siglip", "siglip"),
    "3.5 Reranker": ("qwen3-vl+rerank", "qwen3-vl"),
}


def as_xlsx(evaluation: Evaluation, *, cases: Sequence[ErrorCase] = (), decision: Decision | None = None, made_at: datetime,
            known: Mapping[str, Summary] | None = None) -> bytes:
    """Return the workbook.

    Args:
        cases: of the gate set, for sheet 3.8.
        decision: for the cover; None leaves the verdict out.
        made_at: when, with a time zone; stands on the cover.
        known: summaries by scenario that have been computed already.
    """
    found = {key: (known or {}).get(key) or summaries.of(result) for key, result in evaluation.scenarios.items()}
    book = Book(title="검색 정확도 결과", about=provenance.line(evaluation), warnings=provenance.warnings(evaluation), made_at=made_at)
    writers: dict[str, Callable[[Sheet], None]] = {
        **{name: _systems(evaluation, found, bases) for name, bases in _SYSTEMS.items()},
        "3.6 과목별": lambda sheet: slicing.sliced(sheet, evaluation, found[GATE]),
        "3.7 모달리티별": lambda sheet: slicing.by_kind(sheet, evaluation, found[GATE]),
        "3.8 오류 사례": lambda sheet: case_list.written(sheet, cases),
        "비교": lambda sheet: systems.compared(sheet, comparisons.planned(evaluation, summaries=found), evaluation),
        "판정 기준": lambda sheet: cover.gates(sheet, decision),
        "실행": lambda sheet: cover.runs(sheet, evaluation),
        "지표 설명": lambda sheet: measures.written(sheet, evaluation),
    }
    cover.written(book.sheet(COVER, "검색 정확도 결과 (D7)"), evaluation, decision, made_at=made_at, contents=SHEETS)
    for name, about in SHEETS:
        writers[name](book.sheet(name, f"{name} · {about}"))
    return book.close()


def _systems(evaluation: Evaluation, found: Mapping[str, Summary], bases: Sequence[str]) -> Callable[[Sheet], None]:
    return lambda sheet: systems.written(sheet, evaluation, found, bases)
