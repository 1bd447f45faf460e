"""Grades and origins of imported judgments, whatever file they stand in: mapped on purpose, never squeezed or guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from core.errors import InputError
from core.items.validation import Refused, shown

Origin = Literal["human", "constructed", "model", "mirrored", "carried"]
GRADES = (0, 1, 2, 3)
LONGEST_ID = 200
"""UTF-8 bytes; the store's own limit."""
LONGEST_QUERY = 4000
"""Characters; no longer text is searched for."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ORIGINS: dict[str, Origin] = {
    "human": "human", "manual": "human", "expert": "human", "annotator": "human", "사람": "human", "수동": "human",
    "constructed": "constructed", "generated": "constructed", "synthetic": "constructed", "rule": "constructed",
    "model": "model", "llm": "model", "ai": "model", "embedding": "model", "auto": "model", "automatic": "model",
    "mirrored": "mirrored", "carried": "carried",
}  # fmt: skip


def checked_id(name: str, value: str) -> str:
    """Return an id the store can hold, without blanks around it.

    Raises:
        Refused: it is empty, too long, or has characters that cannot be stored.
    """
    found = value.strip()
    if not found or len(found.encode(errors="replace")) > LONGEST_ID:
        raise Refused(f"{name}가 비어 있거나 너무 깁니다.")
    return checked_text(name, found, longest=LONGEST_ID)


def checked_text(name: str, value: str, *, longest: int = LONGEST_QUERY) -> str:
    """Return a text the store can hold.

    Raises:
        Refused: it is longer than ``longest`` characters, or has control characters other than tabs and line ends.
    """
    if len(value) > longest:
        raise Refused(f"{name}이(가) 너무 깁니다({len(value):,}자, 최대 {longest:,}자).")
    if (found := CONTROL.search(value)) is not None:
        raise Refused(f"{name}에 쓸 수 없는 제어 문자가 있습니다(U+{ord(found[0]):04X}).")
    return value


def origin_of(record: Mapping[str, Any]) -> Origin | None:
    """Return the origin a record states (``origin`` or ``source``), if it states one we know."""
    for name in ("origin", "source"):
        value = record.get(name)
        if isinstance(value, str) and value.strip().lower() in _ORIGINS:
            return _ORIGINS[value.strip().lower()]
    return None


class Grader:
    """Reads one file's grades and origins, and remembers what was outside the scale or unsaid."""

    def __init__(self, origin: Origin | None, mapping: Mapping[int, int] | None) -> None:
        """Raises InputError where a mapping leads to something that is no grade."""
        if mapping is not None and not set(mapping.values()) <= set(GRADES):
            raise InputError("등급 대응표의 오른쪽은 0, 1, 2, 3 가운데 하나여야 합니다. 5=3,4=2처럼 적어 주세요.")
        self._origin = origin
        self._mapping = mapping
        self._outside: Counter[int] = Counter()
        self._judgments = 0
        self._unsaid = 0

    def count(self) -> None:
        """Note that the file holds one more judgment, whether it can be read or not."""
        self._judgments += 1

    def grade(self, item_id: str, value: Any) -> int:
        """Return the grade, mapped.

        Raises:
            Refused: it is no whole number, or not on the scale.
        """
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(f"문항 '{shown(item_id)}'의 등급 {shown(value)}은(는) 정수가 아닙니다.")
        grade = value if self._mapping is None else self._mapping.get(value)
        if grade not in GRADES:
            self._outside[value] += 1
            scale = "0~3" if self._mapping is None else "대응표"
            raise Refused(f"문항 '{shown(item_id)}'의 등급 {shown(value)}은(는) {scale}에 없습니다.")
        return grade

    def origin(self, said: Origin | None, *, guess: Origin | None = None) -> Origin:
        """Return what the file says, else what the importing person says, else what the file lets one guess, else 'model'."""
        if said is None and self._origin is None and guess is None:
            self._unsaid += 1
        return said or self._origin or guess or "model"

    def check_scale(self, name: str) -> None:
        """Refuse a file of another scale whole: its 1 to 3 would be taken for ours and mean something else.

        Raises:
            InputError: at least five grades and a tenth of all are off the scale, and there is no mapping.
        """
        outside = self._outside.total()
        if self._mapping is None and outside >= 5 and outside * 10 >= self._judgments:
            grades = ", ".join(str(grade) for grade in sorted(self._outside))
            raise InputError(
                f"'{name}'의 등급이 0~3 척도가 아닙니다(척도 밖 등급: {grades}, {outside:,}건). "
                "5=3,4=2,3=1,2=1,1=0처럼 등급 대응표를 지정해 다시 가져오세요."
            )

    def notes(self) -> tuple[str, ...]:
        """Return Korean sentences on what was assumed."""
        if not self._unsaid:
            return ()
        return (
            f"판정 {self._unsaid:,}건은 누가 매겼는지 파일에 없어 모델이 매긴 것으로 두었습니다. "
            "사람이 매겼다면 출처를 human으로 지정해 다시 가져오세요.",
        )
