"""What a number came from, in words: model, precision, device, dimensions, pixel budget, and what was settled for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.models import registry
from core.models.contract import LoadedModel
from core.models.images import image_tokens

MINIATURE = "축소 모델"


def full(models: Sequence[LoadedModel]) -> str:
    """Return every model with everything that decides its numbers."""
    return " + ".join(dict.fromkeys(f"{model.id} ({_joined(_settings([model]))})" for model in models))


def short(models: Sequence[LoadedModel]) -> str:
    """Return the models' settings in one line; where they differ, each one's."""
    return _joined(_settings(models))


def badges(models: Sequence[LoadedModel]) -> list[str]:
    """Return what the models were settled for: a miniature instead of the real one, 4 bits instead of 16."""
    small = [model.miniature for model in models]
    found = [MINIATURE if all(small) else f"일부 {MINIATURE}"] if any(small) else []
    return [*found, "4-bit"] if any(model.precision.endswith("nf4") for model in models) else found


def tokens(models: Iterable[LoadedModel], size: tuple[int, int]) -> list[int]:
    """Return how many tokens a picture of that size (width, height) takes, for each model with an image budget."""
    found = []
    for model in models:
        least = registry.record(model.key).min_pixels
        if model.max_pixels is not None and least is not None:
            found.append(image_tokens(*size, min_pixels=least, max_pixels=model.max_pixels))
    return list(dict.fromkeys(found))


def _settings(models: Sequence[LoadedModel]) -> list[list[str]]:
    return [
        [model.precision for model in models],
        [model.device for model in models],
        [str(model.dims) for model in models if model.dims],
        [pixels(model.max_pixels) for model in models if model.max_pixels],
    ]


def _joined(settings: list[list[str]]) -> str:
    units = ("", "", "차원", "")
    # Dimensions are told of every channel, the rest only where channels differ.
    kept = [values if unit else list(dict.fromkeys(values)) for values, unit in zip(settings, units, strict=True)]
    return " · ".join("+".join(values) + unit for values, unit in zip(kept, units, strict=True) if values)


def pixels(budget: int) -> str:
    """Return a pixel budget as the square it allows where it is one: ``512×512px``."""
    side = round(budget**0.5)
    return f"{side}×{side}px" if side * side == budget else f"{budget:,}px"
