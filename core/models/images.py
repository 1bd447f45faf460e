"""The image budget: how large a model sees a picture, and how many tokens that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.errors import InputError
from core.pictures import MAX_RATIO, open_rgb

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GRID", "fit", "fitted", "image_tokens", "most_tokens", "open_rgb"]
GRID = 32
"""One visual token of Qwen3-VL covers 32 × 32 pixels: patches of 16, merged two by two."""


def fitted(width: int, height: int, *, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """Return the size in whole visual tokens within the budget that keeps the shape as nearly as the grid allows.

    The rule of the official code (qwen-vl-utils ``smart_resize``). A strip keeps a width of one token, so the longest
    ones can end above a very small budget, there and here.

    Raises:
        InputError: the image is more than 200 times as long as it is wide (the official code's limit).
    """
    if max(width, height) > MAX_RATIO * min(width, height):
        raise InputError("그림이 지나치게 길쭉합니다. 필요한 부분만 잘라 다시 올려 주세요.")
    new_width, new_height = (max(GRID, round(side / GRID) * GRID) for side in (width, height))
    if new_width * new_height > max_pixels:
        shrink = math.sqrt(width * height / max_pixels)
        new_width, new_height = (max(GRID, math.floor(side / shrink / GRID) * GRID) for side in (width, height))
    elif new_width * new_height < min_pixels:
        grow = math.sqrt(min_pixels / (width * height))
        new_width, new_height = (math.ceil(side * grow / GRID) * GRID for side in (width, height))
    return new_width, new_height


def image_tokens(width: int, height: int, *, min_pixels: int, max_pixels: int) -> int:
    """Return how many tokens a picture of that size becomes under a budget (512 × 512: 256)."""
    new_width, new_height = fitted(width, height, min_pixels=min_pixels, max_pixels=max_pixels)
    return new_width * new_height // GRID**2


def most_tokens(max_pixels: int) -> int:
    """Return the tokens of a picture that uses its whole budget."""
    return max(1, max_pixels // GRID**2)


def fit(image: Image.Image, *, min_pixels: int, max_pixels: int) -> Image.Image:
    """Resize to :func:`fitted` (bicubic).

    Done here and not in the processor because the official code does the same before it (``do_resize=False`` there).

    Raises:
        InputError: see :func:`fitted`.
    """
    return image.resize(fitted(*image.size, min_pixels=min_pixels, max_pixels=max_pixels))
