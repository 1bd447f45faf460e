"""From an image file to the numbers a vision tower reads, by PIL and numpy alone."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What ``preprocessor_config.json`` says; the names are the file's."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    patch: int
    merge: int
    frames: int
    square: tuple[int, int] | None
    """Height and width where every image is brought to one size."""
    resample: Image.Resampling

    @classmethod
    def read(cls, folder: Path) -> Preparation:
        """Read the file of a checkpoint."""
        config = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        size = config.get("size") or {}
        return cls(
            mean=tuple(config["image_mean"]),
            std=tuple(config["image_std"]),
            patch=config.get("patch_size", 16),
            merge=config.get("merge_size", 2),
            frames=config.get("temporal_patch_size", 2),
            square=(size["height"], size["width"]) if "height" in size else None,
            resample=Image.Resampling(config.get("resample", 3)),
        )

    def square_image(self, data: bytes) -> Pixels:
        """SigLIP: stretched to the square, shape (3, height, width)."""
        assert self.square is not None
        height, width = self.square
        return self._scaled(_opened(data).resize((width, height), self.resample))

    def patches(self, data: bytes, *, min_pixels: int, max_pixels: int) -> tuple[Pixels, tuple[int, int]]:
        """Qwen3-VL: (patches, 3 · frames · patch²) in the order of merged 2 × 2 blocks, and the grid (rows, columns)."""
        image = _opened(data)
        height, width = smart_size(
            image.height, image.width, factor=self.patch * self.merge, min_pixels=min_pixels, max_pixels=max_pixels
        )
        values = self._scaled(image.resize((width, height), Image.Resampling.BICUBIC))
        rows, columns = height // self.patch, width // self.patch
        out = []
        for block_row in range(0, rows, self.merge):
            for block_column in range(0, columns, self.merge):
                for row in range(block_row, block_row + self.merge):
                    for column in range(block_column, block_column + self.merge):
                        top, left = row * self.patch, column * self.patch
                        patch = values[:, top : top + self.patch, left : left + self.patch]
                        out.append(np.repeat(patch[:, None], self.frames, axis=1).ravel())
        return np.stack(out), (rows, columns)

    def _scaled(self, image: Image.Image) -> Pixels:
        values = np.asarray(image, dtype=np.float32) / 255.0
        values = (values - np.float32(self.mean)) / np.float32(self.std)
        return np.ascontiguousarray(values.transpose(2, 0, 1), dtype=np.float32)


def smart_size(height: int, width: int, *, factor: int, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """The published rule: both sides multiples of ``factor``, the area within bounds, the shape as near as that allows."""
    new_height, new_width = (max(factor, round(side / factor) * factor) for side in (height, width))
    if new_height * new_width > max_pixels:
        ratio = math.sqrt(height * width / max_pixels)
        new_height, new_width = (max(factor, math.floor(side / ratio / factor) * factor) for side in (height, width))
    elif new_height * new_width < min_pixels:
        ratio = math.sqrt(min_pixels / (height * width))
        new_height, new_width = (math.ceil(side * ratio / factor) * factor for side in (height, width))
    return new_height, new_width


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
