"""The beginning that all prompts of a role share: computed once, its keys and values then lent to every batch.

Each token sees only what stands before it, so the states of a common beginning do not depend on what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Beginning:
    """The tokens of a beginning and what the network's layers remember of them."""

    def __init__(self, network: Any, tokens: list[int], *, device: str) -> None:
        import torch

        self._tokens = tokens
        self._config = network.config.text_config
        ids = torch.tensor([tokens], device=device)
        with torch.inference_mode():
            cache = network.language_model(input_ids=ids, use_cache=True).past_key_values
        self._layers = [(layer.keys, layer.values) for layer in cache.layers]

    @property
    def length(self) -> int:
        """How many tokens it is."""
        return len(self._tokens)

    def begins(self, prompts: Sequence[list[int]]) -> bool:
        """Whether every prompt begins with exactly these tokens, and goes on."""
        return all(len(ids) > self.length and ids[: self.length] == self._tokens for ids in prompts)

    def cache(self, rows: int) -> Any:
        """Return a cache for a forward pass of so many rows, with the beginning in it; the pass may write to it."""
        from transformers import DynamicCache

        cache = DynamicCache(config=self._config)
        for number, (keys, values) in enumerate(self._layers):
            cache.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1), number)
        return cache
