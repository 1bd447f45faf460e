"""Small tables as markup: every cell can be read, searched and copied, which a canvas cannot offer."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.widgets.text import attribute


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of more than one word: what counts, and small print under it. ``link`` leads there from the words."""

    words: str
    under: str = ""
    link: str = ""
    faint: bool = False


def draw(headers: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: frozenset[str] = frozenset()) -> None:
    """Draw rows of plain text under their headers; columns named in ``numbers`` stand to the right."""
    styles = ['class="ib-number"' if name in numbers else "" for name in headers]
    head = "".join(f"<th {style}>{attribute(name)}</th>" for name, style in zip(headers, styles, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td {style}>{_cell(cell)}</td>" for cell, style in zip(row, styles, strict=True)) + "</tr>"
        for row in rows
    )
    table = f'<table class="ib-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    st.markdown(f'<div class="ib-scroll">{table}</div>', unsafe_allow_html=True)


def _cell(cell: object) -> str:
    if not isinstance(cell, Cell):
        return attribute(str(cell))
    words = attribute(cell.words)
    if cell.link:
        words = f'<a href="{html.escape(cell.link)}" target="_self">{words}</a>'
    elif cell.faint:
        words = f'<span class="ib-soft">{words}</span>'
    return words + (f'<small class="ib-under">{attribute(cell.under)}</small>' if cell.under else "")
