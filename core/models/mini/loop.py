"""The training loop all four share: AdamW with warm-up and cosine decay, averaged weights, the best validated state kept."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

_log = logging.getLogger(__name__)
AVERAGING = 0.98


def fit(
    model: nn.Module,
    *,
    loss: Callable[[int], Tensor],
    validate: Callable[[nn.Module], float],
    steps: int,
    minutes: float,
    rate: float,
    every: int = 50,
    name: str,
) -> float:
    """Train in place; afterwards the model holds the averaged weights that did best on validation.

    Args:
        loss: the loss of a step's batch.
        validate: a score to be maximised.
        steps: planned steps; the learning rate falls to zero over them, or over the time if that runs out first.
    """
    decayed = [weight for weight in model.parameters() if weight.ndim > 1]
    plain = [weight for weight in model.parameters() if weight.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=rate, betas=(0.9, 0.98)
    )
    averaged = copy.deepcopy(model)
    best, best_state, started, losses = -math.inf, None, time.monotonic(), []
    for step in range(1, steps + 1):
        done = max(step / steps, (time.monotonic() - started) / (60 * minutes))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, step / 30) * max(0.02, 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
        model.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            value = loss(step)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(value.item())
        with torch.no_grad():
            keep = min(AVERAGING, step / (step + 10))
            for mean, weight in zip(averaged.parameters(), model.parameters(), strict=True):
                mean.lerp_(weight, 1 - keep)
        if step % every == 0 or step == steps or done >= 1:
            score = validate(averaged.eval())
            _log.info(
                "%s step %d loss %.3f validation %.3f (%.0f s)",
                name, step, sum(losses) / len(losses), score, time.monotonic() - started,
            )
            losses.clear()
            if score > best:
                best, best_state = score, copy.deepcopy(averaged.state_dict())
        if done >= 1:
            break
    if best_state is not None:
        model.load_state_dict(best_state)
    model.eval()
    return best
