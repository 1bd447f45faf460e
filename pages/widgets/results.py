"""A system's answer: its name, its times, what it came from, its ranked list."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import streamlit as st

from core.items.naming import KINDS
from core.search import variants
from core.search.query import Query
from core.search.service import SearchResult
from core.search.systems import SYSTEMS, System
from core.search.variants import Variant
from core.store.collections import CollectionSummary
from pages.widgets import cards, doors, origin, trouble
from pages.widgets.address import Address
from pages.widgets.palette import colour
from pages.widgets.text import attribute, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One column of the page: which system answers, and what of the answer is shown how."""

    system: str
    address: Address
    collection: str
    compact: bool
    picture: tuple[int, int] | None = None
    """Width and height of the query's picture."""


@st.fragment(parallel=True)
def draw(panel: Panel, query: Query, *, turn: Lock) -> None:
    """Search with one system and draw what it found.

    A panel is a fragment of its own thread: the page stays at hand while a model loads or a reranker reads, and a system
    that fails says so in its own place. The panels of one page take turns, or each would show the others' computing as
    its own milliseconds.
    """
    asked = panel.address
    head, body = st.empty(), st.empty()
    head.markdown(_head(panel), unsafe_allow_html=True)
    body.markdown('<div class="ib-waiting" role="status">찾고 있습니다…</div>', unsafe_allow_html=True)
    with body, trouble.boundary():
        with turn:
            found = doors.search(query, system=panel.system, collection=panel.collection, k=asked.k, filters=asked.filters,
                                 rerank_depth=asked.n)
        items = doors.items(panel.collection, [hit.item_id for hit in found.hits])
        head.markdown(_head(panel, found), unsafe_allow_html=True)
        with body.container(gap="small"):
            if not found.hits:
                calm("맞는 문항이 없습니다. 필터를 줄이거나 다른 말로 찾아 보세요.")
            else:
                cards.hits(found.hits, items, system=panel.system, address=asked, compact=panel.compact)


def calm(words: str) -> None:
    """Say that there is nothing to show and what to do."""
    st.markdown(f'<div class="ib-calm">\n\n{sentence(words)}\n\n</div>', unsafe_allow_html=True)


def notes(words: list[str]) -> None:
    """Draw sentences a reader should know before trusting what follows."""
    if words:
        st.markdown(_notes(words), unsafe_allow_html=True)


def legend() -> None:
    """Say what each system is."""
    rows = "".join(
        f'<div style="--ib-accent:{colour(system.name)}"><div class="ib-name">{_name(system)}</div>'
        f"<p>{attribute(system.description)}</p></div>"
        for system in SYSTEMS.values()
    )
    st.markdown(f'<div class="ib-legend">{rows}</div>', unsafe_allow_html=True)


def collection(found: CollectionSummary) -> None:
    """Say what is searched."""
    kinds = " · ".join(f"{name} {found.by_kind.get(kind.value, 0):,}" for kind, name in KINDS.items())
    words = f"찾는 곳: {attribute(found.name)} 컬렉션의 문항 {found.items:,}개 ({kinds})"
    st.markdown(f'<div class="ib-collection">{words}</div>', unsafe_allow_html=True)


def _notes(words: list[str]) -> str:
    return "\n\n".join(f'<div class="ib-note">\n\n{sentence(one)}\n\n</div>' for one in words)


def _name(system: System, suffixes: str = "") -> str:
    letter = f"<b>{system.letter}</b>" if system.letter else ""
    variant = f" <small>{attribute(suffixes)}</small>" if suffixes else ""
    return f"{letter}{attribute(system.title)}{variant}"


def _head(panel: Panel, found: SearchResult | None = None) -> str:
    variant = variants.find(panel.system)
    facts = _facts(variant, panel, found) if found is not None else ["", ""][: 1 + panel.compact]
    lines = "".join(f'<div class="ib-facts">{line}</div>' for line in facts)
    _, at, suffixes = variant.name.partition("@")
    title = (f'<div class="ib-name" title="{attribute(variant.system.description)}">'
             f"{_name(variant.system, at + suffixes)}</div>")
    head = (f'<div class="ib-result{" ib-narrow" if panel.compact else ""}" data-system="{attribute(variant.name)}" '
            f'style="--ib-accent:{colour(variant.name)}">{title}{lines}</div>')
    said = found.notes if found is not None else []
    if panel.compact:
        # Always one line high, so that the ranks of the columns stand in rows.
        return f'{head}<div class="ib-remark">{_remark(said)}</div>'
    return f"{head}\n\n{_notes(said)}" if said else head


def _remark(said: list[str]) -> str:
    words = " ".join(map(attribute, said))
    return f"<details><summary>{words}</summary>{words}</details>" if said else ""


def _facts(variant: Variant, panel: Panel, found: SearchResult) -> list[str]:
    """Return two lines: what the search cost, and what it came from."""
    whole = attribute(origin.full(found.models))
    cost = _cost(variant, panel, found)
    badges = "".join(f'<span class="ib-mini" title="{whole}">{badge}</span>' for badge in origin.badges(found.models))
    source = attribute(origin.short(found.models) if panel.compact else origin.full(found.models))
    return [f'<span title="{attribute(cost)}">{attribute(cost)}</span>', f'{badges}<span title="{whole}">{source}</span>']


def _cost(variant: Variant, panel: Panel, found: SearchResult) -> str:
    spans = {"인코딩": found.encode_ms, "검색": found.search_ms}
    if variant.system.method == "rerank":
        spans[f"재순위 N={panel.address.n}"] = found.rerank_ms
    words = [f"{name} {milliseconds:,.0f}" for name, milliseconds in spans.items() if milliseconds]
    pictured = origin.tokens(found.models, panel.picture) if panel.picture else []
    return " · ".join([*words[:-1], f"{words[-1]} ms", *(f"그림 1장 = {count}토큰" for count in pictured)] if words else [])
