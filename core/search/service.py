"""``search()``: one query through one system or variant."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.client import EngineClient
from core.errors import InputError
from core.models.contract import LoadedModel
from core.search import variants
from core.search.query import Query, resolve
from core.search.rank import Hit
from core.search.retrieval import METHODS, Search, Trace
from core.store import collections
from core.store.database import Database
from core.store.filters import Filters

DEFAULT_RERANK_DEPTH = 50
MOST_HITS = 1000


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A ranked list with what it came from. Milliseconds are wall time seen by the caller; notes are Korean sentences."""

    system: str
    collection: str
    hits: list[Hit]
    encode_ms: float
    search_ms: float
    rerank_ms: float
    models: list[LoadedModel]
    notes: list[str]

    @property
    def miniature(self) -> bool:
        """Whether any model behind the list is a miniature one."""
        return any(model.miniature for model in self.models)


def search(db: Database, engine: EngineClient, query: Query, *, system: str, collection: str, k: int = 10,
           filters: Filters = Filters(), rerank_depth: int = DEFAULT_RERANK_DEPTH) -> SearchResult:
    """Search a collection.

    Args:
        system: a system's name or letter, with a variant's suffixes if any (``A@512``).
        k: hits wanted, 1 to 1000; fewer come back when the filtered collection has fewer.
        rerank_depth: how many of the first stage's hits system E reads again, 1 to 1000.

    Raises:
        InputError: the query cannot be searched by this system.
        NotFoundError: no such system, collection or item, or the collection is not embedded for it yet.
        EngineError: the engine did not answer.
    """
    variant = variants.find(system)
    for name, value in (("결과 수", k), ("다시 매길 문항 수", rerank_depth)):
        if not 1 <= value <= MOST_HITS:
            raise InputError(f"{name} {value}은(는) 쓸 수 없습니다. 1부터 {MOST_HITS} 사이로 정해 주세요.")
    trace = Trace()
    with db.connection() as conn:
        found = collections.get(conn, collection)
        resolved = resolve(conn, query, collection_id=found.id)
        run = Search(conn, engine, found, variant, resolved, filters, k, rerank_depth, trace)
        hits = METHODS[variant.system.method](run)
    return SearchResult(variant.name, found.name, hits, trace.encode_ms, trace.search_ms, trace.rerank_ms,
                        trace.models, list(dict.fromkeys(trace.notes)))
