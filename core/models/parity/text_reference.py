"""The published rules of a text encoder by hand; what the other references have in common with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models.parity.observation import Row, Trace, sides_of, unit
from core.models.parity.rule import Pooling, Rule
from core.models.parity.samples import Sample
from core.models.parity.tokens import RawTokenizer
from core.models.record import ModelRecord


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
