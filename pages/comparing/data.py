"""What the comparison reads from ``core``: stored queries, grades and who may see them, runs and disagreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from core.accounts import logins
from core.accounts.person import Person
from core.accounts.rights import Act
from core.errors import NotFoundError
from core.labels import making, rounds
from core.labels.versions import truth
from core.labels.versions.truth import Truth
from core.meeting import bookmarks
from core.search import disagreement, running
from core.store import collections, judgments
from core.store import queries as stored_queries
from core.store.bookmarks import Bookmark
from core.store.items import StoredItem
from core.store.jobs import Job
from core.store.judgments import JudgmentEvent
from core.store.queries import QueryRevision
from pages.comparing.address import Comparing
from pages.widgets import doors

_FRESH = 20
"""Seconds a listing may be behind what others do meanwhile."""


@st.cache_data(ttl=_FRESH, show_spinner=False)
def queries(collection: str) -> list[QueryRevision]:
    """Return the collection's queries, without the retired ones."""
    with _opened(collection) as (conn, place):
        return stored_queries.current(conn, place)


def stored(asked: Comparing, collection: str, *, image: bool) -> QueryRevision | None:
    """Return the stored query that an address asks for, by its id or by being the same; None where there is none.

    Args:
        image: whether an uploaded image is part of what is asked; no stored query is known to be the same then.

    Raises:
        NotFoundError: the address names a query the collection does not have.
    """
    known = queries(collection)
    if asked.query:
        for one in known:
            if one.query_id == asked.query:
                return one
        with _opened(collection) as (conn, place):  # a retired one, or one written a moment ago
            return stored_queries.get(conn, place, asked.query)
    if image:
        return None
    if asked.item:
        wanted = (None, None, asked.item)
        return next((one for one in known if (one.text, one.image_hash, one.source_item_id) == wanted), None)
    return next((one for one in known if asked.q and one.text == asked.q and one.image_hash is None), None)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def versions(collection: str) -> list[int]:
    """Return the numbers of the frozen ground truth versions, newest first."""
    with _opened(collection) as (conn, place):
        return sorted((version.number for version in truth.versions(conn, place)), reverse=True)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def grades(collection: str, number: int | None) -> Truth | None:
    """Return a ground truth version, the latest, or what is judged so far; None where nothing is."""
    with _opened(collection) as (conn, place):
        try:
            found = truth.load(conn, place, number)
        except NotFoundError:
            return None
    return found if found.grades else None


def may_see_grades(collection: str, who: Person | None) -> bool:
    """Return whether grades may be shown to this person."""
    with _opened(collection) as (conn, place):
        return rounds.may_see_grades(conn, place, who)


def own_grade(collection: str, query: QueryRevision, item: StoredItem, who: Person) -> JudgmentEvent | None:
    """Return what this person said of a pair here, where systems and ranks are seen."""
    pair = (query.query_id, query.content_hash, item.item.id, item.content_hash, who.name, False)
    with _opened(collection) as (conn, place):
        said = judgments.current(conn, place, unblinded=True)
    return next((one for one in said if pair == (one.query_id, one.query_hash, one.item_id, one.item_hash, one.rater, one.blinded)),
                None)


def judge(collection: str, query: QueryRevision, item: StoredItem, who: Person, *, grade: int, note: str) -> None:
    """Keep a grade given where systems and ranks are seen; it is on disk when this returns."""
    with _opened(collection, "judging") as (conn, place):
        judgments.append(conn, [JudgmentEvent(
            collection_id=place, query_id=query.query_id, query_hash=query.content_hash, item_id=item.item.id,
            item_hash=item.content_hash, grade=grade, rater=who.name, origin="human", note=note, blinded=False,
            client_id="compare",
        )])


def keep(collection: str, asked: Comparing, image: bytes | None, who: Person) -> QueryRevision:
    """Store what is asked as a query of the collection.

    Raises:
        InputError: it cannot be one.
    """
    with _opened(collection, "queries") as (conn, place):
        made = making.create(conn, place, by=who.name, text=asked.q or None, image=image, source_item_id=asked.item or None)
    queries.clear()
    return made


def kept_for_meeting(collection: str) -> list[Bookmark]:
    """Return the comparisons kept for the meeting."""
    with _opened(collection) as (conn, place):
        return bookmarks.listing(conn, place)


def keep_for_meeting(collection: str, address: str, title: str, who: Person) -> None:
    """Keep a comparison for the meeting.

    Raises:
        InputError: title or address cannot be used.
    """
    with _opened(collection, "bookmarks") as (conn, place):
        bookmarks.keep(conn, place, address, title, by=who.name, who=who, demanded=logins.demanded())


def leave_from_meeting(collection: str, address: str, who: Person) -> None:
    """Take a comparison out of the meeting again."""
    with _opened(collection, "bookmarks") as (conn, place):
        bookmarks.leave(conn, place, address, by=who.name, who=who, demanded=logins.demanded())


def not_run(collection: str, systems: Sequence[str]) -> list[str]:
    """Return the systems whose stored run is missing, behind the vectors or items, or without some query."""
    with _opened(collection) as (conn, place):
        found = {system: running.latest(conn, place, system) for system in systems}
        return [system for system, run in found.items() if run is None or running.stale(conn, run)]


def searched(collection: str, jobs: Iterable[Job]) -> set[str]:
    """Return the systems that one of these jobs took through every query since the newest was written: what they left cannot be."""
    with _opened(collection) as (conn, place):
        newest = stored_queries.newest_at(conn, place)
    return {system for job in jobs if newest is None or job.created_at > newest
            for system in job.arguments[-1].split(",")}


@st.cache_data(ttl=_FRESH, show_spinner=False)
def disputed(collection: str, systems: tuple[str, ...], k: int, searched: str) -> list[tuple[str, float]]:
    """Return query ids with their disagreement from 0 to 1, the most disputed first.

    Args:
        searched: changes when somebody has searched for all of them here; then what was remembered counts no more.
    """
    with _opened(collection) as (conn, place):
        ranked = disagreement.rank_queries(conn, place, systems, k)
    return [(query.query_id, value) for query, value in ranked]


@contextmanager
def _opened(collection: str, act: Act | None = None) -> Iterator[tuple[Any, int]]:
    """Yield a connection and the collection's id; only with an act does it write."""
    with (doors.writing(act) if act else doors.database()).connection() as conn:
        yield conn, collections.get(conn, collection).id
