"""Queries and items as those who run the labelling see them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from core.items import grades
from core.search.query import Query
from core.store.collections import Collection
from core.store.filters import Filters
from core.store.items import StoredItem
from core.store.queries import QueryRevision
from pages.widgets import cards, doors, markup, results
from pages.widgets.text import attribute

_SHORT = 60
_FOUND = 12
_FORMULA = re.compile(r"\$([^$]+)\$")
_SIGNS = {r"\triangle": "△", r"\angle": "∠", r"^\circ": "°", r"\times": "×", r"\,": " ", r"\ ": " "}
_UPRIGHT = re.compile(r"\\(?:mathrm|rm|text)\s*\{([^{}]*)\}")


def grade(value: int | None) -> str:
    """Return a grade in words; None is what could not be rated."""
    return "판정 불가" if value is None else grades.titled(value)


def short(words: str, length: int = _SHORT) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(_FORMULA.sub(_in_words, words).split())
    return line if len(line) <= length else f"{line[:length - 1]}…"


def _in_words(formula: re.Match[str]) -> str:
    """A formula where none can be set: as letters where these say it, else named as one."""
    tex = _UPRIGHT.sub(r"\1", formula[1])
    for written, sign in _SIGNS.items():
        tex = tex.replace(written, sign)
    return "(수식)" if re.search(r"[\\{}^_]", tex) else tex


def title(query: QueryRevision, length: int = _SHORT) -> str:
    """Return what a query asks for, in one line."""
    if query.text:
        return short(query.text, length)
    return "그림" if query.image_hash else f"문항 {query.source_item_id}"


def query(asked: QueryRevision, items: Mapping[str, StoredItem]) -> None:
    """Draw a query whole: its text and picture, or the item it is."""
    source = items.get(asked.source_item_id or "")
    if asked.text is None and asked.image_hash is None and source is not None:
        cards.whole(source)
        return
    parts = [f'<article class="ib-card"><div class="ib-head"><span class="ib-rank">{attribute(asked.query_id)}</span></div>'
             '<div class="ib-main">']
    if asked.text is not None:
        parts.append(f'<div class="ib-words">\n\n{cards.words(asked.text)}\n\n</div>')
    if asked.image_hash is not None:
        parts.append(f'<div class="ib-figure"><a href="/figures/{asked.image_hash}" target="_blank" rel="noopener">'
                     f'<img src="/figures/{asked.image_hash}" alt="쿼리 그림"></a></div>')
    markup.draw("\n\n".join([*parts, "</div></article>"]))


def pick_item(name: str, found: Collection, *, figures: bool = False) -> StoredItem | None:
    """Let somebody find an item by id or by words, and return the chosen one.

    Args:
        name: unique on the page; the key of the inputs begins with it.
        figures: offer only items that have a figure.
    """
    words = st.text_input("문항 찾기", key=f"{name}.words", placeholder="문항 ID나 문항에 나오는 낱말").strip()
    if not words:
        return None
    stored = doors.items(found.name, [words])
    if not stored:
        hits = doors.search(Query(text=words), system="bm25", collection=found.name, k=50, filters=Filters(), rerank_depth=50).hits
        stored = doors.items(found.name, [hit.item_id for hit in hits])
        stored = {hit.item_id: stored[hit.item_id] for hit in hits if hit.item_id in stored}
    kept = [each for each in stored.values() if each.image_hashes or not figures][:_FOUND]
    if not kept:
        results.calm("그림이 있는 문항을 찾지 못했습니다. 다른 낱말로 찾아 보세요." if figures
                     else "맞는 문항이 없습니다. 다른 낱말이나 문항 ID로 찾아 보세요.")
        return None
    by_id = {each.item.id: each for each in kept}
    chosen = st.selectbox("찾은 문항", list(by_id), key=f"{name}.item", format_func=lambda each: _line(by_id[each]))
    return by_id.get(chosen)


def _line(stored: StoredItem) -> str:
    return f"{stored.item.id} · {stored.item.unit} · {short(stored.item.text, 40)}"
