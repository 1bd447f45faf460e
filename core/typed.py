"""What people type into a form, made fit to be stored: no NUL (PostgreSQL refuses it), no halves of characters, not without end."""

from __future__ import annotations

from core.errors import InputError


def line(text: str, what: str, *, longest: int = 120) -> str:
    """Return a text on one line.

    Args:
        what: how the message calls it.

    Raises:
        InputError: it is longer than ``longest``.
    """
    return _within(" ".join(_storable(text).split()), what, longest)


def block(text: str, what: str, *, longest: int = 10_000) -> str:
    """Return a text with its line breaks.

    Raises:
        InputError: it is longer than ``longest``.
    """
    return _within(_storable(text).replace("\r\n", "\n").strip(), what, longest)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _within(text: str, what: str, longest: int) -> str:
    if len(text) > longest:
        raise InputError(f"{what}이(가) 너무 깁니다({len(text):,}자). {longest:,}자 안으로 줄여 주세요.")
    return text
