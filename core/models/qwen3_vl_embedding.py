"""The Qwen3-VL embedder through transformers.

Not through sentence-transformers: a folder without ``modules.json`` would silently get mean pooling there.
"""

from __future__ import annotations

import unicodedata
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.batching import MOST_ROWS, TOKENS, ahead, portions, token_batches
from core.models.beginning import Beginning
from core.models.contract import Content, LoadedModel, Role, Vectors
from core.models.last_layer import prune
from core.models.precision import Placement
from core.models.qwen3_vl import END, Prompter, chat, flatten_patches
from core.models.registry import ModelRecord


def instruction(prompt: str) -> str:
    """The official code ends an instruction with a full stop unless it ends in punctuation."""
    prompt = prompt.strip()
    return prompt if prompt and unicodedata.category(prompt[-1]).startswith("P") else prompt + "."


def _last_layer_is_plain(model: Any) -> bool:
    """Whether no visual features are added to the last text layer's states (they go to one early layer per deepstack tap)."""
    taps = len(model.config.vision_config.deepstack_visual_indexes)
    return taps < model.config.text_config.num_hidden_layers


class Qwen3VLEmbedder:
    """Last hidden state of the closing ``<|endoftext|>`` token, normalised in fp32."""

    def __init__(self, record: ModelRecord, *, model: Any, prompter: Prompter, placement: Placement, info: LoadedModel) -> None:
        self.info = info
        self._record, self._model, self._prompter, self._placement = record, model, prompter, placement
        flatten_patches(model)
        self._last = prune(model.language_model) if _last_layer_is_plain(model) else None
        self._beginnings: dict[Role, Beginning] = {}

    def prompt(self, content: Content, *, role: Role) -> tuple[str, list[Any]]:
        """The whole prompt of one content and its image; a text that is too long loses its end, never the closing tokens."""
        part, images = self._prompter.part(content)
        system = instruction(self._record.prompts[role])
        room = self._record.max_tokens - self._prompter.room_taken(chat(system, "") + END, images)
        return chat(system, self._prompter.cut(part, room)) + END, images

    def encode(self, contents: list[Content], *, role: Role) -> Vectors:
        """See ``core.models.contract.Encoder``."""
        out = np.empty((len(contents), self.info.dims), dtype=np.float32)

        def ready(rows: list[int]) -> tuple[list[list[int]], tuple[list[Any], ...]]:
            prompts, images = zip(*(self.prompt(contents[row], role=role) for row in rows), strict=True)
            return self._prompter.tokens(prompts, images), images

        for rows, (tokens, images) in ahead(ready, portions(contents, size=MOST_ROWS)):
            for batch in token_batches([len(ids) for ids in tokens], tokens=TOKENS[self._placement.device]):
                pictures = [image for number in batch for image in images[number]]
                out[[rows[number] for number in batch]] = self._forward([tokens[number] for number in batch], pictures, role)
        return out

    def _forward(self, tokens: list[list[int]], images: list[Any], role: Role) -> NDArray[np.float32]:
        import torch

        inputs = self._prompter.tensors(tokens, images, side="right")
        inputs = {name: value.to(self._placement.device) for name, value in inputs.items()}
        with torch.inference_mode():
            last = inputs["attention_mask"].sum(dim=1) - 1
            if len(tokens) == 1:  # as the official code does it, to the last state
                hidden = self._model(**inputs, use_cache=False).last_hidden_state[:, last[0]]
            else:
                hidden = self._together(tokens, inputs, last, role)
            return torch.nn.functional.normalize(hidden.float(), dim=-1).cpu().numpy()

    def _together(self, tokens: list[list[int]], inputs: dict[str, Any], last: Any, role: Role) -> Any:
        """Return the states at ``last`` without computing twice what all have in common, nor what nobody reads."""
        import torch

        given = dict(inputs)
        kinds = given.pop("mm_token_type_ids")
        if "image_grid_thw" in given:
            positions, _ = self._model.get_rope_index(given["input_ids"], kinds, image_grid_thw=given["image_grid_thw"],
                                                      attention_mask=given["attention_mask"])
        else:
            positions = torch.arange(kinds.shape[1], device=kinds.device).expand(3, *kinds.shape)
        beginning = self._beginning(role)
        skipped = beginning.length if beginning.begins(tokens) else 0
        if skipped:
            given["past_key_values"] = beginning.cache(len(tokens))
            given["input_ids"] = given["input_ids"][:, skipped:]
        given["position_ids"] = positions[:, :, skipped:]
        with nullcontext() if self._last is None else self._last.at(last - skipped):
            states = self._model(**given, use_cache=False).last_hidden_state
        return states[:, 0] if self._last is not None else states[torch.arange(len(tokens), device=states.device), last - skipped]

    def _beginning(self, role: Role) -> Beginning:
        if role not in self._beginnings:
            system = chat(instruction(self._record.prompts[role]), "")
            # Without the line break: a text that begins with one would melt with it into another token.
            text = system[: system.index("user\n") + len("user")]
            self._beginnings[role] = Beginning(self._model, self._prompter.tokens([text], [[]])[0], device=self._placement.device)
        return self._beginnings[role]
