"""Measure the miniatures that lie in data/mini_models, through the real loading code, beside TF-IDF.

``python -m core.models.mini.evaluate [--split test|validation] [--json] [--cards]``
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import torch
from torch import Tensor

from core.items.generator.generate import families
from core.models.contract import Content
from core.models.loading import load
from core.models.mini import cards, objective
from core.models.mini.data import Corpus, corpus
from core.models.mini.measured import Row, table
from core.models.mini.measures import hits
from core.models.registry import record

PER_FAMILY, SEED = 12, 3
TRAIN_PER_FAMILY, TRAIN_SEED = 50, 1
RERANKED = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m core.models.mini.evaluate", description=__doc__)
    parser.add_argument("--split", choices=("test", "validation"), default="test")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cards", action="store_true", help="write the figures into the models' cards too (test split)")
    options = parser.parse_args(arguments)
    if options.cards and options.split != "test":
        parser.error("--cards: the cards give the figures of the test split")
    rows = measure(options.split)
    if options.cards:
        cards.write(rows, items=PER_FAMILY * len(families()))
    if options.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        print(table(rows))
    return 0


def measure(split: str) -> list[Row]:
    """Measure all four models and TF-IDF on one split, precision at 5 throughout."""
    held = corpus(split, per_family=PER_FAMILY, seed=SEED)
    samples, each_family = held.samples, range(len(held.concepts))
    found = [sample.family for sample in samples]
    queries = [(family, text) for family, texts in enumerate(held.queries) for text in texts]
    asked = [family for family, _ in queries]
    words = [Content(text) for _, text in queries]
    rows: list[Row] = []

    def note(system: str, measure: str, order: Tensor, asking: Sequence[int], among: Sequence[int], by: Sequence[int]) -> None:
        rows.append(_row(system, measure, hits(order, asking, among, by=by, depth=5).numpy(), asking))

    fitted = objective.vectorizer().fit(_training_texts())
    documents = fitted.transform([sample.text for sample in samples])
    order = _order(torch.from_numpy((fitted.transform([text for _, text in queries]) @ documents.T).toarray()))
    note("TF-IDF", "text → same concept", order, asked, found, held.concepts)
    note("TF-IDF", "text → same unit", order, asked, found, held.units)

    text_only = [Content(sample.text) for sample in samples]
    whole = [Content(sample.text, sample.figure) for sample in samples]
    kure = load(record("kure-v1-mini"))
    order = _rank(kure.encode(words, role="query"), kure.encode(text_only, role="document"))
    note("B kure-v1", "text → same concept", order, asked, found, held.concepts)
    note("B kure-v1", "text → same unit", order, asked, found, held.units)

    qwen = load(record("qwen3-vl-embedding-2b-mini"))
    vectors = qwen.encode(whole, role="document")
    order = _rank(qwen.encode(words, role="query"), vectors)
    note("A qwen3-vl", "text → same concept", order, asked, found, held.concepts)
    note("A qwen3-vl", "text → same unit", order, asked, found, held.units)
    plain = _rank(qwen.encode(words, role="query"), qwen.encode(text_only, role="document"))
    note("A qwen3-vl@text-only", "text → same concept", plain, asked, found, held.concepts)

    reranked = _rerank(order, words, whole)
    note("E qwen3-vl+rerank", "text → same concept", reranked, asked, found, held.concepts)

    # A quarter of the figures ask; what is left is the corpus, so that no figure finds itself.
    drawn = [row for row, sample in enumerate(samples) if sample.figure is not None]
    asking = drawn[::4]
    rest = [row for row in range(len(samples)) if row not in set(asking)]
    shown = [Content(None, samples[row].figure) for row in asking]
    from_families, among = [found[row] for row in asking], [found[row] for row in rest]
    order = _rank(qwen.encode(shown, role="query"), vectors[rest])
    note("A qwen3-vl", "image → same figure family", order, from_families, among, each_family)

    siglip = load(record("siglip-base-mini"))
    pictured = [row for row in rest if samples[row].figure is not None]
    among = [found[row] for row in pictured]
    figures = siglip.encode([Content(None, samples[row].figure) for row in pictured], role="document")
    order = _rank(siglip.encode(shown, role="query"), figures)
    note("C siglip", "image → same figure family", order, from_families, among, each_family)
    told = [(family, text) for family, text in queries if held.drawn[family]]
    order = _rank(siglip.encode([Content(text) for _, text in told], role="query"), figures)
    note("C siglip", "text → same figure family", order, [family for family, _ in told], among, each_family)
    note("C siglip", "text → same concept", order, [family for family, _ in told], among, held.concepts)
    return rows


def _training_texts() -> list[str]:
    """TF-IDF learns its weights from the training items, as the miniatures do."""
    held: Corpus = corpus("train", per_family=TRAIN_PER_FAMILY, seed=TRAIN_SEED)
    return [sample.text for sample in held.samples]


def _rank(queries: np.ndarray, documents: np.ndarray) -> Tensor:
    return _order(torch.from_numpy(queries @ documents.T))


def _order(scores: Tensor) -> Tensor:
    return scores.argsort(dim=1, descending=True, stable=True)


def _rerank(order: Tensor, queries: Sequence[Content], documents: Sequence[Content]) -> Tensor:
    model = load(record("qwen3-vl-reranker-2b-mini"))
    new = order.clone()
    for row, query in enumerate(queries):
        first = order[row, :RERANKED]
        scores = torch.from_numpy(model.score(query, [documents[place] for place in first.tolist()]))
        new[row, :RERANKED] = first[scores.argsort(descending=True, stable=True)]
    return new


def _row(system: str, measure: str, values: np.ndarray, families: Sequence[int]) -> Row:
    """The mean with a bootstrap interval that draws whole families: items of one family answer alike."""
    groups = [values[np.array(families) == family] for family in sorted(set(families))]
    rng = np.random.default_rng(0)
    means = [np.concatenate([groups[pick] for pick in rng.integers(len(groups), size=len(groups))]).mean() for _ in range(2000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Row(system, measure, float(values.mean()), float(low), float(high), len(values))


if __name__ == "__main__":
    sys.exit(main())
