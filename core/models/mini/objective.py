"""What is minimised: agree with the labels (same family, same concept) and with a lexical teacher (TF-IDF)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.06
_IMITATION_TEMPERATURE = 0.05
SAME_FAMILY, SAME_CONCEPT = 1.0, 0.7


class LexicalTeacher:
    """TF-IDF over characters 1–3: the keyword search the miniatures are measured against."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectorizer = vectorizer().fit(texts)

    def similarities(self, texts: Sequence[str]) -> Tensor:
        """Cosines between texts, shape (n, n)."""
        rows = self._vectorizer.transform(texts)
        return torch.from_numpy((rows @ rows.T).toarray()).float()


def vectorizer() -> Any:
    """The TF-IDF of the comparison: character 1- to 3-grams, scikit-learn's defaults otherwise."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3))


def relevance(left: Sequence[int], right: Sequence[int], concepts: Sequence[int]) -> Tensor:
    """Weights of (family, family) pairs, shape (left, right): 1 same family, 0.7 same concept, else 0."""
    a, b, by = torch.tensor(left), torch.tensor(right), torch.tensor(concepts)
    same_family = (a[:, None] == b[None]).float()
    same_concept = (by[a][:, None] == by[b][None]).float()
    return torch.maximum(same_family * SAME_FAMILY, same_concept * SAME_CONCEPT)


def contrast(left: Tensor, right: Tensor, weights: Tensor, *, but: Tensor | None = None) -> Tensor:
    """Cross entropy between the softmax over cosines and the weighted relevant ones; ``but`` marks pairs left out."""
    logits = left @ right.T / TEMPERATURE
    if but is not None:
        logits = logits.masked_fill(but, -1e4)
        weights = weights.masked_fill(but, 0.0)
    kept = weights.sum(dim=1) > 0
    target = weights[kept] / weights[kept].sum(dim=1, keepdim=True)
    return -(target * functional.log_softmax(logits[kept], dim=1)).sum(dim=1).mean()


def imitate(vectors: Tensor, teacher: Tensor) -> Tensor:
    """Kullback–Leibler divergence from the teacher's neighbourhoods to the student's; a text is not its own neighbour."""
    self_pairs = torch.eye(len(vectors), dtype=torch.bool)
    student = (vectors @ vectors.T / _IMITATION_TEMPERATURE).masked_fill(self_pairs, -1e4)
    target = (teacher / _IMITATION_TEMPERATURE).masked_fill(self_pairs, -1e4).softmax(dim=1)
    return functional.kl_div(student.log_softmax(dim=1), target, reduction="batchmean")
