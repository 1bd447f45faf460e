"""One query through several systems; each distinct encoder reads it once.

The systems take turns: the engine computes one call at a time anyway, and milliseconds measured beside another search
would say little. Rerankers come last, because they read for seconds what the others find in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.engine.client import EngineClient
from core.errors import InputError, UserError
from core.search import variants
from core.search.query import Query, Resolved, of_revision, resolve
from core.search.query_encoder import QueryEncoder
from core.search.service import DEFAULT_RERANK_DEPTH, SearchResult, answer, check_depths
from core.search.variants import Variant
from core.store import collections
from core.store.collections import Collection
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision

MOST_SYSTEMS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One system's part: its result, or the Korean sentence that says why it has none."""

    system: str
    """The canonical name."""
    result: SearchResult | None
    error: str | None = None

    @property
    def item_ids(self) -> list[str]:
        """The list's items, best first; empty where there is no result."""
        return [hit.item_id for hit in self.result.hits] if self.result else []


class Comparison:
    """A comparison under way. Iterate it: each column comes when it is ready; what has come is not searched again.

    Attributes:
        systems: the canonical names in the order asked for.
        columns: what came so far, by system.
        query: the query as stated; ``resolved`` is what the encoders get of it.
        started_at: when it was asked for (UTC).
    """

    def __init__(self, db: Database, engine: EngineClient, query: Query, resolved: Resolved, chosen: Sequence[Variant], *,
                 collection: Collection, k: int, filters: Filters, rerank_depth: int) -> None:
        self.query, self.resolved, self.k, self.filters, self.rerank_depth = query, resolved, k, filters, rerank_depth
        self.systems = tuple(variant.name for variant in chosen)
        self.collection = collection.name
        self.started_at = datetime.now(UTC)
        self.columns: dict[str, Column] = {}
        self._db, self._encoder, self._chosen, self._found = db, QueryEncoder(engine), chosen, collection

    def __iter__(self) -> Iterator[Column]:
        """Yield each column as it is ready, those that are there already first to come."""
        for variant in sorted(self._chosen, key=lambda one: one.system.method == "rerank"):
            if variant.name not in self.columns:
                self.columns[variant.name] = self._column(variant)
            yield self.columns[variant.name]

    @property
    def lists(self) -> dict[str, list[str]]:
        """The item ids by system, in the order asked for, of the columns that have a result; for ``overlap``."""
        return {name: self.columns[name].item_ids for name in self.systems
                if name in self.columns and self.columns[name].result is not None}

    def _column(self, variant: Variant) -> Column:
        try:
            with self._db.connection() as conn:
                result = answer(conn, self._encoder, self.resolved, variant=variant, collection=self._found, k=self.k,
                                filters=self.filters, rerank_depth=self.rerank_depth)
        except UserError as error:  # one system's trouble leaves the others their columns
            return Column(variant.name, None, str(error))
        return Column(variant.name, result)


def compare(db: Database, engine: EngineClient, query: Query | QueryRevision, systems: Sequence[str], *, collection: str,
            k: int = 10, filters: Filters = Filters(), rerank_depth: int = DEFAULT_RERANK_DEPTH) -> Comparison:
    """Check a query and prepare its way through the systems; nothing is encoded before the first column is asked for.

    A stored query (QueryRevision) never finds the item it was written from. Which system pays for an encoding is decided by
    the order: later ones that need the same encoder configuration show 0 ms and name the model in ``SearchResult.shared``.

    Raises:
        InputError: the query, k or depth cannot be used, or the systems are none or more than 6.
        NotFoundError: no such system, collection or item.
    """
    chosen = list({variant.name: variant for variant in map(variants.find, systems)}.values())
    if not 1 <= len(chosen) <= MOST_SYSTEMS:
        raise InputError(f"시스템은 1개부터 {MOST_SYSTEMS}개까지 고를 수 있습니다. 고른 시스템을 줄이거나 하나 이상 골라 주세요.")
    check_depths(k, rerank_depth)
    with db.connection() as conn:
        found = collections.get(conn, collection)
        asked = of_revision(conn, query) if isinstance(query, QueryRevision) else query
        resolved = resolve(conn, asked, collection_id=found.id)
    return Comparison(db, engine, asked, resolved, chosen, collection=found, k=k, filters=filters, rerank_depth=rerank_depth)
