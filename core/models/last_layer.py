"""The last layer at the one position that is read: the rest of its work nobody would look at.

An embedding is a single position's state. The last layer needs the keys and values of all positions, but query, output
and feed-forward of that one only. The layers below are untouched. In a batch this gives the same vectors; whoever uses it
falls back to the whole layer where :func:`prune` does not know the architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class LastLayer:
    """Holds where to read while a forward pass runs; passes of one model never run at the same time (engine's rule)."""

    def __init__(self) -> None:
        self._positions: Any = None

    @contextmanager
    def at(self, positions: Any) -> Iterator[None]:
        """Let the last layer give only these positions: one for each row, shape (rows,); states come as (rows, 1, hidden)."""
        self._positions = positions
        try:
            yield
        finally:
            self._positions = None

    def install(self, layer: Any, pruned: Callable[..., Any]) -> None:
        """Put ``pruned(layer, read, hidden_states, attention_mask, **named)`` before the layer's own forward."""
        whole = layer.forward

        def forward(hidden_states: Any, *arguments: Any, attention_mask: Any = None, **named: Any) -> Any:
            if arguments:
                attention_mask, *arguments = arguments
            if self._positions is None:
                return whole(hidden_states, attention_mask, *arguments, **named) if arguments else whole(
                    hidden_states, attention_mask=attention_mask, **named)
            return pruned(layer, _Reader(self._positions, hidden_states), hidden_states, attention_mask, **named)

        layer.forward = forward


def prune(network: Any) -> LastLayer | None:
    """Return the switch of a text network, or None where its architecture is not known here."""
    known: dict[str, tuple[Callable[[Any], Any], Callable[..., Any]]] = {
        "qwen3_vl_text": (lambda net: net.layers[-1], _qwen),
        "xlm-roberta": (lambda net: net.encoder.layer[-1], _roberta),
        "siglip_text_model": (lambda net: net.encoder.layers[-1], _siglip),
    }
    config = network.config
    if config.model_type not in known or config._attn_implementation != "sdpa" or getattr(config, "is_decoder", False):
        return None
    find, pruned = known[config.model_type]
    switch = LastLayer()
    switch.install(find(network), pruned)
    return switch


class _Reader:
    """Takes the read positions out of states, and their lines out of a mask."""

    def __init__(self, positions: Any, states: Any) -> None:
        import torch

        self._rows, self._positions = torch.arange(len(states), device=states.device), positions.to(states.device)

    def states(self, states: Any) -> Any:
        """(rows, tokens, …) → (rows, 1, …)."""
        return states[self._rows, self._positions][:, None]

    def mask(self, mask: Any) -> Any:
        """(rows, 1, tokens, keys) → (rows, 1, 1, keys)."""
        if mask is None or mask.shape[-2] == 1:
            return mask
        return mask.expand(len(self._rows), -1, -1, -1)[self._rows, :, self._positions][:, :, None]


def _attend(query: Any, key: Any, value: Any, mask: Any, scale: float) -> Any:
    import torch

    grouped = key.shape[1] != query.shape[1]
    out = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scale, enable_gqa=grouped)
    return out.transpose(1, 2).flatten(2)


def _heads(states: Any, size: int) -> Any:
    return states.unflatten(-1, (-1, size))


def _roberta(layer: Any, read: _Reader, states: Any, mask: Any, **_: Any) -> Any:
    inner, one = layer.attention.self, read.states(states)
    query, key, value = (
        _heads(project(of), inner.attention_head_size).transpose(1, 2)
        for project, of in ((inner.query, one), (inner.key, states), (inner.value, states))
    )
    return layer.feed_forward_chunk(layer.attention.output(_attend(query, key, value, read.mask(mask), inner.scaling), one))


def _siglip(layer: Any, read: _Reader, states: Any, mask: Any, **_: Any) -> Any:
    inner, normed, one = layer.self_attn, layer.layer_norm1(states), read.states(states)
    query, key, value = (
        _heads(project(of), inner.head_dim).transpose(1, 2)
        for project, of in ((inner.q_proj, read.states(normed)), (inner.k_proj, normed), (inner.v_proj, normed))
    )
    one = one + inner.out_proj(_attend(query, key, value, read.mask(mask), inner.scale))
    return one + layer.mlp(layer.layer_norm2(one))


def _qwen(layer: Any, read: _Reader, states: Any, mask: Any, *, position_embeddings: Any, past_key_values: Any = None,
          **_: Any) -> Any:
    from transformers.models.qwen3_vl.modeling_qwen3_vl import apply_rotary_pos_emb

    inner, normed, one = layer.self_attn, layer.input_layernorm(states), read.states(states)
    query = inner.q_norm(_heads(inner.q_proj(read.states(normed)), inner.head_dim)).transpose(1, 2)
    key = inner.k_norm(_heads(inner.k_proj(normed), inner.head_dim)).transpose(1, 2)
    value = _heads(inner.v_proj(normed), inner.head_dim).transpose(1, 2)
    cos, sin = (each.expand(len(states), -1, -1) for each in position_embeddings)
    _, key = apply_rotary_pos_emb(key[:, :1], key, cos, sin)
    query, _ = apply_rotary_pos_emb(query, query, read.states(cos), read.states(sin))
    if past_key_values is not None:
        key, value = past_key_values.update(key, value, inner.layer_idx)
    one = one + inner.o_proj(_attend(query, key, value, read.mask(mask), inner.scaling))
    return one + layer.mlp(layer.post_attention_layernorm(one))
