"""The published rules of SigLIP by hand: two towers, and no mask for either."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models.parity.observation import Row
from core.models.parity.pixels import Preparation
from core.models.parity.rule import Pooling, Rule
from core.models.parity.samples import Sample
from core.models.parity.text_reference import Text
from core.models.record import ModelRecord


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
