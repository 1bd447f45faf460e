"""Variants of a system, named by suffix: ``qwen3-vl@nf4``, ``qwen3-vl@512``, ``kure+siglip@w0.3``.

A variant is a system of its own: its loss against the plain one is measured, never assumed.

| suffix | means | for |
|---|---|---|
| ``@fp32`` ``@fp16`` ``@bf16`` ``@nf4`` | the encoder's precision | A, B, E; C and D without nf4 |
| ``@1024`` ``@512`` ``@256`` … | the first dimensions of the stored vectors, renormalised (MRL) | A, E |
| ``@px512`` | images of at most 512 × 512 pixels | A, E |
| ``@text-only`` ``@image-only`` | items encoded by one of their parts (the plan's Q2) | A |
| ``@rrf`` ``@concat`` | how D joins its channels: reciprocal ranks, one stored vector | D |
| ``@w0.3`` | D's weight of the text channel | D |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import NotFoundError
from core.search import systems
from core.search.fusion import DEFAULT_WEIGHT
from core.search.systems import Channel, System
from core.store.embedding_sets import ContentKind

Fusion = Literal["z", "rrf", "concat"]
PRECISIONS = ("fp32", "fp16", "bf16", "nf4")
CONTENTS: dict[str, ContentKind] = {"text-only": "text", "image-only": "image"}
FUSIONS: tuple[Fusion, ...] = ("rrf", "concat")
SMALLEST_DIMS, SMALLEST_SIDE, LARGEST_SIDE = 32, 64, 1357
"""Sides in pixels; the largest is the square that Qwen3-VL's 1,800 image tokens of 32 × 32 pixels allow."""
_ALLOWED = {
    "A": ("precision", "dims", "max_pixels", "content"),
    "B": ("precision",),
    "C": ("precision",),
    "D": ("precision", "fusion", "weight"),
    "E": ("precision", "dims", "max_pixels"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A system with its settings; None leaves a setting to the plain system."""

    system: System
    precision: str | None = None
    dims: int | None = None
    max_pixels: int | None = None
    content: ContentKind | None = None
    fusion: Fusion = "z"
    weight: float = DEFAULT_WEIGHT

    @property
    def name(self) -> str:
        """The canonical name: suffixes in a fixed order, so that one variant has one name."""
        contents = {content: suffix for suffix, content in CONTENTS.items()}
        parts = [
            self.precision,
            str(self.dims) if self.dims else None,
            f"px{round(self.max_pixels**0.5)}" if self.max_pixels else None,
            contents[self.content] if self.content else None,
            self.fusion if self.fusion != "z" else None,
            f"w{self.weight:g}" if self.weight != DEFAULT_WEIGHT else None,
        ]
        return "@".join([self.system.name, *filter(None, parts)])

    @property
    def label(self) -> str:
        """What a page calls it: ``A · Qwen3-VL @nf4``."""
        _, at, suffixes = self.name.partition("@")
        return f"{self.system.label} {at}{suffixes}".strip()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The embedding sets searched, with the variant's content."""
        if self.content is None:
            return self.system.channels
        return tuple(replace(channel, content=self.content) for channel in self.system.channels)


def find(name: str) -> Variant:
    """Return the variant of a name such as ``A@nf4@512``; a plain system is the variant without settings.

    Raises:
        NotFoundError: no such system or suffix, or the system has no such variant.
    """
    base, *suffixes = name.split("@")
    variant = Variant(system=systems.find(base))
    given: set[str] = set()
    for suffix in suffixes:
        setting, value = _read(suffix)
        allowed = _ALLOWED.get(variant.system.letter, ())
        no_nf4 = value == "nf4" and variant.system.letter in ("C", "D")
        if setting not in allowed or setting in given or no_nf4:
            raise NotFoundError(f"{variant.system.label}에는 '@{suffix}' 변형이 없습니다. {_offered(variant.system)}")
        given.add(setting)
        variant = replace(variant, **{setting: value})
    return variant


def _read(suffix: str) -> tuple[str, str | int | float]:
    if suffix in PRECISIONS:
        return "precision", suffix
    if suffix in CONTENTS:
        return "content", CONTENTS[suffix]
    if suffix in FUSIONS:
        return "fusion", suffix
    if suffix.isascii() and suffix.isdigit() and int(suffix) >= SMALLEST_DIMS:
        return "dims", int(suffix)
    if (side := re.fullmatch(r"px(\d{1,4})", suffix)) and SMALLEST_SIDE <= int(side[1]) <= LARGEST_SIDE:
        return "max_pixels", int(side[1]) ** 2
    if (weight := re.fullmatch(r"w([01](?:\.\d{1,2})?)", suffix)) and float(weight[1]) <= 1:
        return "weight", float(weight[1])
    raise NotFoundError(f"'@{suffix}'이라는 변형은 없습니다. 쓸 수 있는 꼴: @nf4, @512, @px512, @text-only, @rrf, @concat, @w0.3.")


def _offered(system: System) -> str:
    examples = {"precision": "@fp16", "dims": "@512", "max_pixels": "@px512", "content": "@text-only", "fusion": "@rrf",
                "weight": "@w0.3"}
    offered = [examples[setting] for setting in _ALLOWED.get(system.letter, ())]
    return f"쓸 수 있는 꼴: {', '.join(offered)}." if offered else "이 시스템에는 변형이 없습니다."
