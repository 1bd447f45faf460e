"""Figures as they go into a cell: one picture an item, small enough for a file that is mailed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image
from psycopg import Connection

from core import pictures
from core.errors import InputError
from core.items import content
from core.store import images

SHARPNESS = 2
"""Pixels of the file for each pixel on the sheet: a projector and print show more than a screen does."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a cell. ``scale`` makes its pixels those of the sheet."""

    data: bytes
    """PNG."""
    width: int
    height: int
    """Of the cell's room it takes, in pixels of the sheet."""
    scale: float


class Figures:
    """The figures of items and queries, read once and fitted into a box of ``width`` × ``height`` pixels."""

    def __init__(self, conn: Connection, hashes: Iterable[str], *, width: int, height: int) -> None:
        self._stored = images.get_many(conn, set(hashes))
        self._box = width * SHARPNESS, height * SHARPNESS
        self._made: dict[tuple[str, ...], Picture | None] = {}

    def of(self, hashes: Sequence[str]) -> Picture | None:
        """Return the figures of those hashes as one picture; None where there is none that opens."""
        key = tuple(hashes)
        if key not in self._made:
            self._made[key] = self._fitted([self._stored[each].data for each in key if each in self._stored])
        return self._made[key]

    def _fitted(self, found: Sequence[bytes]) -> Picture | None:
        try:
            whole = content.embedding_image(found)
            if whole is None:
                return None
            image = pictures.open_rgb(whole)
        except InputError:
            return None
        # A small figure stays as it is: enlarged, it would look broken.
        scale = 1.0
        if image.width * SHARPNESS > self._box[0] or image.height * SHARPNESS > self._box[1]:
            image.thumbnail(self._box, Image.Resampling.LANCZOS)
            scale = min(1.0, self._box[0] / SHARPNESS / image.width, self._box[1] / SHARPNESS / image.height)
        out = io.BytesIO()
        image.save(out, format="PNG")
        return Picture(out.getvalue(), round(image.width * scale), round(image.height * scale), scale)
