"""Questions that lost their context: too short to say what is asked, or leaning on another item.

``부등식을 세우시오.`` or ``위 문제에서 세운 부등식을 푸시오.`` cannot be found by any system, nor judged by any person; sampling leaves
such items out and says so, labelling marks them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from core.items import dialect
from core.items.record import Item

SHORTEST = 16
"""Characters without blanks; below, a question without a formula, a number, choices or a figure says too little."""

_ELSEWHERE = r"(?:문제|문항|물음|예제|보기|식|부등식|방정식|연립방정식|연립부등식|함수|결과|풀이|답|글|그림|표|그래프|자료|내용|증명)"
_REFERS = re.compile(
    rf"(?:^|[\s(\[.,])(?:위|앞|이전|바로\s*앞)(?:의|에서)?\s+(?:\S+\s+)?{_ELSEWHERE}(?:에서|의|을|를|에|와|과|으로|로|처럼)"
    rf"|(?:위|앞)에서\s*(?:구한|세운|얻은|찾은|푼|그린|만든|나온)"
    rf"|(?<![\d.])\d+\s*번(?:의)?\s*(?:문제|문항|에서(?!\s*\d)|의\s*(?:답|풀이|결과))"
)
_SUBQUESTION = re.compile(r"\((\d)\)\s*(?:번)?\s*에서\s*(?:구한|세운|얻은|찾은|푼)")
_SOLID = re.compile(r"[\d$\\=<>≤≥]")


class Flag(StrEnum):
    """Why an item cannot stand alone; the value is what a person reads."""

    SHORT = "글이 너무 짧음"
    REFERS = "다른 문항을 가리킴"


def flags(item: Item) -> tuple[Flag, ...]:
    """Return what is missing of the item's context; nothing for an item that stands alone."""
    words = dialect.visible(item.text)
    found = []
    bare = "".join(words.split())
    if len(bare) < SHORTEST and not (item.images or item.choices or _SOLID.search(bare)):
        found.append(Flag.SHORT)
    if (_REFERS.search(words) and not _own_figure(words, item)) or _refers_to_missing_part(words):
        found.append(Flag.REFERS)
    return tuple(found)


def _own_figure(words: str, item: Item) -> bool:
    """``위의 그림에서`` means the item's own figure, where it has one."""
    referred = _REFERS.search(words)
    return bool(item.images) and referred is not None and re.search(r"그림|표|그래프|자료", referred[0]) is not None


def _refers_to_missing_part(words: str) -> bool:
    """``(1)에서 구한`` is fine behind a part (1) and leads nowhere without one."""
    return any(words.count(f"({found[1]})") < 2 for found in _SUBQUESTION.finditer(words))
