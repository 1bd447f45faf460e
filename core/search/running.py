"""Runs: a system's ranked lists for a collection's queries, stored as they come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from psycopg import Connection
from psycopg.errors import UniqueViolation

from core.engine.client import EngineClient, EngineDiedError
from core.errors import EngineBusyError, InputError, ModelError, NotFoundError
from core.models import registry
from core.models.contract import LoadedModel
from core.search import run_config, variants
from core.search.query import Resolved, of_revision, resolve
from core.search.query_encoder import QueryEncoder
from core.search.retrieval import part
from core.search.service import DEFAULT_RERANK_DEPTH, SearchResult, answer, check_depths
from core.search.variants import Variant
from core.store import collections, runs
from core.store import queries as stored_queries
from core.store.collections import Collection
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision
from core.store.runs import Run

log = logging.getLogger(__name__)
T = TypeVar("T")
DEPTH = 100
BATCH = 32
"""Queries encoded in one call; also the most that a cancelled run has encoded for nothing."""
_TIMEOUT_SECONDS = 3600.0
_BUSY_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)

CHANGED = "실행하는 동안 리랭커의 설정이 바뀌어 멈추었습니다. 저장된 것은 그대로이니 다시 실행해 주세요."
KILLED = "이 쿼리를 계산하다가 엔진이 멈추었습니다. 쿼리의 그림을 확인해 주세요."


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
               queries: Sequence[QueryRevision] | None = None, depth: int = DEPTH, rerank_depth: int = DEFAULT_RERANK_DEPTH,
               progress: Callable[[int, int], None] | None = None,
               cancelled: Callable[[], bool] | None = None) -> RunOutcome:
    """Store what a system returns for each query; what is stored already is not asked again.

    The same system over the same vectors, items and depths is the same run: it goes on with the queries it lacks. Stored
    encoding times are a batch's share, fit for throughput and not for latency.

    Args:
        system: name or letter, with a variant's suffixes if any.
        collection: its name.
        queries: the collection's current ones where None.
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
    variant = variants.find(system)
    check_depths(depth, rerank_depth)
    reranker = _loaded_reranker(engine, variant)
    with db.connection() as conn:
        found = collections.get(conn, collection)
        wanted = stored_queries.current(conn, found.id) if queries is None else queries
        asked = list({query.query_id: query for query in wanted}.values())
        config = run_config.describe(conn, found, variant, depth=depth, rerank_depth=rerank_depth, reranker=reranker)
        run = runs.open_for(conn, found.id, variant.name, config,
                            ((query.query_id, query.content_hash, query.source_item_id) for query in asked))
        there = {query.query_id for query in runs.queries(conn, run.id)}
    work = _Work(db, engine, found, variant, run, reranker, asked, progress or (lambda done, total: None),
                 cancelled or (lambda: False), seen=sum(query.query_id in there for query in asked))
    before = work.seen
    stopped = work.do([query for query in asked if query.query_id not in there])
    return RunOutcome(run.id, before + work.added, tuple(work.left_out), work.added, stopped)


def latest(conn: Connection, collection_id: int, system: str) -> Run | None:
    """Return the newest run of a system (name or letter) that has answered anything."""
    return runs.latest(conn, collection_id, variants.find(system).name)


def stale(conn: Connection, run: Run) -> bool:
    """Return whether the system would now search other vectors or items than the run did; asks no engine."""
    collection = collections.of_id(conn, run.collection_id)
    try:
        return run_config.changed(conn, collection, variants.find(run.system), run.config)
    except (NotFoundError, InputError):
        return True


@dataclass(slots=True)
class _Work:
    """A run under way."""

    db: Database
    engine: EngineClient
    collection: Collection
    variant: Variant
    run: Run
    reranker: LoadedModel | None
    asked: list[QueryRevision]
    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    seen: int
    added: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    died: bool = False

    def do(self, missing: Sequence[QueryRevision]) -> bool:
        """Run the queries; return whether somebody cancelled."""
        self.progress(self.seen, len(self.asked))
        for start in range(0, len(missing), BATCH):
            if self.cancelled():
                return True
            with self.db.connection() as conn:
                batch = self._resolved(conn, missing[start : start + BATCH])
            encoder = QueryEncoder(self.engine, priority="batch", timeout=_TIMEOUT_SECONDS)
            self._encode_ahead(encoder, [query for _, query in batch])
            for revision, query in batch:
                if self.cancelled():
                    return True
                self._one(encoder, revision, query)
        return False

    def _resolved(self, conn: Connection, revisions: Sequence[QueryRevision]) -> list[tuple[QueryRevision, Resolved]]:
        found = []
        for revision in revisions:
            try:
                query = resolve(conn, of_revision(conn, revision), collection_id=self.collection.id)
                found.append((revision, query))
            except (InputError, NotFoundError) as error:
                self._leave_out(revision, str(error))
        return found

    def _encode_ahead(self, encoder: QueryEncoder, batch: Sequence[Resolved]) -> None:
        with self.db.connection() as conn:
            searched = run_config.sets_of(conn, self.collection, self.variant)
        for channel, target in zip(self.variant.channels, searched, strict=True):
            contents = []
            for query in batch:
                try:
                    contents.append(part(query, channel, self.variant))
                except InputError:
                    continue  # said when its turn comes, unless another channel takes it
            try:
                _patiently(lambda target=target, contents=contents: encoder.fill(target.identity, contents))
            except EngineDiedError:
                log.warning("the engine died over a batch of %d queries; going on one by one", len(contents))
                return

    def _one(self, encoder: QueryEncoder, revision: QueryRevision, query: Resolved) -> None:
        try:
            result = _patiently(lambda: self._answer(encoder, query))
            self.died = False
        except InputError as error:
            self._leave_out(revision, str(error))
            return
        except EngineDiedError:
            if self.died:  # two in a row: it is not the queries
                raise
            self.died = True
            self._leave_out(revision, KILLED)
            return
        self._check(result)
        listed = [(hit.rank, hit.item_id, hit.score) for hit in result.hits]
        try:
            with self.db.connection() as conn:
                runs.add_hits(conn, self.run.id, revision.query_id, revision.content_hash, listed,
                              encode_ms=result.encode_ms, search_ms=result.search_ms)
        except UniqueViolation:
            log.info("query %s of run %d was stored by somebody else meanwhile", revision.query_id, self.run.id)
        self.added += 1
        self._go_on()

    def _answer(self, encoder: QueryEncoder, query: Resolved) -> SearchResult:
        with self.db.connection() as conn:
            return answer(conn, encoder, query, variant=self.variant, collection=self.collection,
                          k=self.run.config["depth"], filters=Filters(),
                          rerank_depth=self.run.config["rerank_depth"] or DEFAULT_RERANK_DEPTH)

    def _check(self, result: SearchResult) -> None:
        """The encoders are held to their sets in every search; a reranker is held to what the run says of it."""
        if self.reranker is None:
            return
        told = [(model.revision, model.precision, model.max_pixels) for model in result.models if model.key == self.reranker.key]
        if told and told != [(self.reranker.revision, self.reranker.precision, self.reranker.max_pixels)]:
            raise ModelError(CHANGED)

    def _leave_out(self, revision: QueryRevision, reason: str) -> None:
        self.left_out.append((revision.query_id, reason))
        self._go_on()

    def _go_on(self) -> None:
        self.seen += 1
        self.progress(self.seen, len(self.asked))


def _loaded_reranker(engine: EngineClient, variant: Variant) -> LoadedModel | None:
    if variant.system.reranker is None:
        return None
    key = registry.resolve(variant.system.reranker).key
    return engine.load(key, precision=variant.precision or "auto", max_pixels=variant.max_pixels)


def _patiently(call: Callable[[], T]) -> T:
    """Return ``call()``, tried again for a while where the engine's queue is full."""
    for pause in _BUSY_PAUSES:
        try:
            return call()
        except EngineBusyError:
            time.sleep(pause)
    return call()
