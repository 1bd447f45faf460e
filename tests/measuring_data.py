"""A made-up evaluation for the tests of 지표와 판정, computed once, and what stands in a figure."""

from __future__ import annotations

from core.evaluation.scenarios import TUNED
from pages.measuring import data
from tests.evaluation_data import evaluation

MADE = evaluation(queries=24, systems=("qwen3-vl", "kure-v1", "kure+siglip", TUNED, "bm25", "qwen3-vl@512"))
HELD = data.Held(MADE)
"""Computed once for all tests that only look."""


def texts(figure) -> list[str]:
    return [each.text for each in figure.layout.annotations]
