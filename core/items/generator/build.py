"""Write the shipped sample: ``python -m core.items.generator.build`` (seeded; the same bytes every time).

``data/items.json`` (plan schema 12.1), ``data/images/`` and ``data/ground_truth.json``. The ground truth is *constructed*:
it follows from families, concepts and units, was graded by no person, and can therefore never carry a verdict.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from core.items.export import write_plan
from core.items.generator.family import Family, of_split
from core.items.generator.generate import Generated, draw_figure, families, make
from core.items.record import Kind
from core.settings import PROJECT_DIR

SEED = 20260127
QUOTAS = {Kind.IMAGE: 35, Kind.TEXT: 35, Kind.LATEX: 30}
QUERY_COUNTS = {"natural_language": 48, "similar_item": 20, "image": 16, "text_image": 16}
"""A natural-language query for every family; the sources of the others are drawn."""
MOST_RELEVANT = 5
ATTEMPTS = 30
RULE = "grade 3: same family (problem type); 2: same concept; 1: same unit; the source item is left out; at most five a query"


def sample() -> list[Generated]:
    """Return the shipped items: every family at least once, quotas by kind, ids in no family's order."""
    by_kind: dict[Kind, list[Family]] = defaultdict(list)
    for family in families():
        by_kind[_kind(family)].append(family)
    drawn: list[tuple[Family, str]] = []
    for kind, quota in QUOTAS.items():
        drawn.extend(_spread(by_kind[kind], quota))
    order = Random(SEED)
    order.shuffle(drawn)
    answers: set[tuple[str, str]] = set()
    items = []
    for number, (family, wording) in enumerate(drawn, start=1):
        made = _unlike(family, wording, f"MATH_{number:03d}", answers)
        answers.add((family.key, made.facts["answer"]))
        items.append(made)
    return items


def _unlike(family: Family, wording: str, item_id: str, answers: set[tuple[str, str]]) -> Generated:
    """Draw until the answer is none of the family's so far: two items of one family are never the same in other words."""
    for attempt in range(ATTEMPTS):
        rng = Random(f"{SEED}:{family.key}:{wording}:{attempt}")
        made = make(family, rng, item_id=item_id, wording=wording, split="textbook", with_figure=False)
        if (family.key, made.facts["answer"]) not in answers:
            break
    if family.figure is None:
        return made
    return replace(made, figure=draw_figure(family, made.facts))


def _kind(family: Family) -> Kind:
    return make(family, Random(SEED), item_id="PROBE", wording=family.wordings[0], split="textbook", with_figure=False).item.kind


def _spread(of_kind: Sequence[Family], quota: int) -> Iterator[tuple[Family, str]]:
    for number in range(quota):
        turn, place = divmod(number, len(of_kind))
        wordings = of_split(of_kind[place].wordings, "textbook")
        if turn >= len(wordings):
            raise ValueError(f"{len(of_kind)} families of one kind cannot fill a quota of {quota}")
        yield of_kind[place], wordings[turn]


def relevant_items(source: Generated, among: Sequence[Generated]) -> list[dict[str, Any]]:
    """Return the graded items of a query made from ``source``, best first, by RULE; ties in a seeded order."""
    graded = [(_grade(source, other), other.item.id) for other in among if other.item.id != source.item.id]
    Random(f"{SEED}:{source.item.id}").shuffle(graded)
    graded.sort(key=lambda pair: -pair[0])
    return [{"id": item_id, "relevance": grade} for grade, item_id in graded[:MOST_RELEVANT] if grade > 0]


def _grade(one: Generated, other: Generated) -> int:
    if one.family.key == other.family.key:
        return 3
    if one.family.concept == other.family.concept:
        return 2
    return 1 if one.family.unit == other.family.unit else 0


def ground_truth(items: Sequence[Generated]) -> dict[str, Any]:
    """Return the constructed ground truth (plan schema 12.1, with the query's text and image beside the source item)."""
    rng = Random(SEED + 1)
    with_figure = [item for item in items if item.figure is not None]
    one_each = list({item.family.key: item for item in rng.sample(items, len(items))}.values())
    figures = rng.sample(with_figure, len(with_figure))
    sources: dict[str, list[Generated]] = {
        "natural_language": one_each,
        "similar_item": rng.sample(items, len(items)),
        "image": figures,
        "text_image": figures[QUERY_COUNTS["image"] :],
    }
    queries = []
    for query_type, count in QUERY_COUNTS.items():
        for source in sources[query_type][:count]:
            query: dict[str, Any] = {"query_id": f"Q{len(queries) + 1:03d}", "query_type": query_type,
                                     "source_item_id": source.item.id}
            if query_type in ("natural_language", "text_image"):
                query["query_text"] = source.queries[0]
            if query_type in ("image", "text_image"):
                query["query_image"] = source.item.images[0]
            queries.append(query | {"relevant_items": relevant_items(source, items)})
    return {"metadata": {"origin": "constructed", "rule": RULE, "seed": SEED, "scale": [0, 1, 2, 3]}, "queries": queries}


def write(folder: Path) -> None:
    """Write items, figures and ground truth below ``folder``."""
    items = sample()
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for old in (folder / "images").glob("*.png"):
        old.unlink()
    for generated in items:
        if generated.figure is not None:
            (folder / generated.item.images[0]).write_bytes(generated.figure)
    write_plan([generated.item for generated in items], folder / "items.json")
    text = json.dumps(ground_truth(items), ensure_ascii=False, indent=1)
    (folder / "ground_truth.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the shipped sample of 100 items and its constructed ground truth.")
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "data")
    write(parser.parse_args().out)
