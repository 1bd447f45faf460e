"""Any number of items as a file: ``python -m core.items.generator.scale 10952 --schema bank --out DIR``.

For scale tests: the figures go beside the file, the same seed gives the same files, and memory does not grow with the number.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from core.items.export import write_bank, write_plan
from core.items.generator.family import SPLITS
from core.items.generator.generate import items
from core.items.record import Item


def write(count: int, folder: Path, *, schema: str, seed: int, split: str = "train", figures: bool = True,
          quirks: bool = False) -> Path:
    """Write ``count`` items and return the file's path.

    Args:
        schema: ``plan`` (appendix 12.1) or ``bank`` (the item bank's export).
        figures: draw them (about 60 ms each); without, the items of figure families keep their text only.
        quirks: sprinkle the oddities of the bank's text dialect (schema ``bank``).
    """
    path = folder / "items.json"

    def made() -> Iterator[Item]:
        for generated in tqdm(items(count, seed=seed, split=split, with_figures=figures), total=count, unit="문항", disable=None):
            if generated.figure is None:
                yield replace(generated.item, images=())
                continue
            figure = folder / generated.item.images[0]
            figure.parent.mkdir(parents=True, exist_ok=True)
            figure.write_bytes(generated.figure)
            yield generated.item

    if schema == "bank":
        write_bank(made(), path, quirks=seed if quirks else None)
    else:
        write_plan(made(), path)
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write generated items in either schema.")
    parser.add_argument("count", type=int)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--schema", choices=("plan", "bank"), default="plan")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--no-figures", dest="figures", action="store_false")
    parser.add_argument("--quirks", action="store_true")
    given = parser.parse_args()
    write(given.count, given.out, schema=given.schema, seed=given.seed, split=given.split, figures=given.figures, quirks=given.quirks)
