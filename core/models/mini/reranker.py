"""The miniature of Qwen3-VL-Reranker-2B, started from the miniature embedder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.mini import checkpoints, loop
from core.models.mini.batches import Drawer
from core.models.mini.data import Corpus
from core.models.mini.measures import hits
from core.models.mini.qwen import LONGEST, RERANKER, Encoder, Reader, faster_patches
from core.models.qwen3_vl import VISION, chat
from core.models.qwen3_vl_reranker import SYSTEM, user_turn

QUERIES = 12
DOCUMENTS = 6
DEPTH = 30
"""In validation; the system itself reranks 50."""
Pair = tuple[str, str, bytes | None]


def train(
    folder: Path, *, embedder: Path, train: Corpus, validation: Corpus, minutes: float, seed: int, resume: bool = False
) -> tuple[float, float]:
    """Train and save; returns the validation precision at 5 after and before reranking.

    Args:
        resume: start from the reranker in ``folder`` and not from the embedder.
    """
    from transformers import AutoTokenizer, Qwen3VLForConditionalGeneration

    tokenizer = AutoTokenizer.from_pretrained(embedder, local_files_only=True)
    loading = {"dtype": torch.float32, "attn_implementation": "eager", "local_files_only": True}
    first = Qwen3VLForConditionalGeneration.from_pretrained(embedder, **loading).eval()
    model = Qwen3VLForConditionalGeneration.from_pretrained(folder if resume else embedder, **loading)
    for each in (first, model):
        faster_patches(each)
    model.model.visual.requires_grad_(False)  # it sees well enough; the minutes go into comparing
    reader = Reader(tokenizer)
    encode = Encoder(first, reader)
    yes, no = tokenizer.convert_tokens_to_ids(["yes", "no"])
    drawer = Drawer(train, seed=seed)
    near = _confusable(encode, train)

    def logits(current: Any, pairs: list[Pair], *, chunks: int) -> Tensor:
        order = sorted(range(len(pairs)), key=lambda row: (pairs[row][2] is not None, len(pairs[row][0]) + len(pairs[row][1])))
        size = -(-len(pairs) // chunks)
        direction = current.lm_head.weight[yes] - current.lm_head.weight[no]
        rows = []
        for at in range(0, len(order), size):
            few = [pairs[row] for row in order[at : at + size]]
            prompts = [chat(SYSTEM, _turn(reader, pair)) for pair in few]
            inputs = reader.inputs(prompts, [figure for _, _, figure in few if figure is not None], side="left")
            hidden = current.model(**inputs, use_cache=False).last_hidden_state[:, -1]
            rows.append((hidden @ direction).float())
        return torch.cat(rows)[torch.tensor(order).argsort()]

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
        scores = logits(model, pairs, chunks=3)
        target = torch.tensor(grades)
        listed, wanted = scores.view(QUERIES, DOCUMENTS), target.view(QUERIES, DOCUMENTS)
        listwise = -(wanted / wanted.sum(1, keepdim=True) * functional.log_softmax(listed, dim=1)).sum(1).mean()
        return listwise + 0.5 * functional.binary_cross_entropy_with_logits(scores, (target > 0).float())

    queries = [(family, texts[0]) for family, texts in enumerate(validation.queries) if texts]
    with torch.inference_mode():
        samples = validation.samples
        found = [sample.family for sample in samples]
        rows = encode([(sample.text, sample.figure, "document") for sample in samples], chunks=-(-len(samples) // 48))
        asked = encode([(text, None, "query") for _, text in queries], chunks=1)
        order = (asked @ rows.T).argsort(dim=1, descending=True, stable=True)[:, :DEPTH]
    families = [family for family, _ in queries]
    before = float(hits(order, families, found, by=validation.concepts, depth=5).mean())

    @torch.inference_mode()
    def validate(candidate: nn.Module) -> float:
        faster_patches(candidate)
        new = []
        for (_, text), places in zip(queries, order.tolist(), strict=True):
            pairs = [(text, samples[place].text, samples[place].figure) for place in places]
            ranked = logits(candidate, pairs, chunks=1).argsort(descending=True, stable=True)
            new.append(torch.tensor(places)[ranked])
        return float(hits(torch.stack(new), families, found, by=validation.concepts, depth=5).mean())

    after = loop.fit(model, loss=loss, validate=validate, steps=1200, minutes=minutes, rate=8e-4, every=60, name="reranker")
    checkpoints.save_qwen3_vl(model, tokenizer, folder, embedder=False)
    return after, before


def _turn(reader: Reader, pair: Pair) -> str:
    query, text, figure = pair
    return user_turn(RERANKER.prompts["query"], reader.cut(query, 60), VISION * (figure is not None) + reader.cut(text))


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
