"""A place among a formula's tokens, and what is read from tokens alone: delimiters, names, the size behind a row."""

from __future__ import annotations

import re

from core.items.dialect import commands
from core.items.dialect.tokens import Unparsed, is_hangul

_SIZE = re.compile(r"[\s*]*-?[\d.]+\s*(?:pt|mm|cm|in|ex|em|mu|pc|bp)\s*")
_GAP_TOKENS = 12
"""A bracket that closes later than this holds more than a size."""


class Cursor:
    """Reads tokens from the first to the last; past the end they are empty."""

    def __init__(self, found: list[str]) -> None:
        self._tokens = found
        self._at = 0

    def left(self) -> bool:
        """Whether there is a token to be read."""
        return self._at < len(self._tokens)

    def peek(self) -> str:
        """Return the next token and stay before it."""
        return self._tokens[self._at] if self.left() else ""

    def take(self) -> str:
        """Return the next token and go past it."""
        token = self.peek()
        self._at += 1
        return token

    def skip_blanks(self) -> None:
        """Go to the next token that is no blank."""
        while self.left() and self.peek().isspace():
            self._at += 1

    def skip_row_gap(self) -> None:
        r"""Skip the size behind a row's end, ``\\[2mm]``; a bracket with anything else in it belongs to the formula."""
        if self.peek() != "[" or "]" not in self._tokens[self._at : self._at + _GAP_TOKENS]:
            return
        end = self._tokens.index("]", self._at)
        if _SIZE.fullmatch("".join(self._tokens[self._at + 1 : end])):
            self._at = end + 1

    def delimiter(self) -> str:
        r"""Read what may stand behind ``\left``, ``\right`` and the like.

        Raises:
            Unparsed: something else stands there.
        """
        self.skip_blanks()
        token = self.take()
        token = {"{": r"\{", "}": r"\}"}.get(token, token)
        if token not in commands.DELIMITERS:
            raise Unparsed(f"{token!r} is no delimiter")
        return token

    def name(self) -> str:
        """Read a name in braces: an environment's, or its columns.

        Raises:
            Unparsed: there are no braces, they do not close, or words stand between them.
        """
        self.skip_blanks()
        if self.take() != "{":
            raise Unparsed("a name in braces is missing")
        name = ""
        level = 1
        while level:
            if not self.left():
                raise Unparsed("a name is not closed")
            token = self.take()
            level += (token == "{") - (token == "}")
            if is_hangul(token):
                raise Unparsed("words where a name belongs")
            name += token if token not in "{}" else ""
        return name.strip()
