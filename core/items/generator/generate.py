"""Items from families: any number, seeded, of one split."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from core.items.generator import units
from core.items.generator.family import Facts, Family, of_split
from core.items.record import Item

CIRCLED = "①②③④⑤"
SUBJECT = "수학"
GRADE = "중2"


@dataclass(frozen=True, slots=True)
class Generated:
    """An item with what it was made from; ``queries`` are the natural-language queries of the same split."""

    item: Item
    figure: bytes | None
    family: Family
    facts: Facts
    queries: tuple[str, ...]


@cache
def families() -> tuple[Family, ...]:
    """Return all families in a fixed order.

    Raises:
        ValueError: two families share a key.
    """
    found: list[Family] = []
    for module in sorted(pkgutil.iter_modules(units.__path__), key=lambda module: module.name):
        found.extend(importlib.import_module(f"{units.__name__}.{module.name}").FAMILIES)
    keys = [family.key for family in found]
    if len(set(keys)) != len(keys):
        raise ValueError(f"families share a key: {sorted({key for key in keys if keys.count(key) > 1})}")
    return tuple(found)


def make(family: Family, rng: Random, *, item_id: str, wording: str, split: str, with_figure: bool = True) -> Generated:
    """Draw one item of a family in one wording."""
    facts = family.draw(rng)
    family.check(facts)
    choices, answer = _choices(family, facts, rng)
    figure, images = None, ()
    if family.figure is not None:
        images = (f"images/{item_id.lower()}.png",)
        if with_figure:
            figure = draw_figure(family, facts)
    item = Item(
        id=item_id,
        subject=SUBJECT,
        grade=GRADE,
        unit=family.unit,
        item_type=family.item_type,
        difficulty=rng.choice(family.difficulties),
        text=wording.format(**facts),
        images=images,
        choices=choices,
        answer=answer,
        solution=family.solution.format(**facts),
        metadata={
            "curriculum_code": family.curriculum_code,
            "cognitive_level": family.cognitive_level,
            "concept": family.concept,
            "family": family.key,
        },
    )
    return Generated(item, figure, family, facts, of_split(family.queries, split, queries=True))


def draw_figure(family: Family, facts: Facts) -> bytes:
    """Return the family's figure of these facts as PNG bytes."""
    from core.items.generator.canvas import Canvas  # matplotlib takes a second to import

    if family.figure is None:
        raise ValueError(f"{family.key} has no figure")
    canvas = Canvas()
    family.figure(canvas, facts)
    return canvas.png()


def items(count: int, *, seed: int, split: str = "train", with_figures: bool = True,
          prefix: str = "GEN") -> Iterator[Generated]:
    """Yield ``count`` items, families in turn, with wordings of one split; the same seed gives the same items."""
    rng = Random(seed)
    all_families = families()
    for number in range(count):
        family = all_families[number % len(all_families)]
        wording = rng.choice(of_split(family.wordings, split))
        yield make(family, rng, item_id=f"{prefix}_{number + 1:06d}", wording=wording, split=split, with_figure=with_figures)


def _choices(family: Family, facts: Facts, rng: Random) -> tuple[tuple[str, ...], str]:
    answer = str(facts["answer"])
    if "wrong" not in facts:
        return (), answer
    choices = [answer, *map(str, facts["wrong"])]
    if len(set(choices)) != len(CIRCLED):
        raise ValueError(f"{family.key}: choices are not five different ones: {choices}")
    rng.shuffle(choices)
    return tuple(choices), f"{CIRCLED[choices.index(answer)]} {answer}"
