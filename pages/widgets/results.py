"""A system's answer: its name, its times, what it came from, its ranked list."""

from __future__ import annotations

import streamlit as st

from core.models.contract import LoadedModel
from core.search.query import Query
from core.search.service import SearchResult
from core.search.systems import SYSTEMS, System
from pages.widgets import cards, doors, trouble
from pages.widgets.address import Address
from pages.widgets.palette import colour
from pages.widgets.text import attribute, sentence


@st.fragment(parallel=True)
def panel(system: str, query: Query, *, address: Address, collection: str, compact: bool) -> None:
    """Search with one system and draw what it found.

    Each panel is a fragment run beside the others: a slow system (a model still loading, a reranker) holds up no other, and one
    that fails says so in its own place.
    """
    known = SYSTEMS[system]
    head, body = st.empty(), st.empty()
    head.markdown(_head(known), unsafe_allow_html=True)
    body.markdown('<div class="ib-waiting" role="status">찾고 있습니다…</div>', unsafe_allow_html=True)
    with body, trouble.boundary():
        found = doors.search(query, system=system, collection=collection, k=address.k, filters=address.filters)
        items = doors.items(collection, [hit.item_id for hit in found.hits])
        head.markdown(_head(known, found, compact=compact), unsafe_allow_html=True)
        with body.container(gap="small"):
            if not found.hits:
                calm("맞는 문항이 없습니다. 필터를 줄이거나 다른 말로 찾아 보세요.")
            else:
                cards.hits(found.hits, items, system=system, address=address, compact=compact)


def calm(words: str) -> None:
    """Say that there is nothing to show and what to do."""
    st.markdown(f'<div class="ib-calm">\n\n{sentence(words)}\n\n</div>', unsafe_allow_html=True)


def notes(words: list[str]) -> None:
    """Draw sentences a reader should know before trusting what follows."""
    if words:
        st.markdown(_notes(words), unsafe_allow_html=True)


def _notes(words: list[str]) -> str:
    return "\n\n".join(f'<div class="ib-note">\n\n{sentence(one)}\n\n</div>' for one in words)


def _head(system: System, found: SearchResult | None = None, *, compact: bool = False) -> str:
    letter = f"<b>{system.letter}</b>" if system.letter else ""
    parts = [f'<span class="ib-name" title="{attribute(system.description)}">{letter}{attribute(system.title)}</span>']
    if found is not None:
        if found.miniature:
            parts.append(f'<span class="ib-mini" title="{_origin(found.models)}">축소 모델</span>')
        parts.append(f'<span class="ib-time">{_times(found)}</span>')
        if not compact and found.models:
            parts.append(f'<span class="ib-model">{_origin(found.models)}</span>')
    head = f'<div class="ib-result" data-system="{attribute(system.name)}" style="--ib-accent:{colour(system.name)}">{"".join(parts)}</div>'
    return f"{head}\n\n{_notes(found.notes)}" if found is not None and found.notes else head


def _times(found: SearchResult) -> str:
    spans = [("인코딩", found.encode_ms if found.models else None), ("검색", found.search_ms), ("재순위", found.rerank_ms or None)]
    return " · ".join(f"{name} {milliseconds:,.0f} ms" for name, milliseconds in spans if milliseconds is not None)


def _origin(models: list[LoadedModel]) -> str:
    return attribute(" · ".join(dict.fromkeys(f"{model.id} {model.precision} {model.device}" for model in models)))
