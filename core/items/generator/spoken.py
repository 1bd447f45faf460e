"""Facts that take their particle inside the template: ``{given:을/를}`` becomes ``7을``, ``{given:$을/를}`` ``$7$을``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.items.generator.korean import josa


class _Spoken:
    """``str.format`` specs with a slash name a pair of particles; a leading dollar sets the value as a formula."""

    def __format__(self, spec: str) -> str:
        if "/" not in spec:
            return format(str(self), spec)
        formula = spec.startswith("$")
        return josa(f"${self}$" if formula else str(self), spec.removeprefix("$"))


class Word(_Spoken, str):
    """A word or a piece of LaTeX."""


class Count(_Spoken, int):
    """A whole number; calculates as any other."""

    __str__ = int.__repr__


def spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with every text and whole number able to carry its particle."""
    return {name: _wrap(value) for name, value in facts.items()}


def _wrap(value: Any) -> Any:
    if isinstance(value, str):
        return Word(value)
    return Count(value) if isinstance(value, int) and not isinstance(value, bool) else value
