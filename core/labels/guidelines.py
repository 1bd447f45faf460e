"""The guidelines that raters judge by: their text, their version, and examples of each grade from the sample items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.settings import PROJECT_DIR

VERSION = "2026-11-a"
"""Stored with every round and judgment; a change of the text is a new version."""
TEXT = Path(__file__).with_name("guidelines.ko.md").read_text(encoding="utf-8")
SAMPLE = PROJECT_DIR / "data" / "items.json"
ASKED = "MATH_095"
_CANDIDATES = (
    ("MATH_042", 3, "두 가지를 섞어 산 개수와 값으로 식 두 개를 세웁니다. 소재와 수만 다릅니다."),
    ("MATH_076", 2, "같은 연립방정식의 활용이지만, 늘고 줄어든 비율로 식을 세웁니다."),
    ("MATH_003", 1, "같은 단원이지만, 식을 세우지 않고 주어진 연립방정식을 풀기만 합니다."),
    ("MATH_060", 0, "개수를 묻는 점은 같지만, 경우의 수를 세는 다른 단원입니다."),
)


@dataclass(frozen=True, slots=True)
class Example:
    """An item of the shipped sample, what it is worth as an answer to the item asked about, and why."""

    text: str
    grade: int
    why: str


@dataclass(frozen=True, slots=True)
class Examples:
    """One query of the shipped sample with an answer of each grade."""

    asked: str
    answers: tuple[Example, ...]


@cache
def examples() -> Examples:
    """Return the examples, their texts as the shipped sample has them."""
    texts = {item["id"]: item["text"] for item in json.loads(SAMPLE.read_text(encoding="utf-8"))["items"]}
    return Examples(texts[ASKED], tuple(Example(texts[item_id], grade, why) for item_id, grade, why in _CANDIDATES))
