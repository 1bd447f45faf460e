r"""Cut a formula into tokens: glued commands taken apart, braces balanced where asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.items.dialect import commands

HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uac00-\ud7a3"
"""The Hangul letters and syllables, as a character class without its brackets."""

_TOKEN = re.compile(
    rf"\\operatorname\*|\\[A-Za-z]+|\\[^A-Za-z{HANGUL}]|\s+|[{HANGUL}]+|.[\u0300-\u036f]*", re.DOTALL
)
_WORD = re.compile(rf"[{HANGUL}]")


class Unparsed(Exception):
    """The formula cannot be read; the argument says why (for the log)."""


def tokens(source: str, *, repair: bool = False) -> list[str]:
    """Return the formula's tokens; a token is a command, a run of blanks, a run of Hangul or one character.

    Raises:
        Unparsed: a command that is neither known nor a known one glued to something.
    """
    found = list(_unglued(_TOKEN.findall(source)))
    return _balanced(found) if repair else found


def is_hangul(token: str) -> bool:
    """Whether a token begins with a Hangul letter or syllable."""
    return bool(_WORD.match(token))


def _unglued(found: list[str]) -> Iterator[str]:
    for token in found:
        name = token[1:]
        if not token.startswith("\\") or not name.isalpha() or commands.is_known(name):
            yield token
            continue
        apart = commands.unglue(name)
        if apart is None:
            raise Unparsed(f"unknown command {token}")
        known, rest = apart
        yield "\\" + known
        yield from ["{", *rest, "}"] if known in commands.OVER_LETTERS else rest


def _balanced(found: list[str]) -> list[str]:
    kept: list[str] = []
    depth = 0
    for place, token in enumerate(found):
        fence = place > 0 and found[place - 1] in (r"\left", r"\right")
        if token == "}" and not fence:
            if depth == 0:
                continue
            depth -= 1
        elif token == "{" and not fence:
            depth += 1
        kept.append(token)
    return kept + ["}"] * depth
