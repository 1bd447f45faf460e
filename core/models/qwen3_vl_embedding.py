"""The Qwen3-VL embedder through transformers.

Not through sentence-transformers: a folder without ``modules.json`` would silently get mean pooling there.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.batching import in_batches
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.precision import Placement
from core.models.qwen3_vl import END, Prompter, chat
from core.models.registry import ModelRecord


def instruction(prompt: str) -> str:
    """The official code ends an instruction with a full stop unless it ends in punctuation."""
    prompt = prompt.strip()
    return prompt if prompt and unicodedata.category(prompt[-1]).startswith("P") else prompt + "."


class Qwen3VLEmbedder:
    """Last hidden state of the closing ``<|endoftext|>`` token, normalised in fp32."""

    def __init__(self, record: ModelRecord, *, model: Any, prompter: Prompter, placement: Placement, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model, self._prompter, self._placement = record, model, prompter, placement

    def prompt(self, content: Content, *, role: Role) -> tuple[str, list[Any]]:
        """The whole prompt of one content and its image; a text that is too long loses its end, never the closing tokens."""
        part, images = self._prompter.part(content)
        system = instruction(self._record.prompts[role])
        room = self._record.max_tokens - self._prompter.room_taken(chat(system, "") + END, images)
        return chat(system, self._prompter.cut(part, room)) + END, images

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        return in_batches(contents, lambda batch: self._forward(batch, role), dims=self.info.dims)

    def _forward(self, contents: list[Content], role: Role) -> NDArray[np.float32]:
        import torch

        prompts, images = zip(*(self.prompt(content, role=role) for content in contents), strict=True)
        inputs = self._prompter.inputs(list(prompts), [image for each in images for image in each], side="right")
        inputs = {name: value.to(self._placement.device) for name, value in inputs.items()}
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(self._placement.dtype)
        with torch.inference_mode():
            hidden = self._model(**inputs, use_cache=False).last_hidden_state
            last = inputs["attention_mask"].sum(dim=1) - 1
            pooled = hidden[torch.arange(len(contents), device=hidden.device), last].float()
            return torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
