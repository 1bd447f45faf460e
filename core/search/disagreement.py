"""Which stored queries the systems disagree about most."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from core.store.queries import QueryRevision


def rank_queries(conn: Connection, collection_id: int, systems: Sequence[str], k: int = 10) -> list[tuple[QueryRevision, float]]:
    """Return the current queries with their disagreement, the most disputed first; equal ones by id.

    Disagreement is 1 − the mean RBO of every pair of the systems' first ``k`` places, 0 (the same lists) to 1 (nothing in
    common), from each system's latest stored run. A query that fewer than two of the systems answered in its present
    wording is not there.
    """
    raise NotImplementedError
