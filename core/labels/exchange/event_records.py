"""Lines of a record of judgments, checked: what passes here, the database can hold."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

from core.errors import InputError
from core.items import figures
from core.items.figures import ImageFacts
from core.items.validation import Refused, shown
from core.store import queries
from core.store.judgment_records import RoundRecord
from core.store.judgments import JudgmentEvent, Origin, Purpose
from core.store.queries import QueryRevision

LONGEST_NOTE = 100_000
_LARGEST = 2**31 - 1
_Record = Mapping[str, Any]


def image_of(record: _Record) -> tuple[bytes, ImageFacts]:
    """Return an image's bytes and what they are.

    Raises:
        Refused: they are no usable picture, or not the one the hash names.
    """
    try:
        data = base64.b64decode(_text(record, "data", longest=20_000_000), validate=True)
        facts = figures.check(data)
    except (binascii.Error, InputError) as error:
        raise Refused("그림이 깨져 있습니다.") from error
    if hashlib.sha256(data).hexdigest() != record.get("sha256"):
        raise Refused("그림이 적혀 있는 해시와 다릅니다.")
    return data, facts


def query_of(record: _Record) -> QueryRevision:
    """Return a revision of a query.

    Raises:
        Refused: a part is missing or of another type, or its text or image is not the one the hash is over.
    """
    query = QueryRevision(
        _id(record, "query_id"), _whole(record, "revision", least=1), _text(record, "text", may_be_none=True),
        _text(record, "image_hash", may_be_none=True), _text(record, "source_item_id", may_be_none=True),
        _text(record, "query_type"), _text(record, "origin"), _text(record, "content_hash"), _truth(record, "retired"))
    if query.text is None and query.image_hash is None and query.source_item_id is None:
        raise Refused("쿼리에 글도 그림도 원본 문항도 없습니다.")
    if not queries.is_whole(query):
        raise Refused("쿼리의 내용이 적혀 있는 해시와 다릅니다.")
    return query


def round_of(record: _Record) -> RoundRecord:
    """Return a round; its id holds in the file only.

    Raises:
        Refused: a part is missing or of another type.
    """
    config, share = record.get("config"), record.get("repeat_share")
    if not isinstance(config, dict) or not _storable(config):
        raise Refused("config가 객체가 아니거나 저장할 수 없는 값이 있습니다.")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 0.5:
        raise Refused("repeat_share가 0과 0.5 사이가 아닙니다.")
    kind = _one_of(record, "kind", ("round", "calibration"))
    closed = None if record.get("closed_at") is None else _time(record, "closed_at")
    return RoundRecord(
        _whole(record, "id", least=1), kind, _whole(record, "stage", least=1, most=2), _id(record, "name"),
        _whole(record, "overlap", least=1, most=3), float(share), _whole(record, "seed", least=-_LARGEST),
        _text(record, "guideline_version"), config, _text(record, "created_by"), _time(record, "created_at"), closed)


def event_of(record: _Record, collection_id: int, rounds: Mapping[int, int]) -> tuple[JudgmentEvent, datetime | None]:
    """Return an event and when it was first received.

    Args:
        rounds: this database's id of each round of the file.

    Raises:
        Refused: a part is missing, of another type or not on its scale, or its round is not in the file.
    """
    grade = None if record.get("grade") is None else _whole(record, "grade")
    if grade not in (None, 0, 1, 2, 3):
        raise Refused(f"등급 {grade}은(는) 0~3에 없습니다.")
    if (unrateable := _truth(record, "unrateable")) and grade is not None:
        raise Refused("판정 불가인데 등급이 있습니다.")
    number = None if record.get("round") is None else _whole(record, "round")
    if number is not None and number not in rounds:
        raise Refused(f"라운드 {number}이(가) 파일에 없습니다.")
    received_at = None if record.get("received_at") is None else _time(record, "received_at")
    return JudgmentEvent(
        collection_id=collection_id, query_id=_id(record, "query_id"), query_hash=_text(record, "query_hash"),
        item_id=_id(record, "item_id"), item_hash=_text(record, "item_hash"), grade=grade, rater=_id(record, "rater"),
        origin=_one_of(record, "origin", get_args(Origin)), note=_text(record, "note"),
        ms_spent=None if record.get("ms_spent") is None else _whole(record, "ms_spent"),
        guideline_version=_text(record, "guideline_version"), client_id=_text(record, "client_id"),
        round_id=None if number is None else rounds[number], purpose=_one_of(record, "purpose", get_args(Purpose)),
        blinded=_truth(record, "blinded"), unrateable=unrateable, uuid=_uuid(record), created_at=_time(record, "created_at"),
    ), received_at


def _text(record: _Record, name: str, *, may_be_none: bool = False, longest: int = LONGEST_NOTE) -> Any:
    value = record.get(name)
    if value is None and may_be_none:
        return None
    if not isinstance(value, str):
        raise Refused(f"{name} 값이 글자가 아닙니다.")
    if len(value) > longest or "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(f"{name} 값이 너무 길거나 쓸 수 없는 글자가 있습니다.")
    return value


def _id(record: _Record, name: str) -> str:
    value = _text(record, name)
    if not value or len(value.encode()) > 200:
        raise Refused(f"{name} 값이 비어 있거나 너무 깁니다.")
    return value


def _whole(record: _Record, name: str, *, least: int = 0, most: int = _LARGEST) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Refused(f"{name} 값 {shown(value)}을(를) 쓸 수 없습니다.")
    return value


def _truth(record: _Record, name: str) -> bool:
    value = record.get(name)
    if not isinstance(value, bool):
        raise Refused(f"{name} 값이 true도 false도 아닙니다.")
    return value


def _one_of(record: _Record, name: str, allowed: tuple[str, ...]) -> Any:
    value = record.get(name)
    if value not in allowed:
        raise Refused(f"{name} 값 '{shown(value)}'은(는) 쓸 수 없습니다. 쓸 수 있는 값: {' · '.join(allowed)}.")
    return value


def _time(record: _Record, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_text(record, name))
        if found.tzinfo is None:
            raise Refused(f"{name} 값에 시간대가 없습니다.")
        found = found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(f"{name} 값이 시각이 아닙니다.") from error
    if not 2000 <= found.year < 2200:
        raise Refused(f"{name} 값 {shown(record[name])}은(는) 판정한 때일 수 없습니다.")
    return found


def _storable(value: Any) -> bool:
    """Whether PostgreSQL's JSON can hold it: no NUL, no half of a character, no number that is none."""
    try:
        return "\\u0000" not in json.dumps(value, ensure_ascii=False, allow_nan=False).encode().decode()
    except ValueError:
        return False


def _uuid(record: _Record) -> UUID:
    try:
        return UUID(_text(record, "uuid"))
    except ValueError as error:
        raise Refused("uuid 값이 올바르지 않습니다.") from error
