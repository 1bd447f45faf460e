"""Pictures of every kind: what a file holds, what a model must see, and how many tokens that is."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from core.errors import InputError
from core.items import figures
from core.models import registry
from core.models.contract import Content, LoadedModel
from core.models.images import fitted, image_tokens
from core.pictures import open_rgb

DEFAULT = {"min_pixels": 4 * 32 * 32, "max_pixels": 512 * 512}
QWEN, SIGLIP = "qwen3-vl-embedding-2b-mini", "siglip-base-mini"


def packed(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def drawn(width: int = 120, height: int = 90, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(image).line((width // 9, height // 9, width - width // 5, height - height // 4), fill="black", width=3)
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claims(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def with_turned_exif(orientation: object = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return packed(drawn(60, 20), "JPEG", exif=exif)


def with_damaged_exif() -> bytes:
    return packed(drawn(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x05\x01\x12\x00\x03\xff\xff\xff\xff")


def frames(kind: str) -> bytes:
    return packed(drawn(), kind, save_all=True, append_images=[drawn().rotate(90)])


def text_bomb() -> bytes:
    note = PngImagePlugin.PngInfo()
    note.add_text("note", "0" * (2 * 2**20), zip=True)
    return packed(drawn(20, 20), pnginfo=note)


def deep() -> bytes:
    return packed(Image.fromarray(np.linspace(0, 65535, 90 * 120).reshape(90, 120).astype(np.uint16)))


TAKEN = {
    "a scan of 2520 × 8526": lambda: packed(drawn(2520, 8526)),
    "one pixel": lambda: packed(Image.new("RGB", (1, 1))),
    "one pixel of ink on nothing": lambda: packed(Image.new("RGBA", (1, 1), (0, 0, 0, 0))),
    "as oblong as allowed": lambda: packed(Image.new("RGB", (2000, 10), "red")),
    "CMYK": lambda: packed(drawn().convert("CMYK"), "JPEG"),
    "16 bits of grey": deep,
    "1 bit": lambda: packed(drawn(mode="1")),
    "grey with transparency": lambda: packed(drawn().convert("LA")),
    "transparent": lambda: packed(Image.new("RGBA", (40, 40), (0, 0, 0, 0))),
    "a palette with a transparent colour": lambda: packed(drawn().convert("P"), transparency=0),
    "a GIF of one frame": lambda: packed(drawn(), "GIF"),
    "WebP": lambda: packed(drawn(), "WEBP"),
    "BMP": lambda: packed(drawn(), "BMP"),
    "turned by EXIF": with_turned_exif,
    "an EXIF orientation that is none": lambda: with_turned_exif(99),
    "a damaged EXIF": with_damaged_exif,
    "40 million pixels": lambda: packed(Image.new("1", (8000, 5000))),
}
REFUSED = {
    "animated GIF": (lambda: frames("GIF"), "움직이는"),
    "animated WebP": (lambda: frames("WEBP"), "움직이는"),
    "animated PNG": (lambda: frames("PNG"), "움직이는"),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "SVG"),
    "SVG behind a comment": (lambda: b"<!-- drawn --><svg/>", "SVG"),
    "a bomb of 10 billion pixels": (lambda: claims(100_000, 100_000), "너무 큽니다"),
    "a bomb just above the limit": (lambda: claims(8_000, 5_001), "너무 큽니다"),
    "a bomb in a comment": (text_bomb, "깨져"),
    "a thread": (lambda: packed(Image.new("1", (2010, 10))), "가로세로"),
    "cut off": (lambda: packed(drawn(400, 400))[:-40], "깨져"),
    "TIFF": (lambda: packed(drawn(), "TIFF"), "쓸 수 없는 형식"),
    "no picture": (lambda: b"not an image", "그림 파일이 아니"),
}


@cache
def taken(name: str) -> bytes:
    return TAKEN[name]()


@pytest.mark.parametrize("name", TAKEN)
def test_what_the_gate_takes_opens_upright_in_8_bit_rgb(name: str) -> None:
    facts = figures.check(taken(name))
    seen = open_rgb(taken(name))
    assert seen.mode == "RGB" and sorted(seen.size) == sorted((facts.width, facts.height))


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_gate_refuses_the_models_refuse_with_the_same_sentence(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(InputError, match=reason) as gate:
        figures.check(make())
    with pytest.raises(InputError) as model:
        open_rgb(make())
    assert str(gate.value) == str(model.value) and str(gate.value).endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, SIGLIP])
def test_what_the_gate_takes_every_image_model_encodes(key: str) -> None:
    from core.engine.client import engine

    result = engine().encode(key, [Content(None, taken(name)) for name in TAKEN], role="document", priority="batch")
    assert {list(TAKEN)[row]: reason for row, reason in result.failures.items()} == {}
    np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=1), 1, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("key", [QWEN, SIGLIP])
def test_what_the_gate_refuses_fails_alone_in_the_engine(key: str) -> None:
    from core.engine.client import engine

    refused = [(make(), reason) for make, reason in REFUSED.values()]
    contents = [Content(None, taken("WebP")), *(Content(None, data) for data, _ in refused), Content(None, taken("BMP"))]
    result = engine().encode(key, contents, role="query")
    assert sorted(result.failures) == list(range(1, len(refused) + 1))
    assert all(reason in result.failures[row] for row, (_, reason) in enumerate(refused, start=1))
    assert np.isfinite(result.vectors[[0, -1]]).all()


@pytest.mark.slow
def test_an_engine_keeps_each_wish_for_pixels_apart() -> None:
    from core.engine.client import engine

    small, large = (engine().encode(QWEN, [Content(None, taken("CMYK"))], role="document", max_pixels=side**2) for side in (64, 128))
    assert (small.model.max_pixels, large.model.max_pixels) == (64**2, 128**2)
    assert (small.model.image_tokens, large.model.image_tokens) == (4, 16)
    assert not np.allclose(small.vectors, large.vectors)


# -- pixels


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
    assert open_rgb(with_turned_exif()).size == (20, 60)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    scan = Image.fromarray(np.array([[0, 0x8000, 0xFFFF]], dtype=np.uint16))
    assert [open_rgb(packed(scan)).getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]


def test_cmyk_becomes_rgb() -> None:
    seen = open_rgb(packed(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG"))
    assert seen.mode == "RGB" and min(seen.getpixel((4, 4))) > 250


# -- tokens


@pytest.mark.parametrize(("size", "pixels", "tokens"), [
    ((512, 512), 512**2, 256), ((768, 768), 768**2, 576), ((1024, 1024), 1024**2, 1024), ((1280, 1440), 1_843_200, 1800),
    ((2520, 8526), 512**2, 232),  # 8 × 29 tokens: both sides shrink alike, then round down
    ((1, 1), 512**2, 4), ((40, 30), 512**2, 6), ((320, 260), 512**2, 80), ((6400, 32), 512**2, 200),
])
def test_tokens_of_a_picture_under_a_budget(size: tuple[int, int], pixels: int, tokens: int) -> None:
    assert image_tokens(*size, min_pixels=4096, max_pixels=pixels) == tokens


def test_the_size_stays_within_the_budget_and_on_the_grid() -> None:
    for width in (1, 33, 500, 2520, 7000):
        for height in (1, 40, 512, 8526 // 2):
            if max(width, height) > 200 * min(width, height):
                continue
            new = fitted(width, height, **DEFAULT)
            assert all(side % 32 == 0 for side in new) and new[0] * new[1] <= DEFAULT["max_pixels"]


def test_a_thread_has_no_tokens() -> None:
    with pytest.raises(InputError, match="길쭉"):
        image_tokens(6433, 32, **DEFAULT)


def test_a_loaded_model_tells_its_most_tokens() -> None:
    told = LoadedModel(key="k", id="i", revision="r", precision="fp16", device="cpu", dims=2, max_pixels=512**2, miniature=False)
    assert told.image_tokens == 256
    assert LoadedModel(**{**{name: getattr(told, name) for name in told.__slots__}, "max_pixels": None}).image_tokens is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a scan of 2520 × 8526", "one pixel", "as oblong as allowed", "turned by EXIF"])
def test_the_function_tells_what_the_model_s_prompt_really_takes(name: str) -> None:
    from core.models.images import GRID
    from core.models.qwen3_vl import Prompter

    record = registry.record(QWEN)
    prompter = Prompter(record, max_pixels=record.max_pixels)
    prompt, images = prompter.part(Content(None, taken(name)))
    ids = prompter.inputs([prompt], images, side="right")["input_ids"]
    pad = prompter.processor.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    expected = image_tokens(*open_rgb(taken(name)).size, min_pixels=record.min_pixels or GRID**2, max_pixels=record.max_pixels)
    assert int((ids == pad).sum()) == expected
