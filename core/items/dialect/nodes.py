"""What a formula is made of, once read."""

from __future__ import annotations

from dataclasses import dataclass

Nodes = tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Atom:
    r"""A character or a command without arguments: ``x``, ``\leq``, ``\,``."""

    latex: str


@dataclass(frozen=True, slots=True)
class Space:
    """A blank of the source: no width in a formula, a word boundary beside Hangul."""


@dataclass(frozen=True, slots=True)
class Thin:
    r"""A thin space: the word processor's backtick or tilde, or ``\,``."""


@dataclass(frozen=True, slots=True)
class Words:
    r"""Words inside a formula: bare Hangul, or what ``\text{…}`` holds."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of braces."""

    body: Nodes
    meant: bool = False
    """The braces do something (a font, an infix command) and are kept."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A base with what stands above and below it; ``primes`` are the strokes behind it."""

    base: Node | None
    above: Nodes | None = None
    below: Nodes | None = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    r"""A command with arguments: ``\frac``, ``\sqrt[3]``."""

    name: str
    arguments: tuple[Nodes, ...]
    optional: Nodes | None = None


@dataclass(frozen=True, slots=True)
class Fenced:
    r"""``\left … \right``."""

    opening: str
    body: Nodes
    closing: str


@dataclass(frozen=True, slots=True)
class Table:
    """An environment: rows of cells."""

    environment: str
    columns: str
    rows: tuple[tuple[Nodes, ...], ...]


Node = Atom | Space | Thin | Words | Group | Scripted | Command | Fenced | Table
