r"""Make a clean item look like the item bank's own: its equation converter's oddities, seeded, for tests and scale runs.

None of them changes what ``dialect.for_embedding`` makes of the text; a test holds that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from core.items.record import Item

_FORMULA = re.compile(r"\$([^$]+)\$")
_GLUABLE = re.compile(r"\\(leq|geq|angle|div|times|therefore|neq) (?=[a-z])")
_POWER = re.compile(r"(?<![\\A-Za-z{])([a-z])\^\{(\d)\}")
_COMMENT = "\n% 정답: {answer}"


class Quirks:
    """A seeded source of oddities."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def item(self, item: Item) -> Item:
        """Return the item with oddities in its question and its choices."""
        text = self.text(item.text)
        if item.images:
            text += "[이미지]" if self._random.random() < 0.7 else " [이미지]"
        if self._random.random() < 0.1:
            text += _COMMENT.format(answer=" ".join(item.answer.split()).replace("$", ""))
        return replace(item, text=text, choices=tuple(self.text(choice) for choice in item.choices))

    def text(self, text: str) -> str:
        """Return a text with oddities in some of its formulas."""
        return _FORMULA.sub(lambda formula: self._formula(formula[1]), text)

    def _formula(self, body: str) -> str:
        changes = [
            lambda source: _GLUABLE.sub(r"\\\1", source),
            lambda source: _POWER.sub(r"{{\1}^{\2}}", source),
            self._split,
        ]
        odd = f"${body}$"
        for change in changes:
            if self._random.random() < 0.4:
                odd = "$".join(
                    change(part) if number % 2 and part else part for number, part in enumerate(odd.split("$"))
                )
        return odd

    @staticmethod
    def _split(body: str) -> str:
        """Cut ``△ABC`` and ``∠A`` in two formulas that stand side by side."""
        return re.sub(r"\A([△∠□])(?=[A-Z])", r"\1$$", body)
