"""Sheets 3.6 and 3.7: the gate set by subject, unit and so on, by text, formulas and figures, and A beside its parts (Q2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.evaluation.analysis import parts, slices
from core.evaluation.analysis.slices import FEW_MARK, FEWEST_GROUPS, SliceTable
from core.evaluation.catalogue import CATALOGUE
from core.evaluation.resampling import Difference
from core.evaluation.results import Evaluation, ScenarioResult
from core.evaluation.scenarios import BASELINE, GATE, TUNED
from core.evaluation.summary import Summary
from core.report.book import Column, Sheet
from core.report.sheets.systems import labels

MEASURES = ("cR@5", "nDCG@10")
"""What gates and bands rest on."""
FACETS = ("subject", "unit", "difficulty", "item_type", "query_type")
NOTHING = "판정 쿼리에 셀 값이 없습니다. 정답을 판정하고 시스템을 실행하면 채워집니다."
_ENDS = ("값", "95 % 하한", "95 % 상한")


def sliced(sheet: Sheet, evaluation: Evaluation, summary: Summary) -> None:
    """Write 3.6: every facet but the kind of item; then A against D in the same slices."""
    found = [[slices.of(summary.result, facet, measure, resampling=summary.resampling) for measure in MEASURES]
             for facet in FACETS]
    _tables(sheet, found, evaluation)
    if not (summary.result.has(parts.TOGETHER) and summary.result.has(BASELINE)):
        return
    sheet.heading("A − D: 같은 쿼리에서 잰 차이 (0보다 크면 A가 나음, 탐색적)")
    gaps = [slices.gaps(summary.result, facet, parts.TOGETHER, BASELINE, measure, resampling=summary.resampling)
            for facet in FACETS for measure in MEASURES]
    columns = [Column("나눈 기준", width=16), Column("값", width=30), Column("지표", width=34), Column("쿼리", "count", 7),
               Column("묶음", "count", 7), *(Column(title, "signed", 9) for title in ("차이", *_ENDS[1:]))]
    sheet.table(columns, ([table.title, row.title, CATALOGUE[table.measure].title, row.queries, row.groups, row.cells[0].value,
                           row.cells[0].low, row.cells[0].high] for table in gaps for row in table.rows))


def by_kind(sheet: Sheet, evaluation: Evaluation, summary: Summary) -> None:
    """Write 3.7: text, formulas and figures; then A beside itself with items' texts alone and figures alone."""
    sheet.heading("문항 종류별: 쿼리의 원본 문항이 글인가, 수식인가, 그림인가")
    _tables(sheet, [[slices.modality(evaluation, measure=measure, resampling=summary.resampling) for measure in MEASURES]],
            evaluation)
    sheet.heading("Q2. 글과 그림을 함께 쓰는 것이 나은가")
    found = [parts.of(evaluation, measure=measure) for measure in MEASURES]
    if found[0].missing:
        sheet.words(f"판정 쿼리에서 아직 실행하지 않은 시스템: {', '.join(found[0].missing)}.")
    columns = [Column("지표", width=16), Column("문항 종류", width=16), Column("시스템", width=34), Column("쿼리", "count", 7),
               Column("묶음", "count", 7), *(Column(title, "value", 9) for title in _ENDS),
               *(Column(title, "signed", 10, "A − 이 시스템") for title in ("차이", "95 % 하한", "95 % 상한")),
               Column("p (보정 안 함)", "probability", 10, "A − 이 시스템"), Column("비고", width=30)]
    sheet.table(columns, (row for each in found for row in _parts(each, labels(evaluation))))
    sheet.words("Q2의 차이는 모두 탐색적입니다. 여러 비교를 함께 보정하지 않았습니다.")


def _tables(sheet: Sheet, found: Sequence[Sequence[SliceTable]], evaluation: Evaluation) -> None:
    columns = [Column("나눈 기준", width=16), Column("값", width=30), Column("시스템", width=34), Column("쿼리", "count", 7),
               Column("묶음", "count", 7)]
    for measure in MEASURES:
        columns += [Column(title, "value", 9, CATALOGUE[measure].title) for title in _ENDS]
    rows = [row for tables in found for row in _slices(tables, evaluation.scenarios[GATE])]
    if not rows:
        sheet.words(NOTHING)
        sheet.row += 1
        return
    sheet.table([*columns, Column("비고", width=30)], rows, freeze=3, filtered=True)


def _slices(tables: Sequence[SliceTable], result: ScenarioResult) -> Iterator[list[object]]:
    shown = [place for place, name in enumerate(tables[0].systems) if "@" not in name or name == TUNED] \
        or range(len(tables[0].systems))
    for row, *others in zip(*(table.rows for table in tables), strict=True):
        for place in shown:
            cells = [each.cells[place] for each in (row, *others)]
            yield [tables[0].title, row.title, result.systems[place].label, row.queries, row.groups,
                   *(end for cell in cells for end in (cell.value, cell.low, cell.high)), _remark(row.few, row.groups)]


def _parts(found: parts.Parts, named: dict[str, str]) -> Iterable[list[object]]:
    for row in found.rows:
        for system, cell in row.means:
            told = {parts.TEXT_ONLY: row.over_text, parts.IMAGE_ONLY: row.over_image}.get(system)
            yield [CATALOGUE[found.measure].title, row.title, named[system], row.queries, row.groups, cell.value, cell.low, cell.high,
                   *_over(told), _remark(row.few, row.groups)]


def _over(told: Difference | None) -> list[object]:
    return [told.value, told.low, told.high, told.p] if told else [None] * 4


def _remark(few: bool, groups: int) -> str:
    spread = f"묶음이 {FEWEST_GROUPS}개보다 적어 구간 없음" if groups < FEWEST_GROUPS else ""
    return " · ".join(filter(None, [FEW_MARK if few else "", spread]))
