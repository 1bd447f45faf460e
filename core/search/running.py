"""Runs: systems' ranked lists for a collection's queries, stored as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg import Connection

from core.engine.client import EngineClient
from core.models import registry
from core.models.contract import LoadedModel
from core.search import run_config, variants
from core.search.query_encoder import QueryEncoder
from core.search.run_choice import DEPTH, latest, stale
from core.search.run_work import KILLED, TIMEOUT_SECONDS, Lane, Range, Work
from core.search.service import DEFAULT_RERANK_DEPTH, check_depths
from core.search.variants import Variant
from core.store import collections, run_lists, runs
from core.store import queries as stored_queries
from core.store.collections import Collection
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision

__all__ = ["DEPTH", "EVERYTHING", "ITEM_CHANGED", "KILLED", "Range", "RunOutcome", "encoder_of_runs", "latest", "run_system",
           "run_together", "stale"]
ITEM_CHANGED = "원본 문항이 바뀐 쿼리입니다. 쿼리를 다시 저장해 주세요."
EVERYTHING = Range("all", "whole", Filters())


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run did."""

    run_id: int
    done: int
    """Queries of those asked that the run has a list for now, an earlier call's included."""
    left_out: tuple[tuple[str, str], ...]
    """Query ids the system cannot take, with a Korean reason."""
    added: int = 0
    """Queries this call asked."""
    cancelled: bool = False


def run_system(db: Database, engine: EngineClient, system: str, *, collection: str,
               queries: Sequence[QueryRevision] | None = None, over: Range = EVERYTHING, depth: int = DEPTH,
               rerank_depth: int = DEFAULT_RERANK_DEPTH, progress: Callable[[int, int], None] | None = None,
               cancelled: Callable[[], bool] | None = None) -> RunOutcome:
    """Store what a system returns for each query; what is stored already is not asked again.

    The same system over the same vectors, items, range and depths is the same run: it goes on with the queries it lacks.
    Encoding times are a batch's share, fit for throughput and not for latency.

    Args:
        system: name or letter, with a variant's suffixes if any.
        collection: its name.
        queries: the collection's current ones where None.
        over: the part of queries and items; a query without that part is left out.
        depth: places of each list.
        rerank_depth: how many of them system E reads again.
        progress: called in this thread with (queries seen to, queries in all).
        cancelled: asked before each query; what is stored stays.

    Raises:
        NotFoundError: no such system or collection, or it is not embedded for the system.
        InputError: the depths cannot be used, or the variant keeps more dimensions than there are.
        ModelError: a model cannot be loaded, or changed in the middle.
        EngineError: the engine did not answer.
    """
    (outcome,) = run_together(db, engine, [system], collection=collection, queries=queries, over=over, depth=depth,
                              rerank_depth=rerank_depth, progress=progress, cancelled=cancelled)
    return outcome


def run_together(db: Database, engine: EngineClient, systems: Sequence[str], *, collection: str,
                 queries: Sequence[QueryRevision] | None = None, over: Range = EVERYTHING, depth: int = DEPTH,
                 rerank_depth: int = DEFAULT_RERANK_DEPTH, encoder: QueryEncoder | None = None,
                 progress: Callable[[int, int], None] | None = None,
                 cancelled: Callable[[], bool] | None = None) -> list[RunOutcome]:
    """Run systems over the same channels (D's weights) query by query: each channel scores the items once a query.

    Args:
        encoder: kept by the caller over several calls, so that nothing is encoded twice; it reads one query at a time,
            and what is stored is a latency. Without one, queries are encoded in batches.
        progress: called with (lists seen to, lists in all).

    Raises:
        As ``run_system``; nothing is run where one of the systems cannot be.
    """
    chosen = [variants.find(system) for system in systems]
    check_depths(depth, rerank_depth)
    rerankers = [_loaded_reranker(engine, variant) for variant in chosen]
    with db.connection() as conn:
        found = collections.get(conn, collection)
        wanted = stored_queries.current(conn, found.id) if queries is None else queries
        changed = stored_queries.stale(conn, found.id, wanted)
        given = list({query.query_id: query for query in wanted}.values())
        asked = [query for query in given if query.query_id not in changed]
        lanes = [_opened(conn, found, variant, reranker, asked, over, depth, rerank_depth)
                 for variant, reranker in zip(chosen, rerankers, strict=True)]
    work = Work(db, engine, found, over, lanes, asked, encoder, progress or (lambda done, total: None),
                 cancelled or (lambda: False), total=len(given) * len(lanes))
    for lane in lanes:
        lane.left_out += [(query_id, ITEM_CHANGED) for query_id in sorted(changed)]
        work.seen += len(lane.there) + len(changed)
    stopped = work.do()
    return [RunOutcome(lane.run.id, len(lane.there), tuple(lane.left_out), lane.added, stopped) for lane in lanes]


def encoder_of_runs(engine: EngineClient) -> QueryEncoder:
    """Return an encoder for ``run_together``: behind interactive queries, patient, and telling each system the whole price."""
    return QueryEncoder(engine, priority="batch", timeout=TIMEOUT_SECONDS, alone=True)


def _opened(conn: Connection, collection: Collection, variant: Variant, reranker: LoadedModel | None,
            asked: Sequence[QueryRevision], over: Range, depth: int, rerank_depth: int) -> Lane:
    config = run_config.describe(conn, collection, variant, depth=depth, rerank_depth=rerank_depth, reranker=reranker,
                                 part=over.part, filters=over.filters)
    run = runs.open_for(conn, collection.id, variant.name, config,
                        ((query.query_id, query.content_hash, query.source_item_id) for query in asked), scope=over.scope)
    stored = {query.query_id for query in run_lists.queries(conn, run.id)}
    return Lane(variant, run, reranker, {query.query_id for query in asked} & stored)


def _loaded_reranker(engine: EngineClient, variant: Variant) -> LoadedModel | None:
    if variant.system.reranker is None:
        return None
    key = registry.resolve(variant.system.reranker).key
    return engine.load(key, precision=variant.precision or "auto", max_pixels=variant.max_pixels)
