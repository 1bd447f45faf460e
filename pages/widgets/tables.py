"""Small tables as markup: every cell can be read, searched and copied, which a canvas cannot offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from pages.widgets.text import attribute


def draw(headers: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: frozenset[str] = frozenset()) -> None:
    """Draw rows of plain text under their headers; columns named in ``numbers`` stand to the right."""
    styles = ['class="ib-number"' if name in numbers else "" for name in headers]
    head = "".join(f"<th {style}>{attribute(name)}</th>" for name, style in zip(headers, styles, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td {style}>{attribute(str(cell))}</td>" for cell, style in zip(row, styles, strict=True)) + "</tr>"
        for row in rows
    )
    table = f'<table class="ib-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    st.markdown(f'<div class="ib-scroll">{table}</div>', unsafe_allow_html=True)
