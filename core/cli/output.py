"""What the verbs print: tables for people, one JSON object for machines, progress on standard error."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.models.contract import LoadedModel


def print_json(result: dict[str, Any]) -> None:
    """Print one object on standard output, Hangul as it is."""
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()


def say(sentence: str) -> None:
    """Tell a person how far a command is; on standard error, so that standard output stays the result's."""
    print(sentence, file=sys.stderr, flush=True)


def print_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print columns aligned by display width (a Hangul syllable takes two cells)."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_models(models: Iterable[LoadedModel]) -> None:
    """Print what numbers came from: a line a model, with precision, device, dimensions, pixel budget and 축소 모델."""
    for model in models:
        pixels = f" · 그림 최대 {model.max_pixels:,}픽셀" if model.max_pixels else ""
        dims = f" · {model.dims}차원" if model.dims else ""
        small = " · 축소 모델" if model.miniature else ""
        print(f"{model.id} · {model.precision} · {model.device}{dims}{pixels}{small}")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
