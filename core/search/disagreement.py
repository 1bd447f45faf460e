"""Which stored queries the systems disagree about most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

from psycopg import Connection

from core.search import run_choice, variants
from core.search.overlap import rbo
from core.store import queries, run_lists
from core.store.queries import QueryRevision


def rank_queries(conn: Connection, collection_id: int, systems: Sequence[str], k: int = 10) -> list[tuple[QueryRevision, float]]:
    """Return the current queries with their disagreement, the most disputed first; equal ones by id.

    Disagreement is 1 − the mean RBO of every pair of the systems' first ``k`` places, 0 (the same lists) to 1 (nothing in
    common), from each system's latest stored run. A query that fewer than two of the systems answered in its present
    wording is not there.

    Raises:
        NotFoundError: there is no such system.
    """
    names = dict.fromkeys(variants.find(system).name for system in systems)
    found = [run for name in names if (run := run_choice.latest(conn, collection_id, name))]
    lists = run_lists.top(conn, [run.id for run in found], k)
    ranked = []
    for query in queries.current(conn, collection_id):
        stored = [lists.get((run.id, query.query_id)) for run in found]
        given = [listed for query_hash, listed in filter(None, stored) if query_hash == query.content_hash]
        if len(given) > 1:
            shared = fmean(rbo(one, other) for one, other in combinations(given, 2))
            ranked.append((query, max(0.0, 1.0 - shared)))  # sums of powers can end a hair above 1
    ranked.sort(key=lambda pair: (-pair[1], pair[0].query_id))
    return ranked
