"""Where a grade comes from, as everything names it: pages, the command line, exported files."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = {"human": "사람", "carried": "옮김", "mirrored": "맞바꿈", "constructed": "만들어 넣음", "model": "모델"}


def named(origin: str) -> str:
    """Return an origin's Korean name; an unknown one stands for itself."""
    return NAMES.get(origin, origin)


def counted(numbers: Mapping[str, int]) -> str:
    """Return how many grades come from where, most first: ``사람 480 · 모델 20``."""
    ranked = sorted(numbers.items(), key=lambda each: -each[1])
    return " · ".join(f"{named(origin)} {number:,}" for origin, number in ranked)
