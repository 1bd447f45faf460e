"""``search()``: one query through one system or variant."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from core.engine.client import EngineClient
from core.errors import InputError
from core.models.contract import LoadedModel
from core.search import variants
from core.search.ongoing import Scored, Search, Trace
from core.search.query import Query, Resolved, resolve
from core.search.query_encoder import QueryEncoder
from core.search.rank import Hit
from core.search.retrieval import METHODS
from core.search.variants import Variant
from core.store import collections
from core.store.collections import Collection
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
    shared: tuple[str, ...] = ()
    """Keys of the models that had encoded the query for another system of the same comparison: 0 ms of theirs is in here."""
    encoded_together: int = 1
    """Queries encoded in the same call; ``encode_ms`` is a latency only where this is 1."""

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
    check_depths(k, rerank_depth)
    with db.connection() as conn:
        found = collections.get(conn, collection)
        resolved = resolve(conn, query, collection_id=found.id)
        return answer(conn, QueryEncoder(engine), resolved, variant=variant, collection=found, k=k, filters=filters,
                      rerank_depth=rerank_depth)


def check_depths(k: int, rerank_depth: int) -> None:
    """Refuse numbers of hits that cannot be asked for.

    Raises:
        InputError: one is not 1 to 1000.
    """
    for name, value in (("결과 수", k), ("다시 매길 문항 수", rerank_depth)):
        if not 1 <= value <= MOST_HITS:
            raise InputError(f"{name} {value}은(는) 쓸 수 없습니다. 1부터 {MOST_HITS} 사이로 정해 주세요.")


def answer(conn: Connection, encoder: QueryEncoder, query: Resolved, *, variant: Variant, collection: Collection, k: int,
           filters: Filters, rerank_depth: int, scored: Scored | None = None) -> SearchResult:
    """Return what a system finds for a checked query, its vectors from ``encoder``; errors as in ``search``.

    Args:
        scored: handed to several searches of the same query under the same filters, it lets them share channels' scores.
    """
    trace = Trace()
    run = Search(conn, encoder, collection, variant, query, filters, k, rerank_depth, trace, {} if scored is None else scored)
    hits = METHODS[variant.system.method](run)
    return SearchResult(variant.name, collection.name, hits, trace.encode_ms, trace.search_ms, trace.rerank_ms,
                        trace.models, list(dict.fromkeys(trace.notes)), tuple(trace.shared), trace.together)
