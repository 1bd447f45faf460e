"""One query through several systems; each distinct encoder reads it once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.engine.client import EngineClient
from core.search.query import Query
from core.search.service import DEFAULT_RERANK_DEPTH, SearchResult
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision


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


@dataclass(slots=True)
class Comparison:
    """A comparison under way. Iterate it once: each column comes when it is ready, rerankers last.

    ``columns`` holds what came so far by system, ``systems`` the canonical names in the order asked for.
    """

    systems: tuple[str, ...]
    collection: str
    k: int
    rerank_depth: int
    started_at: datetime
    columns: dict[str, Column] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Column]:
        """Yield each column as it is ready."""
        raise NotImplementedError

    @property
    def lists(self) -> dict[str, list[str]]:
        """The item ids by system, in the order asked for, of the columns that have a result; for ``overlap``."""
        raise NotImplementedError


def compare(db: Database, engine: EngineClient, query: Query | QueryRevision, systems: Sequence[str], *, collection: str,
            k: int = 10, filters: Filters = Filters(), rerank_depth: int = DEFAULT_RERANK_DEPTH) -> Comparison:
    """Check a query and prepare its way through the systems; nothing is encoded before the first column is asked for.

    A stored query (QueryRevision) never finds the item it was written from. Which system encodes is decided by the order:
    later ones that need the same encoder configuration show 0 ms and name the model in ``SearchResult.shared``.

    Raises:
        InputError: the query, k or depth cannot be used, or the systems are not 1 to 6 different ones.
        NotFoundError: no such system, collection or item.
    """
    raise NotImplementedError
