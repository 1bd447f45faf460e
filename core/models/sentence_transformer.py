"""KURE and other text embedders through sentence-transformers, which is right for them: CLS pooling, then normalise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.models.batching import in_batches
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.registry import ModelRecord


class TextEmbedder:
    """A text-only encoder. An image beside a text is ignored; an image alone is refused."""

    def __init__(self, record: ModelRecord, *, model: Any, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model = record, model

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        if any(content.text is None for content in contents):
            raise InputError("이 모델은 글만 읽습니다. 그림 대신 찾을 내용을 글로 적어 주세요.")
        prompt = self._record.prompts.get(role, "")
        return in_batches(contents, lambda batch: self._forward(batch, prompt), dims=self.info.dims)

    def _forward(self, contents: list[Content], prompt: str) -> NDArray[np.float32]:
        # A dictionary, because a bare string that happens to be a path or an address may be opened as a file.
        import torch

        rows = self._model.encode(
            [{"text": prompt + (content.text or "")} for content in contents],
            batch_size=len(contents),
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        return torch.nn.functional.normalize(rows.float(), dim=-1).cpu().numpy()
