"""The loaded models, as the suite needs to see them: the networks inside, what they weigh, and whether one did not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.bench.gpu_suite.checkpoints import RandomRecord
from core.models.quantised import module_bytes

_NETWORKS = ("Qwen3VLModel", "XLMRobertaModel")


class SteppedDownError(RuntimeError):
    """A model came at another precision than asked for: at that one it did not fit."""


def load_random(record: RandomRecord, *, precision: str, device: str, max_pixels: int | None) -> Any:
    """Load a model with random weights through the models' one door.

    Raises:
        core.errors.ModelError: it does not load or does not fit.
        SteppedDownError: it was loaded at another precision than asked for.
    """
    from core.models.loading import load

    model = load(record, precision=precision, device=device, max_pixels=max_pixels)
    if model.info.precision != precision:
        raise SteppedDownError(f"asked for {precision}, got {model.info.precision}: {' '.join(model.info.notes)}")
    return model


def networks(model: Any) -> Iterator[Any]:
    """Yield the torch modules whose calls are a model's forward passes."""
    import torch

    for held in vars(model).values():
        if not isinstance(held, torch.nn.Module):
            continue
        if hasattr(held, "vision_model"):
            yield from (held.text_model, held.vision_model)
        else:
            yield from (part for part in held.modules() if type(part).__name__ in _NETWORKS)


def does_not_fit(error: BaseException) -> bool:
    """Whether memory is what failed, whoever reported it."""
    import torch

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, torch.OutOfMemoryError | MemoryError | SteppedDownError):
            return True
        seen = seen.__cause__
    return False


def weights_bytes(model: Any) -> int:
    """Return what a model's weights take, with the scales that belong to 4-bit ones."""
    import torch

    return module_bytes(value for value in vars(model).values() if isinstance(value, torch.nn.Module))
