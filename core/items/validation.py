"""What an item must be to enter the bank, whatever file it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.items.record import DIFFICULTIES, ITEM_TYPES, Item

LONGEST_ID = 200
"""UTF-8 bytes; the store's own limit."""
LONGEST_NAME = 200
LONGEST_TEXT = 20_000
LONGEST_SOLUTION = 50_000
LONGEST_CHOICE = 5_000
LONGEST_METADATA = 100_000
MOST_CHOICES = 20
MOST_IMAGES = 20

_ID = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Refused(Exception):
    """An item is not taken; ``str(error)`` is the Korean reason that stands in the table of refusals."""


def check(item: Item) -> None:
    """Judge the whole record.

    Raises:
        Refused: with the first reason found.
    """
    _check_id(item.id)
    for name, value in (("subject", item.subject), ("grade", item.grade), ("unit", item.unit)):
        if not value.strip():
            raise Refused(f"{name} 값이 비어 있습니다.")
        _check_length(name, value, LONGEST_NAME)
    _check_scale("item_type", item.item_type, ITEM_TYPES)
    _check_scale("difficulty", item.difficulty, DIFFICULTIES)
    if not item.text.strip() and not item.images:
        raise Refused("문제 글도 그림도 없습니다.")
    _check_length("text", item.text, LONGEST_TEXT)
    _check_length("answer", item.answer, LONGEST_CHOICE)
    _check_length("solution", item.solution, LONGEST_SOLUTION)
    _check_count("choices", item.choices, MOST_CHOICES)
    _check_count("images", item.images, MOST_IMAGES)
    for choice in item.choices:
        _check_length("choices", choice, LONGEST_CHOICE)
    for name, value in _strings(item):
        found = _CONTROL.search(value)
        if found:
            raise Refused(f"{name}에 쓸 수 없는 제어 문자가 있습니다(U+{ord(found[0]):04X}).")


def _check_id(value: str) -> None:
    if not value:
        raise Refused("id가 비어 있습니다.")
    if not _ID.fullmatch(value) or _CONTROL.search(value):
        raise Refused("id에 공백이나 제어 문자가 있습니다.")
    if len(value.encode()) > LONGEST_ID:
        raise Refused(f"id가 {LONGEST_ID}바이트를 넘습니다.")


def _check_length(name: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise Refused(f"{name}이(가) 너무 깁니다({len(value):,}자, 최대 {longest:,}자).")


def _check_count(name: str, values: tuple[str, ...], most: int) -> None:
    if len(values) > most:
        raise Refused(f"{name}이(가) 너무 많습니다({len(values)}개, 최대 {most}개).")


def _check_scale(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Refused(f"{name} 값 '{shown(value)}'은(는) 쓸 수 없습니다. 쓸 수 있는 값: {' · '.join(allowed)}.")


def _strings(item: Item) -> Iterator[tuple[str, str]]:
    yield from (("subject", item.subject), ("grade", item.grade), ("unit", item.unit), ("text", item.text))
    yield from (("answer", item.answer), ("solution", item.solution))
    yield from (("choices", choice) for choice in item.choices)
    yield from (("images", image) for image in item.images)
    yield from (("metadata", value) for value in _leaves(item.metadata))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)


def shown(value: object) -> str:
    """Return a refused value short and on one line, as it may stand inside a reason."""
    words = " ".join(_CONTROL.sub("�", str(value)).split())
    return words if len(words) <= 40 else f"{words[:40]}…"


def text_of(record: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    """Return a text field; a missing or null one is empty where it is not required.

    Raises:
        Refused: it is missing though required, or not a text.
    """
    value = record.get(name)
    if value is None:
        if required:
            raise Refused(f"{name} 값이 없습니다.")
        return ""
    if not isinstance(value, str):
        raise Refused(f"{name} 값이 글자가 아닙니다.")
    return value


def texts_of(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts; missing or null is none, a single text is a list of one.

    Raises:
        Refused: it is something else, or holds something else.
    """
    value = record.get(name)
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise Refused(f"{name} 값이 글자의 목록이 아닙니다.")
    return tuple(value)


def mapping_of(record: Mapping[str, Any], name: str, *, required: bool = False) -> dict[str, Any]:
    """Return a nested object; missing or null is an empty one where it is not required.

    Raises:
        Refused: it is missing though required, no object, or longer than LONGEST_METADATA.
    """
    value = record.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise Refused(f"{name} 값이 객체가 아닙니다.")
    if name == "metadata" and len(json.dumps(value, ensure_ascii=False)) > LONGEST_METADATA:
        raise Refused(f"metadata가 너무 깁니다(최대 {LONGEST_METADATA:,}자).")
    return value
