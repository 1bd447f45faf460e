"""A comparison as a file to keep: CSV for a spreadsheet, one HTML page that needs nothing else.

Both hold the columns that have come so far, and say of each what it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core import spreadsheet
from core.items import dialect
from core.models.contract import LoadedModel
from core.search import variants
from core.search.comparison import Column, Comparison
from core.search.comparison_html import Sheet, page
from core.store import collections, images, items
from core.store.database import Database
from core.store.items import StoredItem

HEADER = ("시스템", "이름", "순위", "문항", "점수", "등급", "과목", "단원", "종류", "난이도", "유형", "내용", "모델", "축소 모델",
          "인코딩 ms", "검색 ms", "다시 매기기 ms", "비고", "검색어", "컬렉션", "시각", "주소")
NOT_JUDGED = "미판정"


def as_csv(db: Database, comparison: Comparison, *, address: str = "", grades: Mapping[str, int] | None = None) -> bytes:
    """Return one row a place of a system's list (UTF-8 with BOM, cells that spreadsheets do not run).

    Args:
        address: the page's address, so that whoever gets the file can open the same view.
        grades: 0 to 3 by item id where the reader may see them; None leaves the grades empty.
    """
    stored = _items(db, comparison)
    return spreadsheet.to_csv(HEADER, _rows(comparison, stored, address, grades))


def as_html(db: Database, comparison: Comparison, *, address: str = "", grades: Mapping[str, int] | None = None,
            baseline: str = "", colours: Mapping[str, str] | None = None) -> bytes:
    """Return one HTML file that loads nothing: figures inside, formulas as MathML or, where that fails, as written.

    Args:
        baseline: the system (canonical name) that the others' rank moves are shown against; empty: none are shown.
        colours: CSS colours (``#rrggbb``) by system name.
        address, grades: as in ``as_csv``.
    """
    stored = _items(db, comparison)
    with db.connection() as conn:
        figures = images.get_many(conn, {sha for item in stored.values() for sha in item.image_hashes})
    return page(Sheet(comparison, stored, figures, address=address, grades=grades, baseline=baseline,
                      colours=colours or {})).encode()


def describe(model: LoadedModel) -> str:
    """Return a model in one line: id, precision, device, dimensions, revision, 축소 모델."""
    parts = [model.id, model.precision, model.device, f"{model.dims}차원" if model.dims else "",
             f"그림 최대 {model.max_pixels:,}픽셀" if model.max_pixels else "", model.revision[:12],
             "축소 모델" if model.miniature else ""]
    return " · ".join(part for part in parts if part)


def asked_for(comparison: Comparison) -> str:
    """Return the query in words: its text, the item it is, or that it is a picture."""
    query = comparison.query
    if query.item_id:
        return f"문항 {query.item_id}"
    return " + ".join(filter(None, [query.text, "(그림)" if query.image else ""]))


def _items(db: Database, comparison: Comparison) -> dict[str, StoredItem]:
    wanted = {item_id for column in comparison.columns.values() for item_id in column.item_ids}
    if comparison.query.item_id:
        wanted.add(comparison.query.item_id)
    with db.connection() as conn:
        return items.get_many(conn, collections.get(conn, comparison.collection).id, wanted)


def _rows(comparison: Comparison, stored: Mapping[str, StoredItem], address: str,
          grades: Mapping[str, int] | None) -> Iterator[list[object]]:
    when = comparison.started_at.isoformat(timespec="seconds")
    for name in comparison.systems:
        column = comparison.columns.get(name)
        if column is None:
            continue
        end = [asked_for(comparison), comparison.collection, when, address]
        if column.result is None or not column.result.hits:
            yield [name, variants.find(name).label, *[""] * 10, *_source(column), *end]
            continue
        for hit in column.result.hits:
            found = stored.get(hit.item_id)
            item = found.item if found else None
            grade = "" if grades is None else grades.get(hit.item_id, NOT_JUDGED)
            about = [item.subject, item.unit, found.kind.value, item.difficulty, item.item_type,
                     dialect.for_embedding(item.text)] if item and found else [""] * 6
            yield [name, variants.find(name).label, hit.rank, hit.item_id, f"{hit.score:.6f}", grade, *about,
                   *_source(column), *end]


def _source(column: Column) -> list[object]:
    result = column.result
    if result is None:
        return ["", "", "", "", "", column.error]
    notes = [*result.notes]
    if result.shared:
        notes.append(f"{', '.join(result.shared)}의 검색어 벡터는 앞의 시스템과 함께 썼습니다.")
    return [" / ".join(describe(model) for model in result.models), "예" if result.miniature else "아니요",
            f"{result.encode_ms:.1f}", f"{result.search_ms:.1f}", f"{result.rerank_ms:.1f}", " ".join(notes)]
