"""A bank of many different items in no time: to generate and to check each by algebra would take longer than the work under test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.items.export import write_bank
from core.items.generator.generate import items

_GENERATED = 25


def write_many(path: Path, count: int, *, seed: int) -> None:
    """Write ``count`` items without figures: few generated ones, again and again under numbers of their own."""
    made = [replace(each.item, images=()) for each in items(_GENERATED, seed=seed, with_figures=False)]
    write_bank([replace(each, id=f"{each.id}-{number}", text=f"{each.text} (제{number}회)")
                for number in range(count) for each in [made[number % _GENERATED]]], path)
