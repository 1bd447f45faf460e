"""Answers as texts: a choice's number becomes its mark and its words (``③ 12``), and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.items.content import number
from core.items.validation import Refused


def chosen(answer: Any, choices: Sequence[str]) -> str:
    """Return the answer as text; a number points at a choice, counted from 1, where there are choices.

    Raises:
        Refused: the number points at no choice, or the answer is neither number nor text.
    """
    if answer is None:
        return ""
    if isinstance(answer, bool) or not isinstance(answer, int | str):
        raise Refused("answer 값이 글자도 보기 번호도 아닙니다.")
    if isinstance(answer, str) or not choices:
        return str(answer)
    if not 1 <= answer <= len(choices):
        raise Refused(f"answer가 없는 보기를 가리킵니다({answer}번, 보기 {len(choices)}개).")
    return f"{number(answer)} {choices[answer - 1]}"


def place_of(answer: str, choices: Sequence[str]) -> int | None:
    """Return which choice the answer is, counted from 1, or None where it is not written as one."""
    for place, choice in enumerate(choices, start=1):
        if answer == f"{number(place)} {choice}":
            return place
    return None
