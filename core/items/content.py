"""What the encoders get of an item, decided once.

Text: the question, then its choices, each on a line of its own behind its number (``① …``), everything through the
dialect's ``for_embedding``: no figure marks, no comments, no answer, no explanation.

Image: a model takes one picture per item. One figure goes in as its own bytes, unchanged. Several figures become one
PNG, stacked top to bottom in the item's order, left edges aligned, on white, ``GAP`` white pixels between them; a stack
above the pixel limit of ``core.pictures`` is scaled down as a whole. Figures of the explanation are never part of it.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Sequence

from PIL import Image

from core import pictures
from core.items import dialect
from core.items.record import Item

GAP = 16
_NUMBERED = re.compile(r"[①-⑳]")


def number(place: int) -> str:
    """Return the mark of the choice at a place, counted from 1: ①…⑳, then (21)…"""
    return chr(ord("①") + place - 1) if 1 <= place <= 20 else f"({place})"


def embedding_text(item: Item) -> str:
    """Return question and choices as the encoders read them; may be empty where a figure is all there is."""
    lines = [dialect.for_embedding(item.text)]
    for place, choice in enumerate(item.choices, start=1):
        words = dialect.for_embedding(choice)
        if words:
            lines.append(words if _NUMBERED.match(words) else f"{number(place)} {words}")
    return "\n".join(line for line in lines if line)


def embedding_image(images: Sequence[bytes]) -> bytes | None:
    """Return the one picture the encoders see, or None for an item without a figure.

    Raises:
        core.errors.InputError: one of several figures cannot be decoded (a single one is passed on unopened).
    """
    if not images:
        return None
    if len(images) == 1:
        return images[0]
    parts = [pictures.open_rgb(data) for data in images]
    width = max(part.width for part in parts)
    height = sum(part.height for part in parts) + GAP * (len(parts) - 1)
    stack = Image.new("RGB", _within_limit(width, height), "white")
    scale = stack.width / width
    top = 0.0
    for part in parts:
        size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
        stack.paste(part if size == part.size else part.resize(size), (0, round(top)))
        top += (part.height + GAP) * scale
    out = io.BytesIO()
    stack.save(out, format="PNG")
    return out.getvalue()


def _within_limit(width: int, height: int) -> tuple[int, int]:
    if width * height <= pictures.MAX_PIXELS:
        return width, height
    shrink = math.sqrt(pictures.MAX_PIXELS / (width * height))
    return max(1, int(width * shrink)), max(1, int(height * shrink))


def content_hash(text: str, image_hashes: Sequence[str]) -> str:
    """Return the SHA-256 over what the encoders get: the embedding text and, in order, the figures' hashes."""
    packed = json.dumps([text, list(image_hashes)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()
