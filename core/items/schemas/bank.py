"""The item bank's own export: nested ``metadata``, ``content``, ``images``, ``validation``.

``_source_file`` and every other path of the exporting machine is left behind unread. The unit is the bank's
``unit_large``; the finer ones, the keywords and what else the bank knows ride along in the item's ``metadata``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.items.record import DIFFICULTIES, Item
from core.items.schemas.answers import chosen, place_of
from core.items.validation import Refused, mapping_of, text_of, texts_of

_TYPES = {"선택형": "객관식"}
_TYPE_NAMES = {"객관식": "선택형"}
_TYPE_CODES = {"선택형": "11", "단답형": "21", "완결형": "31", "서술형": "41"}
_LEVELS = {"초등학교": "초", "중학교": "중", "고등학교": "고"}
_UNITS = ("unit_large", "unit_medium", "unit_small")
_FIELDS = ("difficulty", "question_type", "school_level", "grade", "subject")
"""What becomes a field of the item, and is not repeated in its metadata."""
_DROPPED_EMPTY = (
    *_UNITS, "curriculum", "subject_detail", "semester", "keywords", "keywords_raw", "year", "source", "exam_name",
)  # fmt: skip
"""What the export writes for every item, empty where it knows nothing."""
_CODES = ("difficulty_code", "question_type_code")


def is_bank(record: Mapping[str, Any]) -> bool:
    """Tell the schema by its shape: the question stands inside ``content``."""
    return isinstance(record.get("content"), dict)


def read(record: Mapping[str, Any]) -> Item:
    """Return the item of a record.

    Raises:
        Refused: a field is missing or of the wrong type, or the export says that a figure is missing.
    """
    known = mapping_of(record, "metadata", required=True)
    content = mapping_of(record, "content", required=True)
    pictures = mapping_of(record, "images")
    images = tuple(path.replace("\\", "/") for path in texts_of(pictures, "question"))
    if record.get("has_image") is True and not images and not texts_of(pictures, "explanation"):
        raise Refused("has_image가 true인데 images에 그림이 없습니다.")
    item_type = text_of(known, "question_type")
    choices = texts_of(content, "choices")
    return Item(
        id=text_of(record, "id"),
        subject=text_of(known, "subject"),
        grade=_grade(text_of(known, "school_level", required=False), text_of(known, "grade")),
        unit=next((unit for unit in (text_of(known, name, required=False) for name in _UNITS) if unit), ""),
        item_type=_TYPES.get(item_type, item_type),
        difficulty=text_of(known, "difficulty"),
        text=text_of(content, "question", required=not images),
        images=images,
        choices=choices,
        answer=_answer(content, choices),
        solution=text_of(content, "explanation", required=False),
        metadata=_metadata(known),
    )


def _grade(level: str, grade: str) -> str:
    """Return ``중2`` for 중학교 and 2학년, as the plan writes grades; anything else as it stands."""
    year = re.fullmatch(r"(\d)학년", grade)
    return f"{_LEVELS[level]}{year[1]}" if year and level in _LEVELS else f"{level} {grade}".strip()


def _answer(content: Mapping[str, Any], choices: tuple[str, ...]) -> str:
    several = content.get("answers")
    if isinstance(several, list) and len(several) > 1:
        return ", ".join(chosen(answer, choices) for answer in several)
    answer = content.get("answer")
    return text_of(content, "answer_text", required=False) if answer is None else chosen(answer, choices)


def _metadata(known: Mapping[str, Any]) -> dict[str, Any]:
    unit = next((known[name] for name in _UNITS if known.get(name)), "")
    kept = {name: value for name, value in known.items() if name not in (*_FIELDS, *_CODES)}
    for name in _DROPPED_EMPTY:
        if kept.get(name) in (None, "", []):
            kept.pop(name, None)
    if kept.get("unit_large") == unit:
        del kept["unit_large"]
    return kept


def write(item: Item) -> dict[str, Any]:
    """Return the record of an item, as the bank's export would hold it."""
    level, grade = _level_and_grade(item.grade)
    item_type = _TYPE_NAMES.get(item.item_type, item.item_type)
    place = place_of(item.answer, item.choices)
    empty: dict[str, Any] = dict.fromkeys(_DROPPED_EMPTY, "") | {"keywords": []}
    return {
        "id": item.id,
        "metadata": empty
        | item.metadata
        | {
            "difficulty": item.difficulty,
            "difficulty_code": f"{DIFFICULTIES.index(item.difficulty) + 1:02d}",
            "question_type": item_type,
            "question_type_code": _TYPE_CODES[item_type],
            "school_level": level,
            "grade": grade,
            "subject": item.subject,
            "unit_large": item.unit,
        },
        "content": {
            "question": item.text,
            "question_latex": re.findall(r"\$([^$]+)\$", item.text),
            "choices": list(item.choices),
            "answer": place,
            "answers": [] if place is None else [place],
            "answer_text": "" if place is not None else item.answer,
            "explanation": item.solution,
            "explanation_latex": re.findall(r"\$([^$]+)\$", item.solution),
        },
        "images": {"question": list(item.images), "explanation": [], "verified": list(item.images), "missing": []},
        "has_image": bool(item.images),
        "validation": {"is_valid": True, "errors": []},
        "_source_file": f"D:\\export\\{item.id}.hwp",
    }


def _level_and_grade(grade: str) -> tuple[str, str]:
    for level, letter in _LEVELS.items():
        if re.fullmatch(rf"{letter}\d", grade):
            return level, f"{grade[1]}학년"
    return "", grade
