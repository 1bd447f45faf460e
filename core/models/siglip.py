"""SigLIP through transformers: one vector space, a text tower for short queries and an image tower for figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models import pixels
from core.models.batching import ahead, portions
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.last_layer import prune
from core.models.precision import Placement
from core.models.registry import ModelRecord
from core.pictures import open_rgb

_BATCH = 16


class SiglipEncoder:
    """A content with an image goes through the image tower (its text is ignored), a text alone through the text tower.

    Images are resized to the model's square without padding, as its own processor does.
    """

    def __init__(self, record: ModelRecord, *, model: Any, tokenizer: Any, images: Any, placement: Placement, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model, self._placement = record, model, placement
        self._tokenizer, self._images = tokenizer, images
        self._values = pixels.table(images)
        self._last = prune(model.text_model)

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        out = np.empty((len(contents), self.info.dims), dtype=np.float32)

        def ready(rows: list[int]) -> Any:
            if contents[rows[0]].image is None:
                return self._tokens([contents[row].text or "" for row in rows])
            return self._pixels([contents[row].image or b"" for row in rows])

        for rows, inputs in ahead(ready, portions(contents, size=_BATCH)):
            out[rows] = self._read(inputs) if contents[rows[0]].image is None else self._see(inputs)
        return out

    def _pixels(self, files: list[bytes]) -> NDArray[np.float32]:
        size = (self._images.size["width"], self._images.size["height"])
        return np.stack([pixels.planes(open_rgb(data).resize(size, self._images.resample), self._values) for data in files])

    def _tokens(self, texts: list[str]) -> Any:
        # The pooler reads the last position, and training never masked: padding to the full length is part of the model.
        # So are lower-case texts; SigLIP 2 checkpoints name a tokenizer that would leave capitals as they are.
        lower = [text.lower() for text in texts]
        length = self._record.max_tokens
        return self._tokenizer(lower, padding="max_length", truncation=True, max_length=length, return_tensors="pt")["input_ids"]

    def _see(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        inputs = torch.from_numpy(values).to(self._placement.device, self._placement.dtype)
        return self._pooled(self._model.get_image_features, pixel_values=inputs)

    def _read(self, tokens: Any) -> NDArray[np.float32]:
        import torch

        tokens = tokens.to(self._placement.device)
        if self._last is None or len(tokens) < 2:
            return self._pooled(self._model.get_text_features, input_ids=tokens)
        with self._last.at(torch.full((len(tokens),), tokens.shape[1] - 1, device=tokens.device)):
            return self._pooled(self._model.get_text_features, input_ids=tokens)

    def _pooled(self, features: Any, **inputs: Any) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            vectors = features(**inputs).pooler_output.float()
            return torch.nn.functional.normalize(vectors, dim=-1).cpu().numpy()
