"""Opening an image for a model: whatever the file holds, out comes upright 8-bit RGB on white."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InputError

_DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


def open_rgb(data: bytes) -> Image.Image:
    """Decode an image file.

    The EXIF orientation is applied, transparency is laid on white (a figure's ink is black: on black it would vanish),
    16-bit greys are scaled to 8 bits (PIL alone would clip them to white) and CMYK is converted.

    Raises:
        InputError: the bytes are not an image, are cut short, or would unpack to an absurd size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError("그림의 가로세로가 너무 큽니다. 크기를 줄여 다시 올려 주세요.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise InputError("그림 파일을 열 수 없습니다. 깨지지 않은 PNG나 JPEG 파일인지 확인해 주세요.") from error
    return _on_white(_eight_bits(ImageOps.exif_transpose(image)))


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode not in _DEEP_MODES:
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = values.max(initial=0.0)
    full = 65535.0 if image.mode != "F" or top > 255 else (255.0 if top > 1 else 1.0)
    if image.mode == "I" and top > 65535:
        full = float(2**31 - 1)
    return Image.fromarray(np.clip(values / full * 255, 0, 255).round().astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")
