"""What a report is made of, whoever writes it down: headings, words, tables, charts, searches side by side.

Text is plain: no writer reads marks in it. Item text alone is ``Rich``: words and formulas by the item bank's dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.items import dialect

Tone = Literal["", "lead", "soft", "fine", "note", "good", "bad", "open"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a chapter of the plan's 8.2."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences, one a line."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain cells, as they are printed."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    align: str = ""
    """One letter a column, l or r; the first left and the others right where empty."""
    widths: Sequence[float] = ()
    """Shares of the page's width; as wide as their words where empty."""
    note: str = ""
    small: bool = False

    @property
    def sides(self) -> str:
        """The alignment of every column."""
        return self.align or "l" + "r" * (len(self.headers) - 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing."""

    name: str
    """Of its file."""
    svg: bytes
    title: str
    words: str = ""
    """How to read it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, large."""

    title: str
    headline: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Rich:
    """An item's text as its reader sees it, with its figure."""

    text: str
    image: bytes | None = None
    """PNG or JPEG."""

    @property
    def segments(self) -> tuple[dialect.Segment, ...]:
        """Words and formulas."""
        return dialect.display(self.text).segments


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a ranked list."""

    rank: int
    item_id: str
    grade: str
    relevant: bool
    shown: Rich


@dataclass(frozen=True, slots=True)
class Column:
    """One system's first places for a query."""

    label: str
    colour: str
    source: str
    """Run, value of the measure."""
    found: Sequence[Found]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A query and what the systems found."""

    title: str
    why: str
    query: Rich
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a page."""


Block = Heading | Words | Bullets | Table | Chart | Verdict | SideBySide | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    stamp: str
    """Collection, ground truth, gate file: at the foot of every page."""
    watermark: str
    """On every page; empty where the evidence is real."""
    blocks: Sequence[Block] = field(default_factory=tuple)
    timestamp: int = 0
    """Seconds since 1970 of the newest evidence: a report says when its evidence is from, never when it was printed."""
