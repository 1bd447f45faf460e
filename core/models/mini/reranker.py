"""The miniature of Qwen3-VL-Reranker-2B, started from the miniature embedder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.mini import checkpoints, loop
from core.models.mini.batches import Drawer
from core.models.mini.data import Corpus, Sample
from core.models.mini.measures import hits
from core.models.mini.qwen import LONGEST, RERANKER, Encoder, Reader, faster_patches
from core.models.qwen3_vl import VISION, chat
from core.models.qwen3_vl_reranker import SYSTEM, user_turn

QUERIES = 12
DOCUMENTS = 6
DEPTH = 30
"""In validation; the system itself reranks 50."""
Pair = tuple[str, str, bytes | None]


class Judge:
    """The log-odds of ``yes`` over ``no`` as the loading code makes them, but with gradients."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._yes, self._no = reader.tokenizer.convert_tokens_to_ids(["yes", "no"])

    def __call__(self, model: Any, pairs: list[Pair], *, chunks: int) -> Tensor:
        order = sorted(range(len(pairs)), key=lambda row: (pairs[row][2] is not None, len(pairs[row][0]) + len(pairs[row][1])))
        size = -(-len(pairs) // chunks)
        direction = model.lm_head.weight[self._yes] - model.lm_head.weight[self._no]
        rows = [self._few(model, [pairs[row] for row in order[at : at + size]]) @ direction for at in range(0, len(order), size)]
        return torch.cat([row.float() for row in rows])[torch.tensor(order).argsort()]

    def _few(self, model: Any, pairs: list[Pair]) -> Tensor:
        prompts = [chat(SYSTEM, self._turn(pair)) for pair in pairs]
        inputs = self.reader.inputs(prompts, [figure for _, _, figure in pairs if figure is not None], side="left")
        return model.model(**inputs, use_cache=False).last_hidden_state[:, -1]

    def _turn(self, pair: Pair) -> str:
        query, text, figure = pair
        document = VISION * (figure is not None) + self.reader.cut(text)
        return user_turn(RERANKER.prompts["query"], self.reader.cut(query, 60), document)


@dataclass(frozen=True, slots=True)
class Exam:
    """What validation asks: a query a family, and the embedder's first places for it, shape (queries, ``DEPTH``)."""

    queries: list[tuple[int, str]]
    order: Tensor
    corpus: Corpus

    @classmethod
    @torch.inference_mode()
    def of(cls, corpus: Corpus, encode: Encoder) -> Exam:
        """Let the embedder rank the corpus for its queries."""
        queries = [(family, texts[0]) for family, texts in enumerate(corpus.queries) if texts]
        samples = corpus.samples
        rows = encode([(sample.text, sample.figure, "document") for sample in samples], chunks=-(-len(samples) // 48))
        asked = encode([(text, None, "query") for _, text in queries], chunks=1)
        return cls(queries, (asked @ rows.T).argsort(dim=1, descending=True, stable=True)[:, :DEPTH], corpus)

    @torch.inference_mode()
    def reranked(self, judge: Judge, model: Any) -> Tensor:
        """Return the places as a model orders them, shape of ``order``."""
        new = []
        for (_, text), places in zip(self.queries, self.order.tolist(), strict=True):
            read: list[Sample] = [self.corpus.samples[place] for place in places]
            ranked = judge(model, [(text, sample.text, sample.figure) for sample in read], chunks=1)
            new.append(torch.tensor(places)[ranked.argsort(descending=True, stable=True)])
        return torch.stack(new)

    def precision(self, order: Tensor) -> float:
        """Mean precision at 5 by concept."""
        found = [sample.family for sample in self.corpus.samples]
        return float(hits(order, [family for family, _ in self.queries], found, by=self.corpus.concepts, depth=5).mean())


def train(
    folder: Path, *, embedder: Path, train: Corpus, validation: Corpus, minutes: float, seed: int, resume: bool = False
) -> tuple[float, float]:
    """Train and save; returns the validation precision at 5 after and before reranking.

    Args:
        resume: start from the reranker in ``folder`` and not from the embedder.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(embedder, local_files_only=True)
    first, model = _loaded(embedder).eval(), _loaded(folder if resume else embedder)
    model.model.visual.requires_grad_(False)  # it sees well enough; the minutes go into comparing
    reader = Reader(tokenizer)
    encode, judge = Encoder(first, reader), Judge(reader)
    drawer = Drawer(train, seed=seed)
    near = _confusable(encode, train)

    def document(family: int) -> tuple[str, bytes | None]:
        view = drawer.item(family)
        shown = drawer.rng.random() < 0.25
        text = reader.cut(view.text, drawer.rng.randint(40, LONGEST))
        return text, train.samples[view.sample or 0].figure if shown else None

    def loss(_: int) -> Tensor:
        pairs: list[Pair] = []
        grades = []
        for family in drawer.families(QUERIES):
            asked = drawer.asking(family).text
            concept = train.concepts[family]
            siblings = [other for other, each in enumerate(train.concepts) if each == concept]
            others = [other for other in near[family] if train.concepts[other] != concept]
            hard = drawer.rng.sample(others[:8], 3) + drawer.rng.sample(others[8:], DOCUMENTS - 5)
            for answer in (family, drawer.rng.choice(siblings), *hard):
                pairs.append((asked, *document(answer)))
                grades.append(1.0 if answer == family else 0.7 if train.concepts[answer] == concept else 0.0)
        scores = judge(model, pairs, chunks=3)
        target = torch.tensor(grades)
        listed, wanted = scores.view(QUERIES, DOCUMENTS), target.view(QUERIES, DOCUMENTS)
        listwise = -(wanted / wanted.sum(1, keepdim=True) * functional.log_softmax(listed, dim=1)).sum(1).mean()
        return listwise + 0.5 * functional.binary_cross_entropy_with_logits(scores, (target > 0).float())

    exam = Exam.of(validation, encode)

    def validate(candidate: nn.Module) -> float:
        faster_patches(candidate)
        return exam.precision(exam.reranked(judge, candidate))

    after = loop.fit(model, loss=loss, validate=validate, steps=1200, minutes=minutes, rate=8e-4, every=60, name="reranker")
    checkpoints.save_qwen3_vl(model, tokenizer, folder, embedder=False)
    return after, exam.precision(exam.order)


def _loaded(folder: Path) -> Any:
    from transformers import Qwen3VLForConditionalGeneration

    model = Qwen3VLForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True)
    faster_patches(model)
    return model


@torch.inference_mode()
def _confusable(encode: Encoder, corpus: Corpus) -> list[list[int]]:
    """For each family, all families by how near their items lie for the embedder, nearest first."""
    few: dict[int, list[str]] = {}
    for sample in corpus.samples:
        few.setdefault(sample.family, []).append(sample.text)
    centres = []
    for family in range(len(corpus.concepts)):
        centres.append(encode([(text, None, "document") for text in few[family][:8]], chunks=1).mean(dim=0))
    stacked = functional.normalize(torch.stack(centres), dim=-1)
    return (stacked @ stacked.T).argsort(dim=1, descending=True).tolist()
