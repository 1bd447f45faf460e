"""Is this really a picture, and one the models can take? The one gate for imported figures and uploaded ones."""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from core.errors import InputError

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_RATIO = 200
"""The image processor of Qwen3-VL refuses a picture whose long side is more than 200 times its short one."""

_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
}
_SUFFIXES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}
_USABLE = "PNG, JPEG, GIF, WebP, BMP"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the bytes say about themselves (never what a file name says)."""

    media_type: str
    width: int
    height: int


def check(data: bytes, *, name: str = "") -> ImageFacts:
    """Decode the picture once, whole, and return what it is.

    Args:
        data: the encoded file.
        name: its file name, where there is one: a suffix that says another format than the bytes do is refused.

    Raises:
        InputError: not a picture, a fake suffix, broken, animated, or too large in bytes, pixels or proportions.
    """
    if not data:
        raise InputError("그림 파일이 비어 있습니다. 다른 파일을 고르세요.")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"그림 파일이 {len(data) / 1024 / 1024:.1f} MB입니다. {MAX_BYTES // 1024 // 1024} MB 이하로 줄여 주세요."
        )
    with _opened(data) as image:
        media_type = _media_type(image, name)
        _measure(image)
        if getattr(image, "n_frames", 1) > 1:
            raise InputError("움직이는 그림은 쓸 수 없습니다. 한 장면을 PNG로 저장해 주세요.")
        width, height = image.size
        _decode(image)
    with _opened(data) as image:
        # load() forgives what verify() does not (a PNG's checksums), and an image is unusable after verify().
        try:
            image.verify()
        except Exception as error:
            raise _broken(error) from error
    return ImageFacts(media_type, width, height)


def opened_rgb(data: bytes) -> Image.Image:
    """Return the picture as RGB, upright, anything transparent shown on white.

    Raises:
        InputError: the bytes cannot be decoded.
    """
    from PIL import ImageOps

    with _opened(data) as image:
        _measure(image)
        _decode(image)
        upright = ImageOps.exif_transpose(image)
        if upright.mode == "RGB":
            return upright.copy()
        rgba = upright.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")


def _opened(data: bytes) -> Image.Image:
    if _looks_like_svg(data):
        raise InputError("SVG 그림은 쓸 수 없습니다. PNG나 JPEG로 바꾸어 주세요.")
    try:
        with warnings.catch_warnings():
            # Pillow warns above its own pixel limit; _measure() refuses well below it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=tuple(_MEDIA_TYPES))
    except UnidentifiedImageError as error:
        raise InputError(f"그림 파일이 아니거나 쓸 수 없는 형식입니다. 쓸 수 있는 형식: {_USABLE}.") from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise _broken(error) from error


def _looks_like_svg(data: bytes) -> bool:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in data[:4096].lower()


def _media_type(image: Image.Image, name: str) -> str:
    found = image.format or ""
    suffix = PurePosixPath(name.lower()).suffix
    if name and suffix and _SUFFIXES.get(suffix) != found:
        raise InputError(f"파일 이름은 {suffix}인데 내용은 {found}입니다. 확장자를 바로잡아 주세요.")
    return _MEDIA_TYPES[found]


def _measure(image: Image.Image) -> None:
    """Judge by the header alone, before a single pixel is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if max(width, height) > MAX_RATIO * min(width, height):
        raise InputError(f"그림의 가로세로 비가 {MAX_RATIO}배를 넘습니다({width}×{height}). 필요한 부분만 잘라 주세요.")


def _decode(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:
        raise _broken(error) from error


def _too_many_pixels() -> InputError:
    return InputError(f"그림이 너무 큽니다. {MAX_PIXELS // 10_000:,}만 화소 이하로 줄여 주세요.")


def _broken(error: Exception) -> InputError:
    log.info("a picture could not be decoded: %s", error)
    return InputError("그림 파일이 깨져 있어 열 수 없습니다. 원본에서 다시 저장해 주세요.")
