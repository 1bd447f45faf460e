"""From a decoded picture to the numbers a vision tower reads, in a few array operations.

The image processors of transformers do the same in many; both give equal values (tests hold them together). How a byte
becomes a number is not computed here but read off the processor once, over all 256 of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.float32]
_SIDE = 32
"""Of the probe that holds every byte value: 32 × 32 pixels, one visual token."""


def table(processor: Any) -> Pixels:
    """Return what an image processor makes of each byte, shape (3, 256), from a picture it need not resize."""
    from PIL import Image

    probe = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE).astype(np.uint8)
    image = Image.fromarray(np.stack([probe] * 3, axis=-1))
    seen = np.asarray(processor(images=[image], do_resize=False, return_tensors="np")["pixel_values"], dtype=np.float32)
    order = patches(np.stack([probe] * 3), patch=processor.patch_size, merge=processor.merge_size,
                    frames=processor.temporal_patch_size) if seen.ndim == 2 else np.stack([probe] * 3)[None]
    channel = channels(seen.shape, frames=getattr(processor, "temporal_patch_size", 1))
    found = np.empty((3, 256), dtype=np.float32)
    found[channel.ravel(), order.ravel()] = seen.ravel()
    return found


def channels(shape: tuple[int, ...], *, frames: int) -> NDArray[np.intp]:
    """Return which colour each number of the processor's output belongs to: a row of patches, or an image of planes."""
    if len(shape) == 2:
        return np.broadcast_to(np.repeat(np.arange(3), shape[1] // 3), shape)
    return np.broadcast_to(np.arange(3)[None, :, None, None], shape)


def planes(image: Image.Image, values: Pixels) -> Pixels:
    """Return an RGB picture as three planes of numbers, shape (3, height, width)."""
    bytes_ = np.asarray(image)
    return np.stack([values[channel][bytes_[:, :, channel]] for channel in range(3)])


def patches(colours: NDArray[Any], *, patch: int, merge: int, frames: int) -> NDArray[Any]:
    """Cut planes into Qwen3-VL's patches, shape (patches, 3 · frames · patch · patch).

    The ``merge`` × ``merge`` patches of one visual token stand together; a still picture is repeated for each frame.
    """
    _, height, width = colours.shape
    down, across = height // patch, width // patch
    cut = colours.reshape(3, down // merge, merge, patch, across // merge, merge, patch).transpose(1, 4, 2, 5, 0, 3, 6)
    cut = np.broadcast_to(cut[:, :, :, :, :, None], (*cut.shape[:5], frames, patch, patch))
    return cut.reshape(down * across, 3 * frames * patch * patch)
