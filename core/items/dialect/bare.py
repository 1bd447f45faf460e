r"""Find formulas that lost their dollar signs: ``\cfrac {  5  } {  8  }`` alone, ``{  1  1  }\n송이``."""

from __future__ import annotations

import re

from core.items.dialect import commands
from core.items.dialect.tokens import HANGUL

_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SPACED_DIGITS = re.compile(r"\{\s+[-+\d.]+(?:\s+[\d.]+)*\s+\}")
_RUN = re.compile(rf"[^{HANGUL}\n]+")
_CHUNK = re.compile(r"\S+")
_ENGLISH = re.compile(r"(?<!\\)(?<![A-Za-z\\])[A-Za-z]{2,}[.,?!]?\Z")


def marked(words: str) -> str:
    """Return the words with bare formulas between dollar signs; there are none in what is passed in."""
    if "\\" not in words and "{" not in words:
        return words
    return _RUN.sub(lambda run: _mark(run[0]), words)


def _mark(run: str) -> str:
    if "$" in run:
        return run
    if not any(_is_formula_command(name) for name in _COMMAND.findall(run)):
        return _SPACED_DIGITS.sub(lambda group: f"${group[0]}$", run)
    chunks = list(_CHUNK.finditer(run))
    marks = [place for place, chunk in enumerate(chunks) if "\\" in chunk[0] or "{" in chunk[0] or "}" in chunk[0]]
    first, last = marks[0], marks[-1]
    while first > 0 and not _ENGLISH.match(chunks[first - 1][0]):
        first -= 1
    while last < len(chunks) - 1 and not _ENGLISH.match(chunks[last + 1][0]):
        last += 1
    start, end = chunks[first].start(), chunks[last].end()
    while end > start and run[end - 1] in ".,?!:;":
        end -= 1
    return f"{run[:start]}${run[start:end]}${run[end:]}"


def _is_formula_command(name: str) -> bool:
    return commands.is_known(name) or commands.unglue(name) is not None
