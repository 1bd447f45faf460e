"""Read ground truth from tables: our CSV (one pair a row) and TREC qrels. Nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import InputError
from core.items.grading import Grader, Origin, checked_id, checked_text, origin_of
from core.items.ground_truth import GroundTruth, Judged, TruthQuery, gathered, query_type_of
from core.items.importers.refusals import Refusal
from core.items.validation import Refused, shown
from core.labels.exchange import sheets

REQUIRED = ("query_id", "item_id", "grade")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_PARTS = ("query_type", "query_text", "query_image", "source_item_id", "query_origin")


@dataclass(slots=True)
class _Row:
    line: int
    query_id: str
    item_id: str
    grade: str
    said: Mapping[str, Any]
    parts: dict[str, str]


@dataclass(slots=True)
class _Growing:
    """A query whose judgments are still being read."""

    line: int
    parts: dict[str, str]
    judged: dict[str, Judged] = field(default_factory=dict)


def read_csv(data: bytes, *, name: str, origin: Origin | None = None, mapping: Mapping[int, int] | None = None) -> GroundTruth:
    """Return a CSV's queries and judgments: columns ``query_id``, ``item_id``, ``grade``, and as far as they are there
    ``origin`` and the query's own parts. A row without item and grade names a query that has no judgment.

    Raises:
        InputError: it is no such CSV, or its grades follow another scale and there is no mapping.
    """
    rows = [_Row(line, cells["query_id"].strip(), cells["item_id"].strip(), cells["grade"].strip(), cells,
                 {part: cells.get(part, "") for part in _PARTS})
            for line, cells in sheets.read(data, name=name, required=REQUIRED)]
    return _gathered(rows, [], name, origin, mapping)


def read_trec(data: bytes, *, name: str, origin: Origin | None = None, mapping: Mapping[int, int] | None = None) -> GroundTruth:
    """Return qrels (``query iteration item grade`` a line, parted by blanks); the queries are only named.

    Raises:
        InputError: it is not UTF-8, or its grades follow another scale and there is no mapping.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"'{name}'의 글자를 읽을 수 없습니다. UTF-8로 다시 저장해 주세요.") from error
    rows, refused = [], []
    for line, words in enumerate(text.splitlines(), start=1):
        fields = words.split()
        if len(fields) == 4:
            rows.append(_Row(line, fields[0], fields[2], fields[3], {}, {}))
        elif fields:
            refused.append(Refusal(line, line, shown(fields[0]), "한 줄에 네 칸(쿼리 0 문항 등급)이 있어야 합니다."))
    return _gathered(rows, refused, name, origin, mapping)


def _gathered(rows: list[_Row], refused: list[Refusal], name: str, origin: Origin | None,
              mapping: Mapping[int, int] | None) -> GroundTruth:
    grader = Grader(origin, mapping)
    growing: dict[str, _Growing] = {}
    for ordinal, row in enumerate(rows, start=1):
        try:
            _take(row, growing, grader)
        except Refused as reason:
            refused.append(Refusal(row.line, ordinal, shown(row.query_id), str(reason)))
    grader.check_scale(name)
    taken = list(_queries(growing, refused))
    return gathered(taken, sorted(refused, key=lambda refusal: refusal.line), grader)


def _take(row: _Row, growing: dict[str, _Growing], grader: Grader) -> None:
    checked_id("query_id", row.query_id)
    for part, value in row.parts.items():
        checked_text(part, value)
    query = growing.setdefault(row.query_id, _Growing(row.line, row.parts))
    if query.parts != row.parts:
        raise Refused(f"쿼리 '{shown(row.query_id)}'의 내용이 {query.line}번째 줄과 다릅니다.")
    if not row.item_id and not row.grade:
        return
    grader.count()
    checked_id("item_id", row.item_id)
    number: object = int(row.grade) if _WHOLE.fullmatch(row.grade) else row.grade
    grade = grader.grade(row.item_id, number)
    if row.item_id in query.judged:
        raise Refused(f"문항 '{shown(row.item_id)}'이(가) 두 번 나옵니다.")
    if row.item_id == row.parts.get("source_item_id"):
        raise Refused(f"원본 문항 '{shown(row.item_id)}'은(는) 자기 쿼리의 정답이 될 수 없습니다.")
    query.judged[row.item_id] = Judged(row.item_id, grade, grader.origin(origin_of(row.said)), line=row.line)


def _queries(growing: Mapping[str, _Growing], refused: list[Refusal]) -> Iterator[TruthQuery]:
    for ordinal, (query_id, query) in enumerate(growing.items(), start=1):
        parts = {part: value.strip() or None if part != "query_text" else value or None for part, value in query.parts.items()}
        text, image, source = parts.get("query_text"), parts.get("query_image"), parts.get("source_item_id")
        judged = tuple(query.judged.values())
        try:
            kind = query_type_of(parts, text, image) if text or image or source else None
        except Refused as reason:
            refused.append(Refusal(query.line, ordinal, shown(query_id), str(reason)))
            continue
        yield TruthQuery(query_id, kind, text, image, source, judged, query.line, parts.get("query_origin"))
