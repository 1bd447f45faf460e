"""The doors into ``core``: handles shared by all sessions, and the calls the pages make through them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.engine.client import EngineClient, engine
from core.search import examples as shipped
from core.search import service
from core.search.query import Query
from core.search.service import SearchResult
from core.store import collections as stored_collections
from core.store import items as stored_items
from core.store import open_database
from core.store.collections import CollectionSummary
from core.store.database import Database
from core.store.filters import Filters
from core.store.items import StoredItem

_FRESH = 20
"""Seconds a listing may be behind an import or a new embedding done elsewhere."""


@st.cache_resource(show_spinner="데이터베이스를 여는 중입니다…")
def database() -> Database:
    """Return the process's database, started on first need."""
    return open_database()


@st.cache_resource(show_spinner=False)
def encoder() -> EngineClient:
    """Return the process's client of the engine. No model lives here: any browser can empty this cache."""
    return engine()


def collections(wanted: str = "") -> list[CollectionSummary]:
    """Return the collections that hold items; one that is asked for by name is not missed for being new."""
    known = _collections()
    if wanted and wanted not in {found.name for found in known}:
        _collections.clear()
        known = _collections()
    return known


@st.cache_data(ttl=_FRESH, show_spinner=False)
def _collections() -> list[CollectionSummary]:
    with database().connection() as conn:
        return [found for found in stored_collections.listing(conn) if found.items]


@st.cache_data(ttl=_FRESH, show_spinner=False)
def facets(collection: str) -> dict[str, list[tuple[str, int]]]:
    """Return the values of each filter field with how many items have them."""
    with database().connection() as conn:
        return stored_items.facets(conn, stored_collections.get(conn, collection).id)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def examples(collection: str) -> list[str]:
    """Return queries to try on a collection."""
    return shipped.example_queries(database(), collection)


def items(collection: str, ids: Iterable[str]) -> dict[str, StoredItem]:
    """Return the items that exist among ``ids``, as they are now."""
    with database().connection() as conn:
        return stored_items.get_many(conn, stored_collections.get(conn, collection).id, list(ids))


@st.cache_data(ttl=60, max_entries=256, show_spinner=False)
def search(query: Query, *, system: str, collection: str, k: int, filters: Filters) -> SearchResult:
    """Search, or return what the same search found within the last minute (with the times it took then).

    Without this, every touch of a widget and every change between two systems would rank all columns anew.
    """
    return service.search(database(), encoder(), query, system=system, collection=collection, k=k, filters=filters)
