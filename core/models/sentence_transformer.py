"""KURE and other text embedders through sentence-transformers, which is right for them: CLS pooling, then normalise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.models.batching import TOKENS, ahead, in_batches, token_batches
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.last_layer import prune
from core.models.registry import ModelRecord

_PORTION = 128
"""Texts tokenised together, while the ones before them are computed."""


class TextEmbedder:
    """A text-only encoder. An image beside a text is ignored; an image alone is refused."""

    def __init__(self, record: ModelRecord, *, model: Any, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model = record, model
        self._last = prune(model[0].model) if _reads_first_state(model) else None

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        if any(content.text is None for content in contents):
            raise InputError("이 모델은 글만 읽습니다. 그림 대신 찾을 내용을 글로 적어 주세요.")
        prompt = self._record.prompts.get(role, "")
        # A dictionary, because a bare string that happens to be a path or an address may be opened as a file.
        inputs = [{"text": prompt + (content.text or "")} for content in contents]
        if self._last is None or len(inputs) < 2:
            return in_batches(inputs, self._forward, lengths=[len(each["text"]) for each in inputs], dims=self.info.dims)
        out = np.empty((len(inputs), self.info.dims), dtype=np.float32)
        order = sorted(range(len(inputs)), key=lambda row: len(inputs[row]["text"]))
        parts = [order[start : start + _PORTION] for start in range(0, len(order), _PORTION)]
        for rows, features in ahead(lambda rows: self._model.preprocess([inputs[row] for row in rows]), parts):
            lengths = features["attention_mask"].sum(dim=1).tolist()
            for batch in token_batches(lengths, tokens=TOKENS[self.info.device]):
                out[[rows[number] for number in batch]] = self._first_states(features, batch, max(lengths[number] for number in batch))
        return out

    def _forward(self, inputs: list[dict[str, str]]) -> NDArray[np.float32]:
        import torch

        rows = self._model.encode(inputs, batch_size=len(inputs), convert_to_tensor=True, show_progress_bar=False)
        return torch.nn.functional.normalize(rows.float(), dim=-1).cpu().numpy()

    def _first_states(self, features: dict[str, Any], batch: list[int], longest: int) -> NDArray[np.float32]:
        import torch

        cut = {name: features[name][batch, :longest].to(self.info.device) for name in ("input_ids", "attention_mask")}
        with torch.inference_mode(), self._last.at(torch.zeros(len(batch), dtype=torch.long, device=self.info.device)):
            states = self._model[0].model(**cut).last_hidden_state[:, 0]
            return torch.nn.functional.normalize(states.float(), dim=-1).cpu().numpy()


def _reads_first_state(model: Any) -> bool:
    """Whether the vector is the first token's state, normalised, and nothing else happens to it or to the text."""
    names = [type(module).__name__ for module in model]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return False
    return model[1].get_config_dict().get("pooling_mode") == "cls" and model.tokenizer.padding_side == "right"
