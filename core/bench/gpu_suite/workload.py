"""What the models are asked: texts of a known number of tokens and figures of a known size, the same in every run."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from core.bench.gpu_suite.architectures import KURE, SIGLIP, Architecture
from core.bench.gpu_suite.vocabulary import WORD, first_word, last_word
from core.models.contract import Content

Kind = Literal["text", "image", "both"]
KINDS: tuple[Kind, ...] = ("text", "image", "both")
ITEM_TOKENS = 128
"""Of a middling item with its choices; the prompt around it comes on top."""
QUERY_TOKENS = 32
WITH_FIGURE = 41_322 / 176_443
"""The share of items with a figure in the bank."""
_VARIETY = 16
"""Different figures; drawing and encoding more would only take longer."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Contents for one model."""

    architecture: Architecture
    seed: int = 7

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the model can be asked."""
        return ("text",) if self.architecture.name == KURE else KINDS

    @property
    def towers(self) -> tuple[Kind, ...]:
        """What is computed differently: an image beside a text, or by SigLIP instead of it."""
        return ("text",) if self.architecture.name == KURE else ("text", "image" if self.architecture.name == SIGLIP else "both")

    def contents(self, kind: Kind, count: int, *, tokens: int = ITEM_TOKENS) -> list[Content]:
        """Return contents alike in size, different in what they say."""
        chance = random.Random(f"{self.seed}/{kind}/{tokens}")
        return [self._content(kind, tokens, chance) for _ in range(count)]

    def corpus(self, count: int) -> list[Content]:
        """Return items as a bank has them: 40 to 400 tokens, mostly short; about one in four with a figure."""
        chance = random.Random(f"{self.seed}/corpus")
        made = []
        for _ in range(count):
            tokens = round(min(400.0, max(40.0, chance.lognormvariate(4.7, 0.5))))
            seen = len(self.kinds) > 1 and chance.random() < WITH_FIGURE
            made.append(self._content("both" if seen else "text", tokens, chance))
        return made

    def _content(self, kind: Kind, tokens: int, chance: random.Random) -> Content:
        text = None if kind == "image" else self._words(tokens, chance)
        figure = None if kind == "text" else png(self.architecture.image_side, chance.randrange(_VARIETY))
        return Content(text, figure)

    def _words(self, tokens: int, chance: random.Random) -> str:
        span: Sequence[int] = range(first_word(self.architecture), last_word(self.architecture))
        return " ".join(WORD.format(number) for number in chance.choices(span, k=tokens))


@cache
def png(side: int, number: int) -> bytes:
    """Draw a figure as items have them: black lines on white paper, ``side`` pixels square, as PNG."""
    from PIL import Image, ImageDraw

    chance = random.Random(number)
    image = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(image)
    for _ in range(24):
        ends = [chance.randrange(side) for _ in range(4)]
        pen.line(ends, fill="black", width=max(1, side // 170))
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()
