"""Why a system may have missed a query: what can be seen from query, wanted and got items. A suggestion, never a finding."""

from __future__ import annotations

from dataclasses import dataclass

CAUSES = {
    "unit": "단원 혼동",
    "numbers": "숫자만 다름",
    "figure": "그림 무시",
    "formula": "수식 표기",
    "vague": "너무 짧음·모호함",
    "unjudged": "판정 안 된 문항이 위에 있음",
    "labels": "정답이 잘못됨",
    "other": "그 밖의 원인",
}
"""By key, what staff chooses from. ``labels`` and ``other`` are people's to say: no rule suggests them."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cause with what speaks for it."""

    cause: str
    """A key of ``CAUSES``."""
    why: str
    """One Korean sentence, with the numbers it rests on."""
