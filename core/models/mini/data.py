"""What the miniatures learn from: generated items, their queries and their figures, of one split.

Nothing of the splits ``textbook`` and ``test`` is ever trained on; recipes are chosen on ``validation``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from core.items.content import embedding_text
from core.items.dialect import for_embedding
from core.items.generator.family import of_split
from core.items.generator.generate import families, items
from core.settings import settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sample:
    """One generated item as the encoders get it."""

    family: int
    text: str
    figure: bytes | None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Items of one split with what is relevant to what. Families, concepts and units are numbered."""

    samples: tuple[Sample, ...]
    queries: tuple[tuple[str, ...], ...]
    """By family: the natural-language queries of the split."""
    notes: tuple[tuple[str, ...], ...]
    """By family: what a teacher's index would say of it (unit, concept, worked solution); the same in every split."""
    concepts: tuple[int, ...]
    """By family."""
    units: tuple[int, ...]
    """By family."""
    drawn: tuple[bool, ...]
    """By family: whether its items have a figure."""


def corpus(split: str, *, per_family: int, seed: int) -> Corpus:
    """Generate (or read back) ``per_family`` items of every family."""
    if split not in ("train", "validation", "test"):
        raise ValueError(f"the miniatures never see the split {split}")
    kinds = families()
    samples = _cached(split, count=per_family * len(kinds), seed=seed)
    concepts = {name: place for place, name in enumerate(dict.fromkeys(family.concept for family in kinds))}
    units = {name: place for place, name in enumerate(dict.fromkeys(family.unit for family in kinds))}
    return Corpus(
        samples=samples,
        queries=tuple(of_split(family.queries, split, queries=True) for family in kinds),
        notes=tuple((family.concept, f"{family.unit} {family.concept}", _solution(family.solution)) for family in kinds),
        concepts=tuple(concepts[family.concept] for family in kinds),
        units=tuple(units[family.unit] for family in kinds),
        drawn=tuple(family.figure is not None for family in kinds),
    )


def _solution(template: str) -> str:
    words = [word for word in for_embedding(template).split() if "{" not in word]
    return " ".join(words)


def _cached(split: str, *, count: int, seed: int) -> tuple[Sample, ...]:
    kinds = families()
    told = json.dumps([[family.key, family.wordings, family.queries] for family in kinds], ensure_ascii=False)
    mark = hashlib.sha256(told.encode()).hexdigest()[:12]
    folder = settings().data_dir / "mini_training" / f"{split}-{count}-{seed}-{mark}"
    if not (folder / "samples.json").is_file():
        _generate(folder, split, count=count, seed=seed)
    rows = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    return tuple(
        Sample(family, text, (folder / figure).read_bytes() if figure else None) for family, text, figure in rows
    )


def _generate(folder: Path, split: str, *, count: int, seed: int) -> None:
    _log.info("generating %d items of the split %s", count, split)
    folder.mkdir(parents=True, exist_ok=True)
    number = {family.key: place for place, family in enumerate(families())}
    rows = []
    for made in items(count, seed=seed, split=split):
        figure = ""
        if made.figure is not None:
            figure = f"{made.item.id}.png"
            (folder / figure).write_bytes(made.figure)
        rows.append([number[made.family.key], embedding_text(made.item), figure])
    (folder / "samples.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
