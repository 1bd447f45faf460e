"""What a family is: one problem type, its wordings, its figure and the check of its answer.

A family's wordings are split once and for all, so that nothing the miniature models are measured on is ever trained on:
the first three are the textbook wordings (only the shipped 100 items use them), the next two are the test split, the
next one the validation split, the rest is for training. The same split holds for the natural-language queries: the first
is the shipped one, the second is the test split, the third validation, the rest training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

Facts = Mapping[str, Any]
SPLITS = ("textbook", "test", "validation", "train")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One problem type.

    Attributes:
        key: ASCII, unique, ``unit.concept.type`` (``linear_function.system.meeting_point``).
        unit, concept: Korean names; families of one concept share it letter for letter.
        curriculum_code: achievement standard, such as ``9수02-09``.
        cognitive_level: 이해 · 계산 · 추론 · 문제해결.
        item_type: 객관식 · 단답형 · 완결형 · 서술형.
        difficulties: the difficulties drawn from (하 · 중하 · 중 · 상중 · 상).
        draw: numbers and names of one item from a random source; every value a template names, and ``answer`` (text).
            ``wrong`` (four distinct texts, none equal to ``answer``) makes the item 객관식.
        wordings: at least 12 question templates (``str.format`` over the facts; double the braces of LaTeX).
        queries: at least 6 short sentences a teacher would type to find such items (no numbers, no formulas).
        solution: a template over the facts.
        check: recomputes the answer from the numbers by another way (sympy); raises AssertionError.
        figure: draws the item's figure, exactly as the facts say; None for a family without figures.
    """

    key: str
    unit: str
    concept: str
    curriculum_code: str
    cognitive_level: str
    item_type: str
    difficulties: tuple[str, ...]
    draw: Callable[[Random], Facts]
    wordings: tuple[str, ...]
    queries: tuple[str, ...]
    solution: str
    check: Callable[[Facts], None]
    figure: Callable[[Canvas, Facts], None] | None = None


def of_split(texts: tuple[str, ...], split: str, *, queries: bool = False) -> tuple[str, ...]:
    """Return the wordings (or, with ``queries``, the natural-language queries) that belong to one split."""
    bounds = (1, 2, 3) if queries else (3, 5, 6)
    return {
        "textbook": texts[: bounds[0]],
        "test": texts[bounds[0] : bounds[1]],
        "validation": texts[bounds[1] : bounds[2]],
        "train": texts[bounds[2] :],
    }[split]
