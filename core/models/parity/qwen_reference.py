"""The published rules of Qwen3-VL-Embedding and Qwen3-VL-Reranker by hand: chat, image tokens, patches."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models.contract import Content
from core.models.parity.observation import Row
from core.models.parity.pixels import Preparation
from core.models.parity.rule import JUDGE, Pooling, Rule
from core.models.parity.samples import QUERY, Sample
from core.models.parity.text_reference import Text
from core.models.record import ModelRecord

IMAGE = "<|image_pad|>"


class Embedder(Text):
    """Qwen3-VL-Embedding: the chat with the image before the text, closed by ``<|endoftext|>``."""

    def __init__(self, record: ModelRecord, rule: Rule, *, model: Any, max_pixels: int, honest: Pooling | None = None) -> None:
        super().__init__(record, rule, model=model, honest=honest)
        self._images, self._max_pixels = Preparation.read(record.path), max_pixels

    def prompt(self, sample: Sample) -> str:
        """The whole prompt, an image as its three markers."""
        return (
            f"<|im_start|>system\n{self.rule.before[sample.role]}<|im_end|>\n"
            f"<|im_start|>user\n{self.part(sample.content)}<|im_end|>\n<|im_start|>assistant\n{self.rule.end}"
        )

    def part(self, content: Content) -> str:
        """One content inside the user's turn."""
        image = f"<|vision_start|>{IMAGE}<|vision_end|>" if content.image else ""
        text = content.text or ""
        return (image + text) if self.rule.image_first else (text + image)

    def ids(self, sample: Sample) -> list[int]:
        """The prompt's tokens, one image token for each merged block of patches."""
        prompt = self.prompt(sample)
        for content in self.contents(sample):
            if content.image:
                rows, columns = self._prepared(content)[1]
                prompt = prompt.replace(IMAGE, "<|a|>" * (rows * columns // self._images.merge**2), 1)
        return self.tokens.ids(prompt.replace("<|a|>", IMAGE))

    def pixels(self, sample: Sample) -> Row | None:
        """All patches of a sample, one below the other."""
        found = [self._prepared(content)[0] for content in self.contents(sample) if content.image]
        return np.concatenate(found) if found else None

    def contents(self, sample: Sample) -> list[Content]:
        """The contents of a sample in the order of their images."""
        return [sample.content]

    def _prepared(self, content: Content) -> tuple[Row, tuple[int, int]]:
        low = self.record.min_pixels or 0
        return self._images.patches(content.image or b"", min_pixels=low, max_pixels=self._max_pixels)

    def _seen(self, ids: np.ndarray, samples: list[Sample]) -> dict[str, Any]:
        import torch

        found = [self._prepared(content) for sample in samples for content in self.contents(sample) if content.image]
        if not found:
            return {}
        return {
            "pixel_values": torch.from_numpy(np.concatenate([patches for patches, _ in found])),
            "image_grid_thw": torch.tensor([(1, *grid) for _, grid in found]),
            "mm_token_type_ids": torch.from_numpy((ids == self.tokens.control(IMAGE)).astype(np.int64)),
        }

    def _options(self) -> dict[str, Any]:
        return {"use_cache": False}


class Reranker(Embedder):
    """Qwen3-VL-Reranker: sigmoid(h · (W_yes − W_no)) at the last position."""

    def prompt(self, sample: Sample) -> str:
        """The whole prompt of the pair."""
        return (
            f"<|im_start|>system\n{JUDGE}<|im_end|>\n<|im_start|>user\n"
            f"<Instruct>: {self.rule.before[sample.role]}{self.rule.query_break}<Query>:{self.part(QUERY)}"
            f"\n<Document>:{self.part(sample.content)}<|im_end|>\n<|im_start|>assistant\n"
        )

    def contents(self, sample: Sample) -> list[Content]:
        """The query, then the document."""
        return [QUERY, sample.content]

    def answer(self, pooled: Row) -> Row:
        """The score of the log-odds."""
        return (1 / (1 + np.exp(-pooled.astype(np.float64)))).astype(np.float32)

    def _one(self, states: Row, mask: np.ndarray, pooling: Pooling) -> Row:
        head = self.model.get_output_embeddings().weight
        yes, no = (head[self.tokens.word(word)].float().detach().cpu().numpy() for word in ("yes", "no"))
        state = states[mask.astype(bool)].mean(axis=0) if pooling == "mean" else states[-1]
        return np.asarray([state.astype(np.float64) @ (yes.astype(np.float64) - no)], dtype=np.float32)

    def _trunk(self) -> Any:
        return self.model.model
