"""Error cases in one row each: sheet 3.8, and the list that opens the file of the error cases (D9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from core.evaluation.analysis.cases import KINDS, TOP, ErrorCase, Got, Wanted
from core.evaluation.analysis.causes import CAUSES
from core.items import content, grades
from core.report.book import Column, Sheet
from core.store import queries
from core.store.queries import QueryRevision

NOT_JUDGED = "미판정"
NONE = "틀린 쿼리가 없거나, 판정 대상 시스템을 판정 쿼리에서 아직 실행하지 않았습니다."
COLUMNS = (
    Column("번호", "count", 6), Column("쿼리", width=12), Column("찾는 것", "long", 40), Column("단원", width=22),
    Column("사례", width=20), Column("담당자가 정한 원인", width=18), Column("메모", "long", 30), Column("누가", width=10),
    Column("언제", width=18), Column("짐작되는 원인", width=18), Column("짐작한 까닭", "long", 40),
    Column("원했던 문항 (등급, 순위)", "long", 34), Column(f"나온 문항 상위 {TOP}개 (등급)", "long", 34),
    Column("상한 보정 R@5", "value", 9), Column("비교 시스템의 R@5", "value", 9), Column("NDCG@10", "value", 9),
    Column("비교 시스템의 NDCG@10", "value", 9),
)


def written(sheet: Sheet, cases: Sequence[ErrorCase], *, link: Callable[[int], str] | None = None) -> None:
    """Write the cases in their order.

    Args:
        link: where in the file a case (by its number, from 1) is shown whole; its number leads there.
    """
    if not cases:
        sheet.words(NONE)
        return
    first = sheet.row + 1
    sheet.table(COLUMNS, (_row(number, case) for number, case in enumerate(cases, start=1)), freeze=2, filtered=True)
    if link:
        for number in range(1, len(cases) + 1):
            sheet.link(first + number - 1, 0, link(number), str(number))


def counted(sheet: Sheet, cases: Sequence[ErrorCase]) -> None:
    """Write how many cases have which cause, as staff set it and as it is guessed where nobody did."""
    columns = [Column("원인", width=28), Column("담당자가 정함", "count", 14), Column("짐작 (아직 아무도 정하지 않음)", "count", 16)]
    sheet.table(columns, _counted(cases))


def asked(query: QueryRevision) -> str:
    """Return what a query looks for, in words."""
    if queries.is_item(query):
        return f"{query.source_item_id} 문항과 비슷한 문항"
    return " + ".join(filter(None, [query.text, "(그림)" if query.image_hash else ""]))


def graded(grade: int | None) -> str:
    """Return a grade in words; None is what nobody judged."""
    return NOT_JUDGED if grade is None else grades.titled(grade)


def placed(wanted: Wanted) -> str:
    """Return where a wanted item stands in the system's list."""
    return f"{wanted.rank}위" if wanted.rank else "목록에 없음"


def shown(found: Wanted | Got) -> str:
    """Return an item's text as the encoders read it, formulas as LaTeX."""
    return content.embedding_text(found.item.item) if found.item else "이 문항은 컬렉션에 더 없습니다."


def _row(number: int, case: ErrorCase) -> list[object]:
    guess = case.suggested[0] if case.suggested else None
    return [number, case.query.query_id, asked(case.query.query), case.query.facets.get("unit", ""), KINDS[case.kind],
            CAUSES[case.cause] if case.cause else "", case.note, case.by, case.at, CAUSES[guess.cause] if guess else "",
            guess.why if guess else "", "\n".join(f"{each.item_id} ({graded(each.grade)}, {placed(each)})" for each in case.wanted),
            "\n".join(f"{each.rank}. {each.item_id} ({graded(each.grade)})" for each in case.got),
            *(values.get(measure) for measure in ("cR@5", "nDCG@10") for values in (case.values, case.values_against))]


def _counted(cases: Iterable[ErrorCase]) -> Iterator[list[object]]:
    told = list(cases)
    for key, title in CAUSES.items():
        said = sum(case.cause == key for case in told)
        guessed = sum(case.cause is None and case.cause_shown == key for case in told)
        if said or guessed:
            yield [title, said, guessed]
    if unknown := sum(case.cause_shown is None for case in told):
        yield ["짐작되는 원인이 없음", 0, unknown]
