"""SigLIP through transformers: one vector space, a text tower for short queries and an image tower for figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.batching import in_batches
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.precision import Placement
from core.models.registry import ModelRecord
from core.pictures import open_rgb


class SiglipEncoder:
    """A content with an image goes through the image tower (its text is ignored), a text alone through the text tower.

    Images are resized to the model's square without padding, as its own processor does.
    """

    def __init__(self, record: ModelRecord, *, model: Any, tokenizer: Any, images: Any, placement: Placement, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model, self._placement = record, model, placement
        self._tokenizer, self._images = tokenizer, images

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        out = np.empty((len(contents), self.info.dims), dtype=np.float32)
        for with_image, forward in ((True, self._see), (False, self._read)):
            rows = [row for row, content in enumerate(contents) if (content.image is not None) is with_image]
            out[rows] = in_batches([contents[row] for row in rows], forward, dims=self.info.dims)
        return out

    def _see(self, contents: list[Content]) -> NDArray[np.float32]:
        pixels = self._images(images=[open_rgb(content.image or b"") for content in contents], return_tensors="pt")
        pixels = pixels["pixel_values"].to(self._placement.device, self._placement.dtype)
        return self._pooled(self._model.get_image_features, pixel_values=pixels)

    def _read(self, contents: list[Content]) -> NDArray[np.float32]:
        # The pooler reads the last position, and training never masked: padding to the full length is part of the model.
        # So are lower-case texts; SigLIP 2 checkpoints name a tokenizer that would leave capitals as they are.
        tokens = self._tokenizer(
            [(content.text or "").lower() for content in contents],
            padding="max_length",
            truncation=True,
            max_length=self._record.max_tokens,
            return_tensors="pt",
        )
        return self._pooled(self._model.get_text_features, input_ids=tokens["input_ids"].to(self._placement.device))

    def _pooled(self, features: Any, **inputs: Any) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            vectors = features(**inputs).pooler_output.float()
            return torch.nn.functional.normalize(vectors, dim=-1).cpu().numpy()
