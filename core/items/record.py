"""The item record: one exam question as every room of the house knows it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an item is made of; decides its stratum, its scenario and its slice."""

    IMAGE = "image"
    LATEX = "latex"
    TEXT = "text"


ITEM_TYPES = ("객관식", "단답형", "완결형", "서술형")
DIFFICULTIES = ("하", "중하", "중", "상중", "상")
_FORMULA = re.compile(r"\$[^$]+\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the item bank.

    ``text`` keeps its source's formulas (LaTeX between dollar signs); ``images`` are paths of the question's figures
    relative to the image folder of its import; ``metadata`` carries what the bank knows beside the plan's fields
    (``curriculum_code``, ``cognitive_level``, ``concept``, ``family``, ``keywords`` …).
    """

    id: str
    subject: str
    grade: str
    unit: str
    item_type: str
    difficulty: str
    text: str
    images: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answer: str = ""
    solution: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """``image`` when a question figure exists, else ``latex`` when there are formulas, else ``text``."""
        if self.images:
            return Kind.IMAGE
        has_formula = any(_FORMULA.search(part) for part in (self.text, *self.choices))
        return Kind.LATEX if has_formula else Kind.TEXT

    @property
    def record_hash(self) -> str:
        """SHA-256 over the whole record (not the image bytes): tells an unchanged import from a changed one."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        packed = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()
