"""Opening a picture: the one place where the bytes of an image file are decoded.

Whatever opens here can be encoded by every image model, and whatever cannot is refused with a sentence: imported figures,
uploads and the models all come through this door, so none of them can disagree.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InputError

log = logging.getLogger(__name__)

MAX_PIXELS = 40_000_000
MAX_RATIO = 200
"""The image processor of Qwen3-VL refuses a picture whose long side is more than 200 times its short one."""
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp", "BMP": "image/bmp"}
"""What can be used, by Pillow's name of the format."""
_DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture and judge it by its header alone; not a single pixel is decoded yet.

    Raises:
        InputError: not a picture, not of a usable format, broken, animated, or too large in pixels or proportions.
    """
    if _looks_like_svg(data):
        raise InputError("SVG 그림은 쓸 수 없습니다. PNG나 JPEG로 바꾸어 주세요.")
    try:
        with warnings.catch_warnings():
            # Pillow warns above its own pixel limit; _measure() refuses well below it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(MEDIA_TYPES))
    except UnidentifiedImageError as error:
        usable = ", ".join(MEDIA_TYPES)
        raise InputError(f"그림 파일이 아니거나 쓸 수 없는 형식입니다. 쓸 수 있는 형식: {usable}.") from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise broken(error) from error
    with image:
        _measure(image)
        _one_frame(image)
        yield image


def decode(image: Image.Image) -> None:
    """Decode an opened picture, whole.

    Raises:
        InputError: it is cut short or damaged.
    """
    try:
        image.load()
    except Exception as error:
        raise broken(error) from error


def open_rgb(data: bytes) -> Image.Image:
    """Decode an image file to upright 8-bit RGB on white.

    The EXIF orientation is applied, transparency is laid on white (a figure's ink is black: on black it would vanish),
    16-bit greys are scaled to 8 bits (Pillow alone would clip them to white) and CMYK is converted.

    Raises:
        InputError: see :func:`opened` and :func:`decode`.
    """
    with opened(data) as image:
        decode(image)
        return _on_white(_eight_bits(_upright(image)))


def broken(error: Exception) -> InputError:
    """The one sentence for a picture whose bytes do not decode; the cause goes to the log."""
    log.info("a picture could not be decoded: %s", error)
    return InputError("그림 파일이 깨져 있어 열 수 없습니다. 원본에서 다시 저장해 주세요.")


def _looks_like_svg(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in data[:4096].lower()


def _measure(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if max(width, height) > MAX_RATIO * min(width, height):
        raise InputError(f"그림의 가로세로 비가 {MAX_RATIO}배를 넘습니다({width}×{height}). 필요한 부분만 잘라 주세요.")


def _one_frame(image: Image.Image) -> None:
    try:
        frames = getattr(image, "n_frames", 1)
    except Exception as error:
        raise broken(error) from error
    if frames > 1:
        raise InputError("움직이는 그림은 쓸 수 없습니다. 한 장면을 PNG로 저장해 주세요.")


def _too_many_pixels() -> InputError:
    return InputError(f"그림이 너무 큽니다. {MAX_PIXELS // 10_000:,}만 화소 이하로 줄여 주세요.")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # Such a tag turns the picture in no viewer either.
        log.info("an unreadable EXIF orientation was left aside", exc_info=True)
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode not in _DEEP_MODES:
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
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
