"""The miniature of Qwen3-VL-Embedding-2B: text, figures, or both in one vector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.contract import Role
from core.models.images import open_rgb
from core.models.mini import architectures, checkpoints, loop, objective, tokenizers
from core.models.mini.batches import Drawer, View
from core.models.mini.data import Corpus
from core.models.mini.measures import precision_at
from core.models.qwen3_vl import END, VISION, chat, fit, processor_class
from core.models.qwen3_vl_embedding import instruction
from core.models.qwen3_vl_reranker import SYSTEM, user_turn
from core.models.registry import record

FAMILIES = 32
PICTURES = 14
STRAYS = 16
LONGEST = 110
"""Tokens of a text in training; longer ones lose their end."""
EMBEDDER, RERANKER = record("qwen3-vl-embedding-2b-mini"), record("qwen3-vl-reranker-2b-mini")


def tokenizer_of(texts: list[str]) -> Any:
    """The vocabulary the embedder and the reranker share."""
    frames = [*EMBEDDER.prompts.values(), SYSTEM, user_turn(RERANKER.prompts["query"], "", ""), "system user assistant"]
    return tokenizers.qwen(texts, prompts=frames)


class Reader:
    """Turns prompts and figures into the inputs of the model, remembering each figure once it is cut into patches."""

    def __init__(self, tokenizer: Any) -> None:
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

        images = Qwen2VLImageProcessorPil(patch_size=16, **checkpoints.WHITE_CENTRED)
        self.tokenizer = tokenizer
        self._processor = processor_class()(images, tokenizer)
        self._seen: dict[bytes, tuple[Tensor, Tensor]] = {}

    def cut(self, text: str, tokens: int = LONGEST) -> str:
        """A text of no more than so many tokens."""
        ends = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return text if len(ends) <= tokens else text[: ends[tokens - 1][1]]

    def inputs(self, prompts: list[str], figures: Sequence[bytes], *, side: str) -> dict[str, Tensor]:
        """Inputs of complete prompts; the figures stand in the order of their place holders."""
        seen = [self._patches(figure) for figure in figures]
        marks = iter("<|image_pad|>" * int(grid.prod() // 4) for _, grid in seen)
        whole = ["".join(next(marks) if part == "<|image_pad|>" else part for part in _parts(prompt)) for prompt in prompts]
        tokens = self.tokenizer(whole, add_special_tokens=False, padding=True, padding_side=side, return_tensors="pt")
        out = {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
        if seen:
            out["pixel_values"] = torch.cat([patches for patches, _ in seen]).float()
            out["image_grid_thw"] = torch.cat([grid for _, grid in seen])
            out["mm_token_type_ids"] = (out["input_ids"] == self._processor.image_token_id).int()
        return out

    def _patches(self, figure: bytes) -> tuple[Tensor, Tensor]:
        if figure not in self._seen:
            image = fit(open_rgb(figure), min_pixels=EMBEDDER.min_pixels or 0, max_pixels=EMBEDDER.max_pixels or 0)
            cut = self._processor.image_processor(images=[image], do_resize=False, return_tensors="pt")
            self._seen[figure] = (cut["pixel_values"].to(torch.bfloat16), cut["image_grid_thw"])
        return self._seen[figure]


def _parts(prompt: str) -> list[str]:
    before, *rest = prompt.split("<|image_pad|>")
    return [before, *(part for after in rest for part in ("<|image_pad|>", after))]


def faster_patches(model: Any) -> None:
    """Let the patch embedding be the matrix product it is: the backward pass of conv3d on a CPU takes half of the time."""
    embed = model.model.visual.patch_embed

    def forward(patches: Tensor) -> Tensor:
        weight = embed.proj.weight.flatten(1)
        return functional.linear(patches.view(-1, weight.shape[1]), weight, embed.proj.bias)

    embed.forward = forward


class Encoder:
    """Unit vectors as the loading code makes them, but with gradients."""

    def __init__(self, model: Any, reader: Reader) -> None:
        self.model, self.reader = model, reader

    def __call__(self, contents: Sequence[tuple[str, bytes | None, Role]], *, chunks: int) -> Tensor:
        order = sorted(range(len(contents)), key=lambda row: (contents[row][1] is not None, len(contents[row][0])))
        size = -(-len(contents) // chunks)
        rows = [self._few([contents[row] for row in order[at : at + size]]) for at in range(0, len(order), size)]
        return torch.cat(rows)[torch.tensor(order).argsort()].float()

    def _few(self, contents: Sequence[tuple[str, bytes | None, Role]]) -> Tensor:
        prompts = [
            chat(instruction(EMBEDDER.prompts[role]), VISION * (figure is not None) + self.reader.cut(text)) + END
            for text, figure, role in contents
        ]
        inputs = self.reader.inputs(prompts, [figure for _, figure, _ in contents if figure is not None], side="right")
        hidden = self.model.model(**inputs, use_cache=False).last_hidden_state
        last = inputs["attention_mask"].sum(dim=1) - 1
        return functional.normalize(hidden[torch.arange(len(hidden)), last].float(), dim=-1)


def train(folder: Path, *, train: Corpus, validation: Corpus, texts: list[str], minutes: float, seed: int) -> float:
    """Train and save; returns the validation score (text plus 0.3 × image)."""
    tokenizer = tokenizer_of(texts)
    model = architectures.qwen3_vl(tokenizer)
    faster_patches(model)
    encode = Encoder(model, Reader(tokenizer))
    teacher = objective.LexicalTeacher(texts)
    drawer = Drawer(train, seed=seed)

    def content(view: View, role: Role, *, shown: float) -> tuple[str, bytes | None, Role]:
        figure = train.samples[view.sample].figure if view.sample is not None else None
        return view.text, figure if drawer.rng.random() < shown else None, role

    def loss(_: int) -> Tensor:
        chosen = drawer.families(FAMILIES)
        asks = [drawer.asking(family) for family in chosen]
        items = [drawer.item(family) for family in chosen for _ in range(2)]
        seen = [drawer.item(family) for family in drawer.families(PICTURES, drawn=True)]
        contents = [content(view, "query", shown=0.0) for view in asks]
        contents += [content(view, "document", shown=0.6) for view in items]
        contents += [("", train.samples[view.sample or 0].figure, "query") for view in seen]
        contents += [(drawer.stray(), None, drawer.rng.choice(("query", "document"))) for _ in range(STRAYS)]
        vectors = encode(contents, chunks=5)

        views = [*asks, *items, *seen]
        labels = [view.family for view in views]
        weights = objective.relevance(labels, labels, train.concepts)
        rows, found = len(views), slice(len(asks), len(asks) + len(items))
        value = objective.contrast(vectors[:rows], vectors[:rows], weights, but=torch.eye(rows, dtype=torch.bool))
        value = value + objective.contrast(vectors[: len(asks)], vectors[found], weights[: len(asks), found])
        pictures = slice(found.stop, rows)
        exact = (weights[pictures, found] == objective.SAME_FAMILY).float()
        value = value + objective.contrast(vectors[pictures], vectors[found], exact)
        words = [row for row, (text, figure, _) in enumerate(contents) if figure is None and text]
        return value + objective.imitate(vectors[words], teacher.similarities([contents[row][0] for row in words]))

    def validate(candidate: nn.Module) -> float:
        faster_patches(candidate)
        return sum(measure(Encoder(candidate, encode.reader), validation))

    best = loop.fit(model, loss=loss, validate=validate, steps=900, minutes=minutes, rate=1.2e-3, every=40, name="qwen")
    checkpoints.save_qwen3_vl(model, tokenizer, folder, embedder=True)
    return best


@torch.inference_mode()
def measure(encode: Encoder, corpus: Corpus) -> tuple[float, float]:
    """Text queries by concept (precision at 5, 10 and 20), and 0.3 × images by figure family (at 5)."""
    samples = corpus.samples
    found = [sample.family for sample in samples]
    chunks = -(-len(samples) // 48)
    documents = encode([(sample.text, sample.figure, "document") for sample in samples], chunks=chunks)
    queries = [(family, text) for family, texts in enumerate(corpus.queries) for text in texts]
    asked = encode([(text, None, "query") for _, text in queries], chunks=1)
    by_text = precision_at(asked, documents, [family for family, _ in queries], found, by=corpus.concepts, depths=(5, 10, 20))
    # Half of the drawn items ask with their figure, the other half stands in the corpus: nothing finds itself.
    drawn = [row for row, sample in enumerate(samples) if sample.figure is not None]
    asking = drawn[::4]
    rest = [row for row in range(len(samples)) if row not in set(asking)]
    shown = encode([("", samples[row].figure, "query") for row in asking], chunks=1 + len(asking) // 48)
    families = range(len(corpus.concepts))
    by_image = precision_at(shown, documents[rest], [found[row] for row in asking], [found[row] for row in rest], by=families)
    return by_text, 0.3 * by_image
