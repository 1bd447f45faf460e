"""The miniature of KURE-v1: XLM-RoBERTa with CLS pooling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.mini import architectures, checkpoints, loop, objective, tokenizers
from core.models.mini.batches import Drawer, View
from core.models.mini.data import Corpus
from core.models.mini.measures import precision_at

FAMILIES = 40
STRAYS = 24


def train(folder: Path, *, train: Corpus, validation: Corpus, texts: list[str], minutes: float, seed: int) -> float:
    """Train and save; returns the validation score."""
    tokenizer = tokenizers.xlm_roberta(texts)
    model = architectures.xlm_roberta(tokenizer)
    teacher = objective.LexicalTeacher(texts)
    drawer = Drawer(train, seed=seed)

    def loss(_: int) -> Tensor:
        chosen = drawer.families(FAMILIES)
        views: list[View] = [drawer.asking(family) for family in chosen]
        views += [drawer.item(family) for family in chosen for _ in range(2)]
        words = [view.text for view in views]
        words += [drawer.stray() for _ in range(STRAYS)]
        vectors = in_chunks(words, lambda few: encode(model, tokenizer, few), chunks=4).float()
        labelled = [view.family for view in views]
        own = torch.eye(len(views), dtype=torch.bool)
        weights = objective.relevance(labelled, labelled, train.concepts)
        supervised = objective.contrast(vectors[: len(views)], vectors[: len(views)], weights, but=own)
        asked = objective.contrast(vectors[:FAMILIES], vectors[FAMILIES : len(views)], weights[:FAMILIES, FAMILIES:])
        return supervised + asked + objective.imitate(vectors, teacher.similarities(words))

    def validate(candidate: nn.Module) -> float:
        documents = embed(candidate, tokenizer, [sample.text for sample in validation.samples])
        found = [sample.family for sample in validation.samples]
        queries = [(family, text) for family, texts in enumerate(validation.queries) for text in texts]
        asked = embed(candidate, tokenizer, [text for _, text in queries])
        return precision_at(asked, documents, [family for family, _ in queries], found, by=validation.concepts, depths=(5, 10, 20))

    best = loop.fit(model, loss=loss, validate=validate, steps=900, minutes=minutes, rate=1.2e-3, every=60, name="kure")
    checkpoints.save_xlm_roberta(model, tokenizer, folder)
    return best


def encode(model: Any, tokenizer: Any, texts: list[str]) -> Tensor:
    """Unit vectors of texts, with gradients."""
    tokens = tokenizer(texts, padding=True, truncation=True, max_length=128, return_tensors="pt")
    return functional.normalize(model(**tokens).last_hidden_state[:, 0], dim=-1)


def in_chunks(texts: list[str], forward: Callable[[list[str]], Tensor], *, chunks: int) -> Tensor:
    """Run texts through ``forward`` in so many groups of similar length: padding costs as much as words."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    size = -(-len(texts) // chunks)
    rows = torch.cat([forward([texts[row] for row in order[at : at + size]]) for at in range(0, len(order), size)])
    return rows[torch.tensor(order).argsort()]


@torch.inference_mode()
def embed(model: Any, tokenizer: Any, texts: list[str]) -> Tensor:
    """Unit vectors of texts, without gradients, in batches of similar length."""
    return in_chunks(texts, lambda few: encode(model, tokenizer, few).float(), chunks=-(-len(texts) // 64))
