"""A system's answer: its name, its times, what it came from, its ranked list."""

from __future__ import annotations

from threading import Lock

import streamlit as st

from core.models.contract import LoadedModel
from core.search.query import Query
from core.search.service import SearchResult
from core.search.systems import SYSTEMS, System
from core.store.collections import CollectionSummary
from pages.widgets import cards, doors, trouble
from pages.widgets.address import Address
from pages.widgets.palette import colour
from pages.widgets.text import attribute, sentence


@st.fragment(parallel=True)
def panel(system: str, query: Query, *, address: Address, collection: str, compact: bool, turn: Lock) -> None:
    """Search with one system and draw what it found.

    A panel is a fragment of its own thread: the page stays at hand while a model loads or a reranker reads, and a system
    that fails says so in its own place. The panels of one page take turns, or each would show the others' computing as
    its own milliseconds.
    """
    known = SYSTEMS[system]
    head, body = st.empty(), st.empty()
    head.markdown(_head(known, compact=compact), unsafe_allow_html=True)
    body.markdown('<div class="ib-waiting" role="status">찾고 있습니다…</div>', unsafe_allow_html=True)
    with body, trouble.boundary():
        with turn:
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
    kinds = " · ".join(f"{name} {found.by_kind.get(kind.value, 0):,}" for kind, name in cards.KINDS.items())
    words = f"찾는 곳: {attribute(found.name)} 컬렉션의 문항 {found.items:,}개 ({kinds})"
    st.markdown(f'<div class="ib-collection">{words}</div>', unsafe_allow_html=True)


def _notes(words: list[str]) -> str:
    return "\n\n".join(f'<div class="ib-note">\n\n{sentence(one)}\n\n</div>' for one in words)


def _name(system: System) -> str:
    letter = f"<b>{system.letter}</b>" if system.letter else ""
    return f"{letter}{attribute(system.title)}"


def _head(system: System, found: SearchResult | None = None, *, compact: bool = False) -> str:
    title = f'<div class="ib-name" title="{attribute(system.description)}">{_name(system)}</div>'
    facts = ""
    if found is not None:
        origin = _origin(found.models)
        badge = f'<span class="ib-mini" title="{origin}">축소 모델</span>' if found.miniature else ""
        model = f"<span>{origin}</span>" if origin and not compact else ""
        facts = f'{badge}<span title="{origin}">{_times(found)}</span>{model}'
    head = (f'<div class="ib-result{" ib-narrow" if compact else ""}" data-system="{attribute(system.name)}" '
            f'style="--ib-accent:{colour(system.name)}">{title}<div class="ib-facts">{facts}</div></div>')
    said = found.notes if found is not None else []
    if compact:
        # Always one line high, so that the ranks of the columns stand in rows.
        return f'{head}<div class="ib-remark">{_remark(said)}</div>'
    return f"{head}\n\n{_notes(said)}" if said else head


def _remark(said: list[str]) -> str:
    words = " ".join(map(attribute, said))
    return f"<details><summary>{words}</summary>{words}</details>" if said else ""


def _times(found: SearchResult) -> str:
    spans = {"인코딩": found.encode_ms, "검색": found.search_ms, "재순위": found.rerank_ms}
    return " · ".join(f"{name} {milliseconds:,.0f}" for name, milliseconds in spans.items() if milliseconds) + " ms"


def _origin(models: list[LoadedModel]) -> str:
    return attribute(" + ".join(dict.fromkeys(f"{model.id} {model.precision} {model.device}" for model in models)))
