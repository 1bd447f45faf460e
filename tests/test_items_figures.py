"""Figures: what is a picture, what only pretends to be one, and what the encoders get of several."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from core import pictures
from core.errors import InputError
from core.items import content, figures
from core.items.record import Item


def png(width: int = 40, height: int = 30, colour: str = "red", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, format="PNG")
    return out.getvalue()


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing: a decompression bomb in small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp"), ("BMP", "image/bmp")],
)
def test_real_pictures_are_taken_by_their_bytes(kind: str, media_type: str) -> None:
    data = encoded(Image.new("RGB", (40, 30), "blue"), kind)
    assert figures.check(data) == figures.ImageFacts(media_type, 40, 30)
    assert figures.check(data, name=f"그림.{kind.lower()}").media_type == media_type


def with_wrong_checksum() -> bytes:
    """A PNG whose pixels decode, though they are not the ones that were saved."""
    data = bytearray(encoded(Image.effect_noise((60, 60), 50), "PNG"))
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    data[start + 4 + length] ^= 0xFF
    return bytes(data)


REFUSED = {
    "empty": (b"", "", "비어"),
    "text": ("그림이 아닙니다".encode(), "a.png", "그림 파일이 아니"),
    "fake suffix": (png(), "a.jpg", "PNG"),
    "other suffix": (png(), "a.txt", "확장자"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "SVG"),
    "svg as png": (b"\xef\xbb\xbf <svg onload='x()'/>", "a.png", "SVG"),
    "cut off": (png(400, 400)[:-40], "", "깨져"),
    "damaged": (png().replace(b"IDAT\x78", b"IDAT\x00"), "", "깨져"),
    "wrong checksum": (with_wrong_checksum(), "", "깨져"),
    "bomb": (png_header(100_000, 100_000), "", "너무 큽니다"),
    "large": (png_header(8_000, 6_000), "", "너무 큽니다"),
    "ribbon": (png(2_010, 10), "", "가로세로"),
    "pdf": (b"%PDF-1.7\n" + b"0" * 100, "a.pdf", "그림 파일이 아니"),
    "tiff": (encoded(Image.new("RGB", (9, 9)), "TIFF"), "", "쓸 수 없는 형식"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_why_in_one_sentence(name: str) -> None:
    data, file_name, reason = REFUSED[name]
    with pytest.raises(InputError, match=reason):
        figures.check(data, name=file_name)


def test_animation_is_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    with pytest.raises(InputError, match="움직이는"):
        figures.check(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))


def test_too_many_bytes_are_refused_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(InputError, match="MB"):
        figures.check(b"\x89PNG" + b"0" * figures.MAX_BYTES)


def test_one_figure_is_passed_on_byte_for_byte() -> None:
    data = encoded(Image.new("RGB", (40, 30), "blue"), "JPEG")
    assert content.embedding_image([data]) == data
    assert content.embedding_image([]) is None


def test_several_figures_stand_below_each_other_on_white() -> None:
    stack = content.embedding_image([png(40, 30, "red"), png(60, 20, "blue")])
    assert stack is not None
    image = Image.open(io.BytesIO(stack)).convert("RGB")
    assert image.size == (60, 30 + content.GAP + 20)
    assert image.getpixel((0, 0)) == image.getpixel((39, 29)) == (255, 0, 0)
    assert image.getpixel((50, 10)) == image.getpixel((30, 30 + content.GAP // 2)) == (255, 255, 255)
    assert image.getpixel((59, 30 + content.GAP)) == (0, 0, 255)


def test_order_of_figures_matters() -> None:
    one, other = png(40, 30, "red"), png(40, 30, "blue")
    assert content.embedding_image([one, other]) != content.embedding_image([other, one])


def test_transparent_figures_are_stacked_on_white() -> None:
    stack = content.embedding_image([png(10, 10, (0, 0, 0, 0), "RGBA"), png(10, 10)])
    assert stack is not None
    assert Image.open(io.BytesIO(stack)).getpixel((5, 5)) == (255, 255, 255)


def test_a_huge_stack_is_scaled_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 5_000)
    stack = content.embedding_image([png(60, 40), png(60, 40)])
    assert stack is not None
    width, height = Image.open(io.BytesIO(stack)).size
    assert width * height <= 5_000 and width / height == pytest.approx(60 / (80 + content.GAP), rel=0.1)


def test_a_broken_figure_among_several_is_an_input_error() -> None:
    with pytest.raises(InputError):
        content.embedding_image([png(), b"no picture"])


def item(**changes: object) -> Item:
    base = {
        "id": "A", "subject": "수학", "grade": "중2", "unit": "확률", "item_type": "객관식", "difficulty": "중",
        "text": "확률은?[이미지]",
    }  # fmt: skip
    return Item(**{**base, **changes})


def test_choices_follow_the_question_each_behind_its_number() -> None:
    assert content.embedding_text(item(choices=("$x\\leqa$", "둘"))) == "확률은?\n① $x\\leq a$\n② 둘"


def test_a_choice_that_has_its_number_keeps_it_and_an_empty_one_is_left_out() -> None:
    assert content.embedding_text(item(choices=("① 하나", "[이미지]", "셋"))) == "확률은?\n① 하나\n③ 셋"


def test_answer_and_solution_never_reach_the_encoders() -> None:
    assert content.embedding_text(item(answer="비밀", solution="비밀")) == "확률은?"


def test_choices_are_numbered_beyond_the_circles() -> None:
    assert [content.number(place) for place in (1, 5, 20, 21)] == ["①", "⑤", "⑳", "(21)"]


def test_content_hash_covers_text_and_figures_in_order() -> None:
    hashes = {content.content_hash(*given) for given in [("a", []), ("b", []), ("a", ["x", "y"]), ("a", ["y", "x"])]}
    assert len(hashes) == 4
    assert content.content_hash("a", ("x",)) == content.content_hash("a", ["x"])
