"""One search on its way: what it was asked, and what it gathers until it is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg import Connection

from core.models.contract import LoadedModel
from core.search.query import Resolved
from core.search.query_encoder import QueryEncoder
from core.search.variants import Variant
from core.store.collections import Collection
from core.store.filters import Filters


@dataclass(slots=True)
class Trace:
    """What one search gathers on its way. Milliseconds are wall time; notes are Korean sentences."""

    encode_ms: float = 0.0
    search_ms: float = 0.0
    rerank_ms: float = 0.0
    models: list[LoadedModel] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    together: int = 1
    """Queries that were encoded in the same call: ``encode_ms`` is a share of it."""
    shared: list[str] = field(default_factory=list)
    """Keys of the models whose vector of the query another search had asked for before."""

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the wall time of the block to a phase: encode, search or rerank."""
        start = time.perf_counter()
        try:
            yield
        finally:
            name = f"{phase}_ms"
            setattr(self, name, getattr(self, name) + (time.perf_counter() - start) * 1000)

    def used(self, model: LoadedModel) -> None:
        """Remember a model and say what it was asked for and could not give."""
        self.models.append(model)
        self.notes.extend(model.notes)


Scored = dict[int, tuple[dict[str, float], float]]
"""Scores by item id, and the milliseconds they took, by embedding set: of one query under one filter."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search under way: where it looks and with what.

    ``scored`` is shared by searches of one query under one filter, such as those of D's weights: each channel scores the
    corpus once, and each search counts the time it took.
    """

    conn: Connection
    encoder: QueryEncoder
    collection: Collection
    variant: Variant
    query: Resolved
    filters: Filters
    k: int
    rerank_depth: int
    trace: Trace
    scored: Scored = field(default_factory=dict)
