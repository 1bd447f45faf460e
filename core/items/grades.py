"""The grades 0 to 3 as everything names them (the plan's 4.4): pages, guidelines, exported files, the rater's desk."""

from __future__ import annotations

NAMES = {0: "무관", 1: "관련", 2: "유사", 3: "매우 유사"}
MEANINGS = {0: "주제도 풀이도 다름", 1: "같은 단원·주제", 2: "같은 개념, 다른 표현", 3: "거의 같은 유형"}
FROM = {1: "1 관련부터", 2: "2 유사부터", 3: "3 매우 유사만"}
"""Thresholds: the lowest grade that counts as relevant."""


def titled(grade: int) -> str:
    """Return a grade with its name: ``2 유사``."""
    return f"{grade} {NAMES[grade]}"
