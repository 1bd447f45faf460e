"""A document as Markdown: the same blocks, for whoever reads or compares it as text. Charts and figures are files beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from core.report.final.blocks import (
    Block,
    Bullets,
    Chart,
    Document,
    Heading,
    PageBreak,
    Rich,
    SideBySide,
    Table,
    Verdict,
    Words,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")
_COMMAND = re.compile(r"`(python -m core [\w @.=,/+-]*)`")
"""Commands that the product names stand as code; any other backtick is a letter."""
_IN_FORMULAS = str.maketrans({"|": r"\vert ", "<": r"\lt ", ">": r"\gt "})
"""Inside a formula, a bar would end the table's cell and an angle bracket could begin an element."""
_RULES = {"l": ":---", "r": "---:"}


def as_markdown(document: Document) -> str:
    """Return the document's text; what is on every page of the PDF stands at its head."""
    return "\n\n".join(_written(document)) + "\n"


def files(document: Document) -> Mapping[str, bytes]:
    """Return the pictures that the text names, by their paths beside it."""
    found: dict[str, bytes] = {}
    for block in document.blocks:
        if isinstance(block, Chart):
            found[_chart(block)] = block.svg
        if isinstance(block, SideBySide):
            for shown in (block.query, *(one.shown for column in block.columns for one in column.found)):
                if shown.image:
                    found[_figure(shown.image)] = shown.image
    return found


def plain(text: str) -> str:
    """Return words that Markdown shows as they are: no mark, link, picture or element comes out of them."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", " ")


def said(text: str) -> str:
    """Return the same, with the commands that the product names as code."""
    parts = _COMMAND.split(text)
    return "".join(f"`{part}`" if place % 2 else plain(part) for place, part in enumerate(parts))


def _written(document: Document) -> Iterator[str]:
    yield f"# {plain(document.title)}"
    if document.watermark:
        yield f"> **{plain(document.watermark)}**"
    yield plain(document.subtitle)
    if document.stamp not in document.subtitle:
        yield plain(document.stamp)
    for block in document.blocks:
        if told := _block(block):
            yield told


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * (block.level + 1)} {plain(block.text)}"
        case Words():
            text = said(block.text)
            return f"> {text}" if block.tone == "note" else text
        case Bullets():
            return "\n".join(f"- {said(each)}" for each in block.items)
        case Table():
            return _table(block)
        case Chart():
            return "\n\n".join(filter(None, [f"**{plain(block.title)}**", f"![{plain(block.title)}]({_chart(block)})", plain(block.words)]))
        case Verdict():
            return f"> **{plain(block.title)}**  \n> {plain(block.headline)}"
        case SideBySide():
            return _sides(block)
        case PageBreak():
            return ""


def _table(block: Table) -> str:
    head = [f"| {' | '.join(map(plain, block.headers))} |", f"| {' | '.join(_RULES[side] for side in block.sides)} |"]
    rows = [f"| {' | '.join(map(said, row))} |" for row in block.rows]
    return "\n\n".join(filter(None, [f"**{plain(block.title)}**" if block.title else "", "\n".join([*head, *rows]), plain(block.note)]))


def _sides(block: SideBySide) -> str:
    rows = []
    for place in range(max((len(each.found) for each in block.columns), default=0)):
        cells = []
        for column in block.columns:
            if place < len(column.found):
                found = column.found[place]
                cells.append(f"{found.rank}. {plain(found.grade)} · {plain(found.item_id)} · {_rich(found.shown)}")
            else:
                cells.append("")
        rows.append(f"| {' | '.join(cells)} |")
    head = [f"| {' | '.join(plain(f'{each.label} ({each.source})') for each in block.columns)} |",
            f"|{' :--- |' * len(block.columns)}"]
    return "\n\n".join([f"**{plain(block.title)}** {plain(block.why)}", f"쿼리: {_rich(block.query)}", "\n".join([*head, *rows])])


def _rich(shown: Rich) -> str:
    words = "".join(plain(each.text) if each.kind in ("text", "raw") else f"${each.text.translate(_IN_FORMULAS)}$"
                    for each in shown.segments).replace("\n", " ")
    return f"{words} ![그림]({_figure(shown.image)})" if shown.image else words


def _chart(block: Chart) -> str:
    return f"charts/{block.name}.svg"


def _figure(image: bytes) -> str:
    return f"figures/{hashlib.sha256(image).hexdigest()[:16]}.png"
