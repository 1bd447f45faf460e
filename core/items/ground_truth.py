"""Read ground truth files: the plan's (12.1, and 4.4 with its ``//`` comments) and the variant seen in the wild.

Nothing is stored here. Three things are watched, because a verdict hangs on them: grades are 0 to 3 or are mapped on
purpose, never squeezed; every judgment says where it comes from, and where the file does not say, it counts as a model's,
not as a person's; and what is refused is listed with its line.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError
from core.items.grading import Grader, Origin, checked_id, checked_text, origin_of
from core.items.importers.reading import loaded
from core.items.importers.refusals import Refusal
from core.items.importers.slices import BrokenFile, Element, elements
from core.items.validation import Refused, shown, text_of

QueryType = Literal["natural_language", "similar_item", "image", "text_image"]
LONGEST_EXTRA = 20_000
"""Characters of JSON beside one judgment."""
LARGEST_FILE = 64 * 1024 * 1024

_LISTS = ("queries", "ground_truth")
_COMMENT = re.compile(rb'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TYPES: dict[str, QueryType] = {
    "natural_language": "natural_language", "natural-language": "natural_language", "natural": "natural_language",
    "text": "natural_language", "similar_item": "similar_item", "similar-item": "similar_item", "similar": "similar_item",
    "item": "similar_item", "image": "image", "text_image": "text_image", "text+image": "text_image",
    "multimodal": "text_image",
}  # fmt: skip
_MODEL_SIGNS = ("similarity_score", "overall_score", "similarity", "score", "reasoning")
_KNOWN = ("id", "item_id", "relevance", "origin", "source")


@dataclass(frozen=True, slots=True)
class Judged:
    """One graded item of a query; ``extra`` is what else the file said about the pair."""

    item_id: str
    grade: int
    origin: Origin
    extra: dict[str, Any] = field(default_factory=dict)
    line: int | None = field(default=None, compare=False)
    """Where it stands in the file."""


@dataclass(frozen=True, slots=True)
class TruthQuery:
    """One query with its judgments. One without text, image and source item is only named: the collection has to know it."""

    query_id: str
    query_type: QueryType | None
    """None where the query is only named."""
    text: str | None
    image: str | None
    """A path, relative to the image folder."""
    source_item_id: str | None
    judged: tuple[Judged, ...]
    line: int
    origin: str | None = None
    """Who made the query, where the file says so."""


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """A file read: its queries, what was refused, and Korean sentences on what was assumed."""

    queries: tuple[TruthQuery, ...]
    refused: tuple[Refusal, ...]
    """``id`` is the query's; a refused judgment leaves its query's other ones standing."""
    origins: Mapping[str, int]
    """Judgments by origin."""
    notes: tuple[str, ...] = ()

    @property
    def judgments(self) -> int:
        """How many judgments were taken."""
        return sum(len(query.judged) for query in self.queries)


def read(path: Path, *, origin: Origin | None = None, mapping: Mapping[int, int] | None = None) -> GroundTruth:
    """Return the file's queries and judgments.

    Args:
        path: a JSON file; ``//`` and ``/* */`` comments are allowed.
        origin: where judgments come from that do not say so themselves; without it they count as a model's.
        mapping: the file's grades to ours, such as ``{5: 3, 4: 2, 3: 1, 2: 1, 1: 0}``; grades it leaves out are refused.

    Raises:
        InputError: the file cannot be read as a whole, or its grades follow another scale and there is no mapping.
    """
    data = _bytes(path)
    metadata: dict[str, Any] = {}
    try:
        cut = list(_elements(data, metadata))
    except BrokenFile as broken:
        raise InputError(f"'{path.name}' {broken.line}번째 줄: {broken}. 아무것도 가져오지 않았습니다.") from broken
    reader = _Reader(metadata, origin, mapping)
    queries = [query for element in cut if (query := reader.query(element)) is not None]
    reader.grader.check_scale(path.name)
    return gathered(queries, reader.refused, reader.grader)


def gathered(queries: Sequence[TruthQuery], refused: Sequence[Refusal], grader: Grader) -> GroundTruth:
    """Put together what a reader of any format found."""
    origins = Counter(judged.origin for query in queries for judged in query.judged)
    return GroundTruth(tuple(queries), tuple(refused), dict(origins), grader.notes())


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"'{path.name}'이(가) {LARGEST_FILE // 1024 // 1024} MB를 넘습니다. 파일을 나누어 주세요.")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"'{path}' 파일을 읽을 수 없습니다. 경로와 권한을 확인해 주세요.") from error
    # Blanked, not cut, so that every line keeps its number.
    return _COMMENT.sub(lambda found: found[0] if found[0].startswith(b'"') else re.sub(rb"[^\n]", b" ", found[0]), data)


def _elements(data: bytes, metadata: dict[str, Any]) -> list[Element]:
    def aside(name: str, value: bytes) -> None:
        if name == "metadata":
            found = json.loads(value)
            metadata.update(found if isinstance(found, dict) else {})

    try:
        single = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        single = None
    if isinstance(single, dict) and "relevant_items" in single:
        return [Element(1, 1, data.removeprefix(b"\xef\xbb\xbf"))]
    return list(elements(io.BytesIO(data), lists=_LISTS, key="query_id", aside=aside))


def _lines(element: Element) -> list[int]:
    """The line each judgment of a query begins in, as far as they can be told apart."""
    try:
        return [element.line + part.line - 1
                for part in elements(io.BytesIO(element.data or b""), lists=("relevant_items",), key="id")]
    except BrokenFile:
        return []


class _Reader:
    """Turns elements into queries and remembers what it refused."""

    def __init__(self, metadata: Mapping[str, Any], origin: Origin | None, mapping: Mapping[int, int] | None) -> None:
        self._stated = origin_of(metadata)
        self._seen: set[str] = set()
        self.grader = Grader(origin, mapping)
        self.refused: list[Refusal] = []

    def query(self, element: Element) -> TruthQuery | None:
        query_id = ""
        try:
            record = loaded(element)
            query_id = text_of(record, "query_id")
            query_id = checked_id("query_id", query_id)
            if query_id in self._seen:
                raise Refused("같은 query_id가 이 파일에 이미 있습니다.")
            self._seen.add(query_id)
            return self._query(element, query_id, record, _lines(element))
        except Refused as reason:
            self.refused.append(Refusal(element.line, element.ordinal, shown(query_id), str(reason)))
            return None

    def _query(self, element: Element, query_id: str, record: dict[str, Any], lines: list[int]) -> TruthQuery:
        text, image, source, made_by = (
            checked_text(name, text_of(record, name, required=False)).strip() or None
            for name in ("query_text", "query_image", "source_item_id", "query_origin"))
        if source is None and text is None and image is None:
            if "query_category" not in record:
                raise Refused("query_text, query_image, source_item_id가 모두 없습니다.")
            source = query_id
        listed = record.get("relevant_items")
        if not isinstance(listed, list):
            raise Refused("relevant_items가 목록이 아닙니다.")
        origin = origin_of(record) or self._stated
        found: dict[str, Judged] = {}
        for place, judgment in enumerate(listed):
            line = lines[place] if place < len(lines) else element.line
            try:
                judged = self._judged(judgment, origin, line)
                if judged.item_id in found:
                    raise Refused(f"문항 '{shown(judged.item_id)}'이(가) 두 번 나옵니다.")
                if judged.item_id == source:
                    raise Refused(f"원본 문항 '{shown(source)}'은(는) 자기 쿼리의 정답이 될 수 없습니다.")
                found[judged.item_id] = judged
            except Refused as reason:
                self.refused.append(Refusal(line, element.ordinal, shown(query_id), str(reason)))
        return TruthQuery(
            query_id, query_type_of(record, text, image), text, image, source, tuple(found.values()), element.line,
            made_by,
        )

    def _judged(self, judgment: Any, origin: Origin | None, line: int) -> Judged:
        self.grader.count()
        if not isinstance(judgment, dict):
            raise Refused("relevant_items의 항목이 객체가 아닙니다.")
        item_id = checked_id("id", text_of(judgment, "id" if "id" in judgment else "item_id"))
        grade = self.grader.grade(item_id, judgment.get("relevance"))
        own = origin_of(judgment) or origin
        guess: Origin | None = "model" if any(sign in judgment for sign in _MODEL_SIGNS) else None
        extra = {name: value for name, value in judgment.items() if name not in _KNOWN}
        checked_text("문항에 딸린 값", json.dumps(extra, ensure_ascii=False), longest=LONGEST_EXTRA)
        return Judged(item_id, grade, self.grader.origin(own, guess=guess), extra, line)


def query_type_of(record: Mapping[str, Any], text: str | None, image: str | None) -> QueryType:
    """Return the query type a record states, else the one that follows from what the query has.

    Raises:
        Refused: it states another one than there are.
    """
    asked = record.get("query_type")
    if asked is not None:
        if not isinstance(asked, str) or asked.strip().lower() not in _TYPES:
            allowed = " · ".join(dict.fromkeys(_TYPES.values()))
            raise Refused(f"query_type '{shown(asked)}'은(는) 쓸 수 없습니다. 쓸 수 있는 값: {allowed}.")
        return _TYPES[asked.strip().lower()]
    if text is None and image is None:
        return "similar_item"
    return "text_image" if text and image else "image" if image else "natural_language"
