"""Numbers at a glance, as markup: each with what it counts, and a word on it where one is needed."""

from __future__ import annotations

from collections.abc import Iterable

from pages.widgets import markup
from pages.widgets.text import attribute

UNMEASURED = "측정 안 됨"


def strip(told: Iterable[tuple[str, str, str]]) -> None:
    """Draw (what, number, remark) side by side; an empty remark leaves its line out."""
    cells = "".join(
        f'<div><span>{attribute(what)}</span><b>{attribute(number)}</b>'
        + (f"<small>{attribute(remark)}</small>" if remark else "") + "</div>"
        for what, number, remark in told
    )
    markup.draw(f'<div class="ib-tally">{cells}</div>')


def bar(share: float, words: str) -> None:
    """Draw how much of a whole is done, with its words."""
    markup.draw(f'<div class="ib-share"><i style="width:{100 * share:.1f}%"></i></div><div class="ib-soft">{attribute(words)}</div>')


def heading(words: str) -> None:
    """Draw the heading of a part."""
    markup.draw(f'<div class="ib-part">{attribute(words)}</div>')


def remark(words: str) -> None:
    """Draw a line of small print."""
    markup.draw(f'<div class="ib-soft">{attribute(words)}</div>')


def number(value: float | None, places: int = 2) -> str:
    """Return a coefficient in words."""
    return UNMEASURED if value is None else f"{value:.{places}f}"


def interval(low: float | None, high: float | None) -> str:
    """Return a 95 % interval in words; empty where there is none."""
    return "" if low is None or high is None else f"{low:.2f}–{high:.2f}"
