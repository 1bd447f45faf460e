"""Which stored run speaks for a system, and whether it is still what a search of today would give."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.search import run_config, variants
from core.search.run_config import States
from core.search.service import DEFAULT_RERANK_DEPTH
from core.store import collections, runs
from core.store.runs import AnsweringRun, Run

DEPTH = 100
"""Places of a stored list."""
NEARLY_WHOLE = 0.95
"""A run with this share of the lists of the run that has most counts as whole: a newer one may lack the query that its engine
did not survive. One with less was cut off."""


def latest(conn: Connection, collection_id: int, system: str, scope: str = "all", *, standard: bool = False) -> Run | None:
    """Return the run that speaks for a system, None where nothing was answered.

    It is one that was not cut off, before one that would be the same today, before a newer one: a run that somebody stopped
    after three queries never hides the whole one before it, which then shows as stale.

    Args:
        system: name or letter, with a variant's suffixes if any.
        standard: look first at runs of the usual depths, which evaluations compare.
    """
    return _best(conn, runs.answering(conn, collection_id, scope, variants.find(system).name), standard, None)


def of_scope(conn: Connection, collection_id: int, scope: str, *, known: States | None = None) -> dict[str, Run]:
    """Return the run that speaks for each system of a scope in an evaluation, by the system's name.

    Runs that were derived from others are not there: they hold for one ground truth only.
    """
    found = sorted(runs.answering(conn, collection_id, scope), key=lambda run: run.system)
    return {system: best for system, group in groupby(found, key=lambda run: run.system)
            if (best := _best(conn, (run for run in group if "derived" not in run.config), True, known))}


def stale(conn: Connection, run: Run, known: States | None = None) -> bool:
    """Return whether the system would now search other vectors or items than the run did; asks no engine.

    A derived run is stale where the runs it was made of are; those searched the same, so one of them tells.
    """
    if derived := run.config.get("derived"):
        return stale(conn, runs.get(conn, min(derived["runs"].values())), known)
    collection = collections.of_id(conn, run.collection_id)
    try:
        return run_config.changed(conn, collection, variants.find(run.system), run.config, known)
    except (NotFoundError, InputError):
        return True


def is_standard(run: Run) -> bool:
    """Whether the run has the depths that evaluations compare."""
    return run.config.get("depth") == DEPTH and run.config.get("rerank_depth") in (None, DEFAULT_RERANK_DEPTH)


def _best(conn: Connection, found: Iterable[AnsweringRun], standard: bool, known: States | None) -> Run | None:
    listed = sorted(found, key=lambda run: run.id, reverse=True)
    if standard:
        listed = [run for run in listed if is_standard(run)] or listed
    if not listed:
        return None
    most = max(run.answered for run in listed)
    whole = [run for run in listed if run.answered >= NEARLY_WHOLE * most]
    if len(whole) == 1:
        return whole[0]
    known = known or States(conn)
    return next((run for run in whole if not stale(conn, run, known)), whole[0])
