"""D9, the error cases as an Excel file: a list, then every case whole, with wanted and got side by side and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest

from psycopg import Connection

from core.evaluation.analysis.cases import KINDS, ErrorCase, Got, Wanted
from core.evaluation.analysis.causes import CAUSES
from core.evaluation.results import Evaluation
from core.moments import moment
from core.report import provenance
from core.report.book import Book, Column, Sheet
from core.report.figures import Figures
from core.report.sheets import cases as listing
from core.report.sheets import systems
from core.store import queries
from core.store.items import StoredItem

LIST, WHOLE, COUNTS = "목록", "사례", "원인별"
PICTURE_WIDTH, PICTURE_HEIGHT = 190, 120
"""Pixels of a figure's room on the sheet."""
_COLUMNS = (
    Column("번호", width=6), Column("쿼리", width=12), Column("찾는 것", "long", 34), Column("쿼리의 그림", "picture", 28),
    Column("사례와 원인", "long", 30), Column("원했던 문항", width=18, group="원했던 것"), Column("등급", width=10, group="원했던 것"),
    Column("순위", width=10, group="원했던 것"), Column("비교 시스템의 순위", width=10, group="원했던 것"),
    Column("내용", "long", 44, group="원했던 것"), Column("그림", "picture", 28, group="원했던 것"),
    Column("순위", width=6, group="나온 것"), Column("나온 문항", width=18, group="나온 것"), Column("등급", width=10, group="나온 것"),
    Column("내용", "long", 44, group="나온 것"), Column("그림", "picture", 28, group="나온 것"),
)


def as_xlsx(conn: Connection, evaluation: Evaluation, cases: Sequence[ErrorCase], *, made_at: datetime) -> bytes:
    """Return the workbook: the list of cases, each case with its figures, and how many cases have which cause.

    Formulas are text, as the encoders read them. A case takes a row a place: the wanted items on the left, best grade first,
    the system's first ten on the right.

    Args:
        made_at: when, with a time zone.
    """
    book = Book(title="오류 사례 분석", about=_about(evaluation, cases, made_at), warnings=provenance.warnings(evaluation),
                made_at=made_at)
    first, whole = book.sheet(LIST, "오류 사례 분석 (D9)"), book.sheet(WHOLE, "오류 사례: 원했던 것과 나온 것")
    starts = _whole(whole, cases, Figures(conn, _hashes(cases), width=PICTURE_WIDTH, height=PICTURE_HEIGHT))
    listing.written(first, cases, link=lambda number: f"'{WHOLE}'!A{starts[number - 1] + 1}")
    listing.counted(book.sheet(COUNTS, "원인별 사례 수"), cases)
    return book.close()


def _about(evaluation: Evaluation, cases: Sequence[ErrorCase], made_at: datetime) -> str:
    when = moment(made_at)
    if not cases:
        return f"{provenance.line(evaluation)} · {when}"
    named, case = systems.labels(evaluation), cases[0]
    beside = f" · 비교: {named.get(case.against, case.against)}" if case.against else " · 비교 시스템 없음"
    return (f"{systems.scenario_title(evaluation, case.scenario)} · {named.get(case.system, case.system)}{beside} · "
            f"사례 {len(cases):,}개 · {provenance.line(evaluation)} · {when}")


def _whole(sheet: Sheet, cases: Sequence[ErrorCase], figures: Figures) -> list[int]:
    """Write every case and return the row, from 0, at which each begins."""
    if not cases:
        sheet.words(listing.NONE)
        return []
    places = [list(zip_longest(case.wanted, case.got)) or [(None, None)] for case in cases]
    first = sheet.row + 2
    sheet.table(_COLUMNS, _rows(cases, places, figures), freeze=2)
    starts = [first]
    for each in places[:-1]:
        starts.append(starts[-1] + len(each))
    for at in starts:
        sheet.rule(at, len(_COLUMNS))
    return starts


def _rows(cases: Sequence[ErrorCase], places: Sequence[Sequence[tuple[Wanted | None, Got | None]]],
          figures: Figures) -> Iterable[list[object]]:
    for number, (case, rows) in enumerate(zip(cases, places, strict=True), start=1):
        for at, (wanted, got) in enumerate(rows):
            # The number and the query stand in every row, so that the sheet can be searched and sorted; the rest once.
            head = [str(number), case.query.query_id, *(_asked(case, figures) if at == 0 else (None, None, None))]
            yield [*head, *_wanted(wanted, figures), *_got(got, figures)]


def _asked(case: ErrorCase, figures: Figures) -> tuple[object, object, object]:
    query = case.query.query
    hashes = _item_hashes(case.source) if queries.is_item(query) else (query.image_hash,) if query.image_hash else ()
    return listing.asked(query), figures.of(hashes), _said(case)


def _said(case: ErrorCase) -> str:
    lines = [KINDS[case.kind]]
    if case.cause:
        lines.append(f"담당자: {CAUSES[case.cause]}")
    if case.note:
        lines.append(f"메모: {case.note}")
    if case.by:
        lines.append(f"{case.by} · {moment(case.at)}" if case.at else case.by)
    lines += [f"짐작: {CAUSES[each.cause]}. {each.why}" for each in case.suggested]
    return "\n".join(lines)


def _wanted(each: Wanted | None, figures: Figures) -> list[object]:
    if each is None:
        return [None] * 6
    against = f"{each.rank_against}위" if each.rank_against else ""
    return [each.item_id, listing.graded(each.grade), listing.placed(each), against, listing.shown(each),
            figures.of(_item_hashes(each.item))]


def _got(each: Got | None, figures: Figures) -> list[object]:
    if each is None:
        return [None] * 5
    return [f"{each.rank}위", each.item_id, listing.graded(each.grade), listing.shown(each), figures.of(_item_hashes(each.item))]


def _item_hashes(item: StoredItem | None) -> tuple[str, ...]:
    return item.image_hashes if item else ()


def _hashes(cases: Iterable[ErrorCase]) -> set[str]:
    """Return the hashes of every figure the cases show."""
    found: set[str] = set()
    for case in cases:
        shown: list[StoredItem | None] = [case.source, *(each.item for each in (*case.wanted, *case.got))]
        found.update(hash_ for item in shown for hash_ in _item_hashes(item))
        found.update(filter(None, [case.query.query.image_hash]))
    return found
