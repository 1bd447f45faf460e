"""What is sent through a model to compare it: short, long, with formulas, with figures of several shapes, in both roles."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from core.models.contract import Content, Role
from core.models.record import ModelRecord

_TEXTS = (
    "삼각형",
    "두 일차함수 $y=2x+1$, $y=-x+4$의 그래프가 만나는 점의 좌표를 구하시오.",
    "다음 그림에서 $x$의 값을 구하시오. 단, $\\overline{AB} \\parallel \\overline{CD}$이고 넓이는 $\\frac{1}{2}$입니다.\n① 3 ② 4 ③ 5",
    "How many ways can 3 of 7 books be chosen? " * 3,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One content in one role; a reranker reads it as the document of ``QUERY``."""

    name: str
    content: Content
    role: Role = "document"


def figure(width: int, height: int, *, mode: str = "RGB", bend: int = 1) -> bytes:
    """A drawing on white as a PNG; in ``RGBA`` its paper is transparent."""
    image = Image.new(mode, (width, height), (255, 255, 255, 0)[: len(mode)])
    draw = ImageDraw.Draw(image)
    draw.line((width // 9, height // 2, width - 9, height // 2 - bend * height // 4), fill="black", width=3)
    draw.ellipse((width // 3, height // 3, width // 2, height // 2), outline="blue", width=2)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


QUERY = Content("일차함수의 그래프와 넓이", figure(200, 160))


def samples(record: ModelRecord) -> list[Sample]:
    """The samples a model can take."""
    texts = [Sample(f"text {number}", Content(text)) for number, text in enumerate(_TEXTS, start=1)]
    if record.kind != "qwen3-vl-reranker":
        texts.append(Sample("query", Content(_TEXTS[1]), role="query"))
    if "image" not in record.modalities:
        return texts
    images = [
        Sample("wide image", Content(None, figure(320, 120))),
        Sample("tall image", Content(None, figure(90, 400, bend=-1))),
        Sample("transparent image", Content(None, figure(150, 150, mode="RGBA"))),
    ]
    if record.kind == "siglip":  # its two towers never see one content
        return texts + images
    both = [Sample("image and text", Content(_TEXTS[2], figure(260, 200)))]
    if record.kind == "qwen3-vl-embedding":
        both.append(Sample("image and text query", Content(_TEXTS[0], figure(260, 200)), role="query"))
    return texts + images + both
