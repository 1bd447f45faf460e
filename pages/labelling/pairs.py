"""Pairs to judge as markup: the query on the left, its candidates on the right, of which the script shows one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import streamlit as st

from core.labels.desk import Desk, Seat
from core.store.items import StoredItem
from core.store.queries import QueryRevision
from pages.widgets import cards
from pages.widgets.markup import draw as markup
from pages.widgets.text import attribute


def draw(laid: Desk) -> None:
    """Draw every pair of a desk, hidden: one call for each query, so that those already there are not drawn again."""
    # Without gaps: each hidden query would otherwise push the shown one further down.
    with st.container(key="label-pairs", gap=None):
        for query_id, group in groupby(laid.seats, key=lambda seat: seat.entry.query_id):
            markup(_group(laid.queries[query_id], list(group), laid.items))


def _group(query: QueryRevision, seats: list[Seat], items: Mapping[str, StoredItem]) -> str:
    candidates = [
        "\n\n".join([f'<div class="ib-pair" style="display:none" data-ref="{attribute(seat.ref)}">', '<div class="ib-side">후보</div>',
                     cards.unnamed(items[seat.entry.item_id]), "</div>"])
        for seat in seats
    ]
    return "\n\n".join([f'<div class="ib-group" style="display:none" data-group="{attribute(seats[0].ref)}"><div class="ib-sought">',
                        '<div class="ib-side">쿼리</div>', asked(query, items), "</div>",
                        '<div class="ib-candidates">', *candidates, "</div></div>"])


def asked(query: QueryRevision, items: Mapping[str, StoredItem]) -> str:
    """Return a query as the rater may see it: what is searched for, and nothing it was made from."""
    source = items.get(query.source_item_id or "")
    if query.text is None and query.image_hash is None:
        if source is None:
            return '<p class="ib-gone">원본 문항이 지워졌습니다.</p>'
        return cards.figures(source) if query.query_type == "image" else cards.unnamed(source)
    parts = []
    if query.text is not None and query.query_type != "image":
        parts.append(f'<div class="ib-words ib-wanted">\n\n{cards.words(query.text)}\n\n</div>')
    if query.image_hash is not None:
        parts.append(f'<div class="ib-figure"><a href="/figures/{query.image_hash}" target="_blank" rel="noopener">'
                     f'<img src="/figures/{query.image_hash}" alt="쿼리 그림"></a></div>')
    return "\n\n".join(['<article class="ib-card"><div class="ib-main">', *parts, "</div></article>"])
