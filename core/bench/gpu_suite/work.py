"""How much a forward pass has to multiply, and how much of what passes through is padding."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from core.bench.gpu_suite.models import networks
from core.bench.gpu_suite.timing import synchronise

_MERGED = 4
"""Patches to one visual token."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Weights that each unit is multiplied with once; two operations a weight.

    Embedding tables are looked up, not multiplied, and the products inside attention are left out.
    """

    per_token: int
    per_patch: int
    per_visual_token: int

    def operations(self, *, tokens: int, patches: int) -> int:
        """Return floating-point operations for so many tokens and image patches."""
        return 2 * (self.per_token * tokens + self.per_patch * patches + self.per_visual_token * patches // _MERGED)


def cost(skeleton: Any) -> Cost:
    """Count from a model on the meta device, which quantisation has not repacked."""
    import torch

    token = patch = visual_token = 0
    for name, module in skeleton.named_modules():
        if not isinstance(module, torch.nn.Linear | torch.nn.Conv2d | torch.nn.Conv3d):
            continue
        weights = module.weight.numel()
        if "lm_head" in name or "pooler" in name or ".head" in name:
            continue  # once an input, not once a token
        if "merger" in name:
            visual_token += weights
        elif "visual" in name or "vision_model" in name:
            patch += weights
        else:
            token += weights
    return Cost(token, patch, visual_token)


@dataclass(slots=True)
class Seen:
    """What went through a model's networks."""

    passes: int = 0
    most_rows: int = 0
    """Of one pass."""
    tokens: int = 0
    """Of the contents, padding apart, whether computed now or taken from the beginning that all of them share."""
    computed: int = 0
    """Of these, the ones that were computed."""
    padded: int = 0
    """The computed ones with their padding."""
    patches: int = 0
    forward_s: float = 0.0

    @property
    def padding_share(self) -> float:
        """Return the part of what was computed that is padding."""
        return 1 - self.computed / self.padded if self.padded else 0.0


@contextmanager
def watched(model: Any, *, device: str) -> Iterator[Seen]:
    """Count what passes through a model's networks and how long they take; it waits for the device, so time nothing else here.

    The networks' ``forward`` is wrapped, because sentence-transformers calls it past torch's hooks.
    """
    seen = Seen()
    with ExitStack() as undo:
        for network in networks(model):
            undo.callback(_restore, network, vars(network).get("forward"))
            network.forward = _counting(network.forward, seen, device)
        yield seen


def _counting(forward: Callable[..., Any], seen: Seen, device: str) -> Callable[..., Any]:
    @wraps(forward)
    def counted(*arguments: Any, **inputs: Any) -> Any:
        _count(seen, inputs)
        synchronise(device)
        start = time.perf_counter()
        answer = forward(*arguments, **inputs)
        synchronise(device)
        seen.forward_s += time.perf_counter() - start
        return answer

    return counted


def _restore(network: Any, forward: Callable[..., Any] | None) -> None:
    del network.forward
    if forward is not None:  # accelerate puts one of its own on the instance
        network.forward = forward


def _count(seen: Seen, inputs: dict[str, Any]) -> None:
    ids, mask, pixels = (inputs.get(name) for name in ("input_ids", "attention_mask", "pixel_values"))
    seen.passes += 1
    if ids is not None:
        seen.most_rows = max(seen.most_rows, ids.shape[0])
        seen.padded += ids.numel()
        # The mask also covers the tokens whose states came from a cache, on the left of the ones given.
        seen.computed += ids.numel() if mask is None else int(mask[:, -ids.shape[1] :].sum())
        seen.tokens += ids.numel() if mask is None else int(mask.sum())
    if pixels is not None:  # Qwen3-VL is given patches in rows, SigLIP whole images of 16 × 16 patches a square
        seen.most_rows = max(seen.most_rows, 0 if pixels.ndim == 2 else pixels.shape[0])
        seen.patches += pixels.shape[0] if pixels.ndim == 2 else pixels.shape[0] * (pixels.shape[-1] // 16) ** 2
