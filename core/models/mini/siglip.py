"""The miniature of SigLIP: figures and short queries in one space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from core.models.images import open_rgb
from core.models.mini import architectures, checkpoints, loop, objective, tokenizers
from core.models.mini.batches import Drawer, View
from core.models.mini.data import Corpus, Sample
from core.models.mini.measures import precision_at

PICTURES = 40
ASKING = 40
STRAYS = 16
SIDE = 160


def train(folder: Path, *, train: Corpus, validation: Corpus, texts: list[str], minutes: float, seed: int) -> float:
    """Train and save; returns the validation score (image to image plus text to image, by figure family)."""
    tokenizer = tokenizers.siglip(texts, folder=folder)
    model = architectures.siglip(tokenizer)
    faster_patches(model)
    teacher = objective.LexicalTeacher(texts)
    drawer = Drawer(train, seed=seed)
    pixels = {id(sample): _pixels(sample) for sample in (*train.samples, *validation.samples) if sample.figure is not None}

    def see(current: Any, samples: list[Sample]) -> Tensor:
        stacked = torch.from_numpy(np.stack([pixels[id(sample)] for sample in samples])).permute(0, 3, 1, 2)
        values = stacked.float() / 255 * 2 - 2  # white paper becomes 0, black ink -2: mean 1, deviation 0.5
        return functional.normalize(current.get_image_features(pixel_values=values).pooler_output.float(), dim=-1)

    def read(current: Any, words: list[str]) -> Tensor:
        tokens = tokenizer(words, padding="max_length", truncation=True, max_length=64, return_tensors="pt")
        return functional.normalize(current.get_text_features(input_ids=tokens["input_ids"]).pooler_output.float(), dim=-1)

    def loss(_: int) -> Tensor:
        seen = [drawer.item(family) for family in drawer.families(PICTURES, drawn=True)]
        asked: list[View] = [drawer.asking(family) for family in drawer.families(ASKING * 3 // 4, drawn=True)]
        asked += [drawer.asking(family) for family in drawer.families(ASKING // 4)]
        words = [view.text for view in asked] + [drawer.stray() for _ in range(STRAYS)]
        images = see(model, [train.samples[view.sample or 0] for view in seen])
        read_all = read(model, words)
        said = read_all[: len(asked)]
        a, b = [view.family for view in seen], [view.family for view in asked]
        own_image, own_text = torch.eye(len(a), dtype=torch.bool), torch.eye(len(b), dtype=torch.bool)
        across = objective.relevance(b, a, train.concepts)
        value = objective.contrast(images, images, _exact(a, a), but=own_image)
        value = value + objective.contrast(said, images, across) + objective.contrast(images, said, across.T)
        value = value + 0.5 * objective.contrast(said, said, objective.relevance(b, b, train.concepts), but=own_text)
        return value + objective.imitate(read_all, teacher.similarities(words))

    @torch.inference_mode()
    def validate(candidate: nn.Module) -> float:
        faster_patches(candidate)
        drawn = [sample for sample in validation.samples if sample.figure is not None]
        images = torch.cat([see(candidate, drawn[at : at + 64]) for at in range(0, len(drawn), 64)])
        asking = list(range(0, len(drawn), 4))
        rest = [row for row in range(len(drawn)) if row % 4]
        found, every = [drawn[row].family for row in rest], range(len(validation.concepts))
        by_image = precision_at(images[asking], images[rest], [drawn[row].family for row in asking], found, by=every)
        queries = [(family, text) for family, texts in enumerate(validation.queries) if validation.drawn[family] for text in texts]
        asked = read(candidate, [text for _, text in queries])
        by_text = precision_at(asked, images[rest], [family for family, _ in queries], found, by=every)
        return by_image + by_text

    best = loop.fit(model, loss=loss, validate=validate, steps=700, minutes=minutes, rate=1.2e-3, every=40, name="siglip")
    checkpoints.save_siglip(model, tokenizer, folder)
    return best


def faster_patches(model: Any) -> None:
    """Let the patch embedding be a matrix product: the backward pass of a strided convolution is slow on a CPU."""
    embed = model.vision_model.embeddings.patch_embedding
    side = embed.kernel_size[0]

    def forward(values: Tensor) -> Tensor:
        batch, channels, height, width = values.shape
        patches = values.view(batch, channels, height // side, side, width // side, side).permute(0, 2, 4, 1, 3, 5)
        out = functional.linear(patches.reshape(batch, -1, channels * side * side), embed.weight.flatten(1), embed.bias)
        return out.transpose(1, 2).reshape(batch, -1, height // side, width // side)

    embed.forward = forward


def _exact(left: list[int], right: list[int]) -> Tensor:
    return (torch.tensor(left)[:, None] == torch.tensor(right)[None]).float()


def _pixels(sample: Sample) -> np.ndarray:
    image = open_rgb(sample.figure or b"").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.uint8)
