r"""The item bank's text dialect, read once and written in two forms.

* :func:`display`, :func:`for_display`: what Markdown with KaTeX renders. A formula that cannot be read is shown raw, in
  its place, and counted.
* :func:`for_embedding`: what the models read: the item's words and formulas, Unicode and LaTeX kept.

Neither raises, and neither loses or reorders a Hangul letter of :func:`visible`, the text without figure marks and
LaTeX comments (what counts as a comment: see ``marks``). Answers and explanations are other fields of an item and never
get here.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.items.dialect import bare, marks
from core.items.dialect.flow import Flow, flow
from core.items.dialect.latex import parse
from core.items.dialect.scan import Piece, pieces
from core.items.dialect.tokens import Unparsed
from core.items.dialect.write import flat, latex

__all__ = ["Display", "Segment", "display", "for_display", "for_embedding", "has_formula", "visible"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of what is shown: plain words, a formula (without dollar signs) or a formula's raw source.

    ``text`` and ``raw`` are untrusted plain text and have to be escaped by whoever shows them; ``inline`` and
    ``display`` are LaTeX made of known commands only.
    """

    kind: Literal["text", "inline", "display", "raw"]
    text: str


@dataclass(frozen=True, slots=True)
class Display:
    """A text ready to be shown, and how many of its formulas could not be read."""

    segments: tuple[Segment, ...]
    unparsed: int

    @property
    def markdown(self) -> str:
        r"""The segments in one string: ``$…$`` and ``$$…$$`` for formulas, ``\$`` for a dollar sign among the words."""
        return _assembled(self.segments, escape=True)


def visible(text: str) -> str:
    """Return the text without figure marks, comments and stray code points: what both forms are made of."""
    return marks.strip(marks.clean(text))


def display(text: str) -> Display:
    """Return the text as segments to be shown; never raises."""
    segments = _tidy(_segments(visible(text), display=True))
    return Display(segments, sum(segment.kind == "raw" for segment in segments))


def for_display(text: str) -> str:
    """Return the text as Markdown with formulas KaTeX renders; never raises. Words are not escaped."""
    return display(text).markdown


def for_embedding(text: str) -> str:
    """Return the text as the encoders read it; never raises."""
    found = _segments(visible(text), display=False)
    plain = [Segment("inline", segment.text) if segment.kind in ("display", "raw") else segment for segment in found]
    return re.sub(r"\n{2,}", "\n", _assembled(_tidy(plain), escape=False))


@lru_cache(maxsize=4096)
def has_formula(text: str) -> bool:
    """Return whether any of the text is a formula, in dollar signs or bare; never raises."""
    return any(segment.kind != "text" for segment in display(text).segments)


def _segments(text: str, *, display: bool) -> list[Segment]:
    found: list[Segment] = []
    for piece in pieces(text):
        if piece.kind != "words":
            found.extend(_formula(piece, display))
            continue
        for inner in pieces(bare.marked(piece.bodies[0])):
            found.extend(_words(inner.bodies[0]) if inner.kind == "words" else _formula(inner, display))
    return found


def _words(text: str) -> list[Segment]:
    return [Segment("text", re.sub(r"\\\\[ \t]*\n?", "\n", re.sub(r"\\([$%&#_{}])", r"\1", text)))]


def _formula(piece: Piece, display: bool) -> list[Segment]:
    """Read formulas that stand side by side as one, then one by one, braces mended only where that is needed."""
    whole = piece.bodies[0]
    for body in piece.bodies[1:]:
        whole += f" {body}" if re.search(r"\\[A-Za-z]+\Z", whole) else body
    for repair in (False, True):
        read = _read(whole, piece.kind == "display", repair, display)
        if read is not None:
            return list(read)
    if len(piece.bodies) > 1:
        return [part for body in piece.bodies for part in _formula(Piece(piece.kind, (body,)), display)]
    return [Segment("raw", whole.strip())]


@lru_cache(maxsize=4096)
def _read(source: str, displayed: bool, repair: bool, display: bool) -> tuple[Segment, ...] | None:
    try:
        nodes = parse(source, repair=repair)
        prose = flow(nodes)
        if prose is None:
            segments: tuple[Segment, ...] = (
                Segment("display" if displayed else "inline", latex(flat(nodes), display=display)),
            )
        else:
            segments = tuple(_flowing(prose, display))
    except Unparsed as reason:
        log.debug("formula %r: %s", source, reason)
        return None
    if marks.hangul("".join(segment.text for segment in segments)) != marks.hangul(source):
        log.debug("formula %r would lose words", source)
        return None
    return segments


def _flowing(prose: Flow, display: bool) -> list[Segment]:
    return [
        Segment("text", part) if isinstance(part, str) else Segment("inline", latex(part, display=display))
        for part in prose
    ]


def _tidy(segments: list[Segment]) -> tuple[Segment, ...]:
    """Join neighbours of one kind, drop what is empty, and collapse the blanks of the words."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and segment.kind == joined[-1].kind == "text":
            joined[-1] = Segment("text", joined[-1].text + segment.text)
        elif segment.text:
            joined.append(segment)
    tidy: list[Segment] = []
    for place, segment in enumerate(joined):
        text = segment.text
        if segment.kind == "text":
            text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", text)))
            text = text.lstrip() if place == 0 else text
            text = text.rstrip() if place == len(joined) - 1 else text
        if text:
            tidy.append(Segment(segment.kind, text))
    return tuple(tidy)


def _assembled(segments: tuple[Segment, ...], *, escape: bool) -> str:
    out = ""
    formula_before = False
    for segment in segments:
        is_formula = segment.kind in ("inline", "display")
        text = segment.text
        if is_formula:
            mark = "$$" if segment.kind == "display" else "$"
            text = f"{mark}{text}{mark}"
        elif escape:
            text = text.replace("$", r"\$")
        out += f" {text}" if is_formula and formula_before else text
        formula_before = is_formula
    return out
