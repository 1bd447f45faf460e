"""What holds for every page: no SQL, no torch, raw markup in one place, colours that can be told apart."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from core.search.systems import SYSTEMS
from core.settings import PROJECT_DIR
from pages.widgets import cards, palette

FILES = [PROJECT_DIR / "app.py", *sorted((PROJECT_DIR / "pages").rglob("*.py"))]
FORBIDDEN = {"torch", "transformers", "sentence_transformers", "psycopg", "pgvector"}
# Machado, Oliveira & Fernandes 2009, severity 1.0, over linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_pages_import_neither_database_driver_nor_torch_and_hold_no_sql(path):
    assert not imported(path) & FORBIDDEN
    strings = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
               if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in strings if re.search(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.+", text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_raw_markup_is_written_in_widgets_alone(path):
    if path.parent.name != "widgets":
        source = path.read_text(encoding="utf-8")
        assert "unsafe_allow" not in source and "st.html(" not in source


def test_no_style_asks_for_anything_from_outside():
    sheet = (PROJECT_DIR / "pages" / "assets" / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?:", sheet)


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]]) @ np.clip(rgb, 0, 1)
    return np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]]) @ np.cbrt(cones)


def test_every_system_has_its_colour():
    assert set(palette.SYSTEM_COLOURS) == set(SYSTEMS)
    assert palette.colour("qwen3-vl@nf4") == palette.colour("qwen3-vl")


@pytest.mark.parametrize("sight", SIGHT)
def test_system_colours_can_be_told_apart(sight):
    seen = [oklab(SIGHT[sight] @ linear(colour)) for colour in palette.SYSTEM_COLOURS.values()]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 0.09


@pytest.mark.parametrize("colour", palette.SYSTEM_COLOURS.values())
def test_white_letters_on_a_system_colour_can_be_read(colour):
    luminance = linear(colour) @ np.array([0.2126, 0.7152, 0.0722])
    assert 1.05 / (luminance + 0.05) >= 4.0


@pytest.mark.parametrize(("scores", "lengths"), [
    ([0.8, 0.4, 0.2], [100, 50, 25]), ([1.5, 0.0, -0.5], [100, 25, 0]), ([0.0, 0.0], [0, 0]), ([], []),
])
def test_score_bars_are_shares_of_the_best(scores, lengths):
    # Below zero (a fused score) the lowest of the list is the floor.
    assert cards.bar_lengths(scores) == pytest.approx(lengths, abs=1e-6)
