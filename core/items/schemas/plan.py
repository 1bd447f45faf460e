"""The plan's schema (appendix 12.1), with ``answer``, ``choices`` and ``solution`` added.

An item with several figures carries them all in ``image_paths``; ``image_path`` is the first of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.items.record import Item
from core.items.schemas.answers import chosen
from core.items.validation import Refused, mapping_of, text_of, texts_of

_TYPES = {"선택형": "객관식"}


def is_plan(record: Mapping[str, Any]) -> bool:
    """Tell the schema by its shape: the question stands at the top, as ``text``."""
    return "text" in record and "content" not in record


def read(record: Mapping[str, Any]) -> Item:
    """Return the item of a record.

    Raises:
        Refused: a field is missing or of the wrong type.
    """
    images = tuple(path.replace("\\", "/") for path in texts_of(record, "image_paths") or texts_of(record, "image_path"))
    if record.get("has_image") is True and not images:
        raise Refused("has_image가 true인데 image_path가 없습니다.")
    item_type = text_of(record, "item_type")
    choices = texts_of(record, "choices")
    return Item(
        id=text_of(record, "id"),
        subject=text_of(record, "subject"),
        grade=text_of(record, "grade"),
        unit=text_of(record, "unit"),
        item_type=_TYPES.get(item_type, item_type),
        difficulty=text_of(record, "difficulty"),
        text=text_of(record, "text", required=not images),
        images=images,
        choices=choices,
        answer=chosen(record.get("answer"), choices),
        solution=text_of(record, "solution", required=False),
        metadata=mapping_of(record, "metadata"),
    )


def write(item: Item) -> dict[str, Any]:
    """Return the record of an item."""
    several = {"image_paths": list(item.images)} if len(item.images) > 1 else {}
    return {
        "id": item.id,
        "subject": item.subject,
        "grade": item.grade,
        "unit": item.unit,
        "item_type": item.item_type,
        "difficulty": item.difficulty,
        "text": item.text,
        "choices": list(item.choices),
        "answer": item.answer,
        "solution": item.solution,
        "image_path": item.images[0] if item.images else None,
        **several,
        "has_image": bool(item.images),
        "metadata": item.metadata,
    }
