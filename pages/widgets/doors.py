"""The doors into ``core``: handles shared by all sessions, and the calls the pages make through them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import streamlit as st

from core import pictures
from core.accounts import grants
from core.accounts.rights import Act
from core.bench import running
from core.engine.client import EngineClient, engine
from core.errors import UserError
from core.items import content
from core.models import registry
from core.search import examples as shipped
from core.search import service, variants
from core.search.query import Query
from core.search.service import SearchResult
from core.store import collections as stored_collections
from core.store import images as stored_images
from core.store import items as stored_items
from core.store import open_database
from core.store.collections import CollectionSummary
from core.store.database import Database
from core.store.filters import Filters
from core.store.items import StoredItem
from pages.widgets import person

_FRESH = 20
"""Seconds a listing may be behind an import or a new embedding done elsewhere."""


def database() -> Database:
    """Return the process's database for looking, started on first need; PostgreSQL refuses whatever is written through it."""
    return grants.reading()


def writing(act: Act) -> Database:
    """Return the database for the one who looks at this page to do an act: the only way for a page to write.

    Ask for it where the act is done, not where its button is drawn: a role may change in between. A thread gets it from the page.

    Raises:
        ForbiddenError: this person may not; the sentence says who may.
    """
    return grants.writing(person.current(), act)


def demand(act: Act) -> None:
    """Refuse the one who looks at this page an act that writes nothing, such as taking a model up.

    Raises:
        ForbiddenError: this person may not; the sentence says who may.
    """
    grants.demand(person.current(), act)


def resuming(job_id: int) -> Database:
    """Return the database for going on with a job.

    Raises:
        ForbiddenError: this person may not do what the job does.
    """
    return grants.resuming(person.current(), job_id)


def stopping(job_id: int) -> Database:
    """Return the database for stopping a job.

    Raises:
        ForbiddenError: it is somebody else's.
    """
    return grants.stopping(person.current(), job_id)


def conclude_benches() -> None:
    """Make partial measurements of benches whose process died: the house's own work, whoever looks."""
    running.conclude_abandoned(open_database())


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


def forget_collections() -> None:
    """Read the collections anew: one was made or filled."""
    _collections.clear()


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


def picture(query: Query, *, collection: str) -> tuple[int, int] | None:
    """Return width and height of the picture the encoders get of a query, None where it has none that opens."""
    with suppress(UserError):  # a broken one is said where it is searched with
        data = query.image if query.item_id is None else _figure(query.item_id, collection=collection)
        if data is not None:
            with pictures.opened(data) as image:
                return image.size
    return None


def _figure(item_id: str, *, collection: str) -> bytes | None:
    with database().connection() as conn:
        stored = stored_items.get(conn, stored_collections.get(conn, collection).id, item_id)
        found = stored_images.get_many(conn, stored.image_hashes)
    return content.embedding_image([found[sha].data for sha in stored.image_hashes if sha in found])


def mixed(systems: Iterable[str]) -> bool:
    """Return whether some of these systems run on miniature models and others on real ones."""
    return len(_sizes(systems)) > 1


def miniature(systems: Iterable[str]) -> bool:
    """Return whether any of these systems runs on a miniature model."""
    return True in _sizes(systems)


def _sizes(systems: Iterable[str]) -> set[bool]:
    keys = {key for name in systems for system in [variants.find(name).system]
            for key in (*(channel.model for channel in system.channels), system.reranker) if key}
    small = set()
    for key in keys:
        with suppress(UserError):  # not there at all: the panel of its system says so
            small.add(registry.resolve(key).miniature)
    return small


@st.cache_data(ttl=60, max_entries=256, show_spinner=False)
def search(query: Query, *, system: str, collection: str, k: int, filters: Filters,
           rerank_depth: int) -> SearchResult:
    """Search, or return what the same search found within the last minute (with the times it took then).

    Without this, every touch of a widget and every change between two systems would rank all columns anew.
    """
    return service.search(database(), encoder(), query, system=system, collection=collection, k=k, filters=filters,
                          rerank_depth=rerank_depth)
