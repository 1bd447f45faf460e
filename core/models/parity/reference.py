"""The published rules carried out by hand: prompt, tokens, pixels, one forward of the bare model, pooling, normalising.

Nothing here comes from our loaders; of transformers only the model classes are used. Slow and plain on purpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models.contract import Content
from core.models.parity.observation import Row, Trace, sides_of
from core.models.parity.pixels import Preparation
from core.models.parity.rule import JUDGE, Pooling, Rule
from core.models.parity.samples import QUERY, Sample
from core.models.parity.tokens import RawTokenizer
from core.models.record import ModelRecord

IMAGE = "<|image_pad|>"


def load(record: ModelRecord, *, dtype: str, device: str) -> Any:
    """The bare transformers model of a checkpoint, on one device in one number format (``float32``, ``float16`` …)."""
    import torch
    from transformers import AutoModel, Qwen3VLForConditionalGeneration

    kind = Qwen3VLForConditionalGeneration if record.kind == "qwen3-vl-reranker" else AutoModel
    model = kind.from_pretrained(
        record.path, dtype=getattr(torch, dtype), attn_implementation="sdpa", local_files_only=True, trust_remote_code=False
    )
    return model.to(device).eval()


def reference(record: ModelRecord, rule: Rule, *, model: Any, max_pixels: int | None, honest: Pooling | None = None) -> Any:
    """Return what runs a model by a rule; the model may serve several rules.

    Args:
        honest: the published pooling, where the rule has another.
    """
    if record.kind == "siglip":
        return Siglip(record, rule, model=model, honest=honest)
    if record.kind == "sentence-transformer":
        return Text(record, rule, model=model, honest=honest)
    kind = Reranker if record.kind == "qwen3-vl-reranker" else Embedder
    return kind(record, rule, model=model, honest=honest, max_pixels=max_pixels or 0)


def unit(row: Row) -> Row:
    """L2-normalised in float64, as float32."""
    wide = row.astype(np.float64)
    return (wide / np.linalg.norm(wide)).astype(np.float32)


class Text:
    """Token numbers to hidden states to one of them."""

    def __init__(self, record: ModelRecord, rule: Rule, *, model: Any, honest: Pooling | None = None) -> None:
        self.record, self.rule, self.model = record, rule, model
        self.tokens = RawTokenizer(record)
        self._honest = honest or rule.pooling

    def ids(self, sample: Sample) -> list[int]:
        """What the transformer must be given for a sample."""
        return self._closed(self.tokens.ids(self.rule.before.get(sample.role, "") + (sample.content.text or "")))

    def alone(self, sample: Sample) -> Trace:
        """See ``observation.Runner``."""
        ids = self.ids(sample)
        pooled, honest = (self._pooled([ids], [sample], pooling)[0] for pooling in (self.rule.pooling, self._honest))
        return Trace(tuple(ids), self.pixels(sample), honest, self.answer(pooled))

    def together(self, samples: list[Sample]) -> tuple[Row, frozenset[str]]:
        """See ``observation.Runner``."""
        rows = [self.ids(sample) for sample in samples]
        pooled = self._pooled(rows, samples, self.rule.pooling)
        return np.stack([self.answer(row) for row in pooled]), sides_of(self._padded(rows)[1])

    def pixels(self, sample: Sample) -> Row | None:
        """What the vision tower must be given; None without an image."""
        return None

    def answer(self, pooled: Row) -> Row:
        """The vector that a pooled state becomes."""
        return unit(pooled)

    def _closed(self, ids: list[int]) -> list[int]:
        start = [self.tokens.control(self.rule.start)] if self.rule.start else []
        end = [self.tokens.control(self.rule.end)] if self.rule.end else []
        return [*start, *ids, *end]

    def _padded(self, rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Token numbers and mask, both (rows, longest)."""
        longest = max(map(len, rows))
        ids = np.full((len(rows), longest), self.model.config.get_text_config().pad_token_id or 0, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(rows):
            where = slice(0, len(tokens)) if self.rule.side == "right" else slice(longest - len(tokens), longest)
            ids[row, where], mask[row, where] = tokens, 1
        return ids, mask

    def _pooled(self, rows: list[list[int]], samples: list[Sample], pooling: Pooling) -> Row:
        import torch

        ids, mask = self._padded(rows)
        tensors = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask), **self._seen(ids, samples)}
        tensors = {name: tensor.to(self.model.device) for name, tensor in tensors.items()}
        if "pixel_values" in tensors:
            tensors["pixel_values"] = tensors["pixel_values"].to(self.model.dtype)
        with torch.inference_mode():
            states = self._trunk()(**tensors, **self._options()).last_hidden_state.float().cpu().numpy()
        return np.stack([self._one(state, row, pooling) for state, row in zip(states, mask, strict=True)])

    def _one(self, states: Row, mask: np.ndarray, pooling: Pooling) -> Row:
        if pooling == "mean":
            return states[mask.astype(bool)].mean(axis=0)
        if pooling == "cls":
            return states[0]
        return states[int(mask.sum()) - 1 if (self.rule.reads or self.rule.side) == "right" else -1]

    def _trunk(self) -> Any:
        return self.model

    def _options(self) -> dict[str, Any]:
        return {}

    def _seen(self, ids: np.ndarray, samples: list[Sample]) -> dict[str, Any]:
        return {}


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


class Siglip(Text):
    """A text padded to 64 tokens through the text tower, or a square image through the vision tower; no mask."""

    def __init__(self, record: ModelRecord, rule: Rule, *, model: Any, honest: Pooling | None = None) -> None:
        super().__init__(record, rule, model=model, honest=honest)
        self._images = Preparation.read(record.path)

    def ids(self, sample: Sample) -> list[int]:
        """A text's tokens, cut to leave room for the end token, padded as the rule says."""
        if sample.content.image:
            return []
        tokens = self._closed(self.tokens.ids(sample.content.text or "")[: 64 - bool(self.rule.end)])
        padding = [self._pad()] * (self.rule.full_length - len(tokens))
        return [*tokens, *padding] if self.rule.side == "right" else [*padding, *tokens]

    def pixels(self, sample: Sample) -> Row | None:
        """The square image, shape (3, height, width)."""
        return self._images.square_image(sample.content.image) if sample.content.image else None

    def together(self, samples: list[Sample]) -> tuple[Row, frozenset[str]]:
        """See ``observation.Runner``; there is no mask to stand anywhere."""
        rows = [self.ids(sample) for sample in samples]
        longest = max(map(len, rows))
        rows = [row + [self._pad()] * (longest - len(row)) if row else row for row in rows]
        return np.stack([self.answer(row) for row in self._pooled(rows, samples, self.rule.pooling)]), frozenset()

    def _pooled(self, rows: list[list[int]], samples: list[Sample], pooling: Pooling) -> Row:
        import torch

        out = np.empty((len(samples), self.record.dims), dtype=np.float32)
        read = [number for number, row in enumerate(rows) if row]
        seen = [number for number, row in enumerate(rows) if not row]
        with torch.inference_mode():
            if read:
                ids = torch.tensor([rows[number] for number in read], device=self.model.device)
                out[read] = self._states(self.model.text_model(input_ids=ids), pooling)
            if seen:
                pixels = torch.from_numpy(np.stack([self.pixels(samples[number]) for number in seen]))
                pixels = pixels.to(self.model.device, self.model.dtype)
                out[seen] = self._states(self.model.vision_model(pixel_values=pixels), pooling)
        return out

    def _states(self, states: Any, pooling: Pooling) -> Row:
        pooled = states.last_hidden_state.mean(dim=1) if pooling == "mean" else states.pooler_output
        return pooled.float().cpu().numpy()

    def _pad(self) -> int:
        return self.tokens.control(self.rule.pad)
