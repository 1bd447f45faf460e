"""Opening images: what a file holds and what a model must see."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.pictures import open_rgb


def packed(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def test_transparent_ink_stands_on_white() -> None:
    figure = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    figure.putpixel((1, 1), (0, 0, 0, 255))
    seen = open_rgb(packed(figure))
    assert seen.getpixel((0, 0)) == (255, 255, 255)
    assert seen.getpixel((1, 1)) == (0, 0, 0)


def test_a_palette_with_a_transparent_colour_stands_on_white() -> None:
    figure = Image.new("P", (2, 1))
    figure.putpalette([0, 0, 0, 255, 0, 0])
    figure.putpixel((1, 0), 1)
    seen = open_rgb(packed(figure, transparency=0))
    assert [seen.getpixel((x, 0)) for x in (0, 1)] == [(255, 255, 255), (255, 0, 0)]


def test_exif_turns_the_image_upright() -> None:
    photo = Image.new("RGB", (6, 2), "white")
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    assert open_rgb(packed(photo, "JPEG", exif=exif)).size == (2, 6)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    scan = Image.fromarray(np.array([[0, 0x8000, 0xFFFF]], dtype=np.uint16))
    assert [open_rgb(packed(scan)).getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]


def test_cmyk_becomes_rgb() -> None:
    seen = open_rgb(packed(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG"))
    assert seen.mode == "RGB" and min(seen.getpixel((4, 4))) > 250


@pytest.mark.parametrize("data", [b"", b"not an image", packed(Image.new("RGB", (50, 50), "red"))[:-40]])
def test_what_is_no_image_is_refused_calmly(data: bytes) -> None:
    with pytest.raises(InputError, match="그림 파일이"):
        open_rgb(data)
