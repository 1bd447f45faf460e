"""Who brought which pairs into the pools, and what would be missing without one of them (circularity guard)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import Connection

RELEVANT_FROM = 2


@dataclass(frozen=True, slots=True)
class SystemContribution:
    """What one proposer, or one family of proposers that are not independent of each other, brought in.

    ``alone`` counts what nobody outside brought; ``relevant`` of judged pairs by their final grade.
    """

    name: str
    level: Literal["proposer", "family"]
    title: str
    """Korean, for pages seen by those who may see systems."""
    pairs: int
    alone: int
    judged: int
    relevant: int
    relevant_alone: int


def contribution(conn: Connection, collection_id: int, *, round_id: int | None = None,
                 relevant_from: int = RELEVANT_FROM) -> list[SystemContribution]:
    """Return every proposer, then every family, of one round or of all rounds of a collection."""
    raise NotImplementedError
