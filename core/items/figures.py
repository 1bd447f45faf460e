"""Is this really a picture, and one the models can take? The one gate for imported figures and uploaded ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image

from core.errors import InputError
from core.pictures import MEDIA_TYPES, broken, decode, opened

MAX_BYTES = 10 * 1024 * 1024
_SUFFIXES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the bytes say about themselves (never what a file name says)."""

    media_type: str
    width: int
    height: int


def check(data: bytes, *, name: str = "") -> ImageFacts:
    """Decode the picture once, whole, and return what it is. What passes here, every image model can encode.

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
    with opened(data) as image:
        media_type = _media_type(image, name)
        width, height = image.size
        decode(image)
    with opened(data) as image:
        # load() forgives what verify() does not (a PNG's checksums), and an image is unusable after verify().
        try:
            image.verify()
        except Exception as error:
            raise broken(error) from error
    return ImageFacts(media_type, width, height)


def _media_type(image: Image.Image, name: str) -> str:
    found = image.format or ""
    suffix = PurePosixPath(name.lower()).suffix
    if name and suffix and _SUFFIXES.get(suffix) != found:
        raise InputError(f"파일 이름은 {suffix}인데 내용은 {found}입니다. 확장자를 바로잡아 주세요.")
    return MEDIA_TYPES[found]
