r"""Tell an item's words from its formulas: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and bare environments.

An inline formula ends at the next dollar sign, so that ``$△$$ADB$에서`` is two formulas side by side and not the start
of a displayed one; formulas side by side are one formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.items.dialect.tokens import HANGUL

_OPENING = re.compile(r"\\\\|\\\$|\\\(|\\\[|\$\$|\$|\\begin\{[A-Za-z]+\*?\}")
_BOUNDARY = re.compile(r"\\begin\{[A-Za-z]+\*?\}|\\end\{[A-Za-z]+\*?\}")
_TEXT_GROUP = re.compile(r"\\(?:text\w*|mbox|hbox)\s*\{[^{}]*\}")
_ONLY_WORDS = re.compile(rf"[{HANGUL}\s.,?!()]+")
_PRICE = re.compile(r"\d[\d.,]*\s[^\\=^_{}]*[A-Za-z]{3,}[^\\=^_{}]*\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text; ``bodies`` are the formulas that stood side by side there, without their delimiters."""

    kind: Literal["words", "inline", "display"]
    bodies: tuple[str, ...]


def pieces(text: str) -> list[Piece]:
    """Return the text's pieces in order; what opens a formula and never closes it stays among the words."""
    found: list[Piece] = []
    words = ""
    at = 0
    while opening := _OPENING.search(text, at):
        words += text[at : opening.start()]
        read = _formula(text, opening)
        if read is None:
            words += opening[0]
            at = opening.end()
            continue
        kind, body, at = read
        if not body.strip():
            continue
        if words:
            found.append(Piece("words", (words,)))
        if kind == "inline" and not words and found and found[-1].kind == "inline":
            found[-1] = Piece("inline", (*found[-1].bodies, body))
        else:
            found.append(Piece(kind, (body,)))
        words = ""
    words += text[at:]
    if words:
        found.append(Piece("words", (words,)))
    return found


def _formula(text: str, opening: re.Match[str]) -> tuple[Literal["inline", "display"], str, int] | None:
    """Return kind, body and end of the formula that opens here; None where nothing closes it."""
    mark, start = opening[0], opening.end()
    if mark in (r"\\", r"\$"):
        return None
    if mark == "$$":
        end = _dollar(text, start)
        if end is None or not text.startswith("$$", end):
            return "inline", "", start
        return "display", text[start:end], end + 2
    if mark == "$":
        end = _dollar(text, start)
        if end is None or _is_no_formula(text[start:end]):
            return None
        return "inline", text[start:end], end + 1
    if mark in (r"\(", r"\["):
        closing = r"\)" if mark == r"\(" else r"\]"
        end = text.find(closing, start)
        if end < 0:
            return None
        return ("inline" if mark == r"\(" else "display"), text[start:end].replace("$", ""), end + 2
    end = _environment_end(text, opening)
    return None if end is None else ("display", text[opening.start() : end], end)


def _dollar(text: str, start: int) -> int | None:
    r"""Return where the next dollar sign stands, neither escaped nor inside ``\text{…}`` nor a paragraph away."""
    at = start
    while True:
        end = text.find("$", at)
        if end < 0 or "\n\n" in text[start:end]:
            return None
        if text[end - 1] == "\\" and text[end - 2 : end] != r"\\" and end > start:
            at = end + 1
            continue
        group = next((g for g in _TEXT_GROUP.finditer(text, start) if g.start() < end < g.end()), None)
        if group is None or group[0].count("$") % 2:
            return end
        at = group.end()


def _is_no_formula(body: str) -> bool:
    """A lone dollar sign before Korean words (``5$이고 $x$``), or prices in an English text."""
    edged = body != body.strip()
    return (edged and _ONLY_WORDS.fullmatch(body) is not None) or _PRICE.fullmatch(body) is not None


def _environment_end(text: str, opening: re.Match[str]) -> int | None:
    depth = 1
    for boundary in _BOUNDARY.finditer(text, opening.end()):
        depth += 1 if boundary[0].startswith(r"\begin") else -1
        if depth == 0:
            return boundary.end()
    return None
