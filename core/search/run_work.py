"""A run at work: batches of queries through systems that search the same channels, each list stored as it comes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from psycopg import Connection
from psycopg.errors import UniqueViolation

from core.engine.client import EngineClient
from core.errors import EngineDiedError, InputError, ModelError, NotFoundError
from core.models.contract import LoadedModel
from core.search import run_config
from core.search.channels import part
from core.search.ongoing import Scored
from core.search.patience import patiently
from core.search.query import Part, Resolved, of_revision, resolve, taken
from core.search.query_encoder import QueryEncoder
from core.search.service import DEFAULT_RERANK_DEPTH, SearchResult, answer
from core.search.variants import Variant
from core.store import run_lists
from core.store.collections import Collection
from core.store.database import Database
from core.store.filters import Filters
from core.store.queries import QueryRevision
from core.store.runs import Run

log = logging.getLogger(__name__)
BATCH = 32
"""Queries encoded in one call; also the most that a cancelled run has encoded for nothing."""
TIMEOUT_SECONDS = 3600.0

CHANGED = "실행하는 동안 리랭커의 설정이 바뀌어 멈추었습니다. 저장된 것은 그대로이니 다시 실행해 주세요."
KILLED = "이 쿼리를 계산하다가 엔진이 멈추었습니다. 쿼리의 그림을 확인해 주세요."


@dataclass(frozen=True, slots=True)
class Range:
    """What a run covers: a name of its own, the part of each query that is searched for, and the items searched."""

    scope: str
    part: Part
    filters: Filters


@dataclass(slots=True)
class Lane:
    """One system of a run under way."""

    variant: Variant
    run: Run
    reranker: LoadedModel | None
    there: set[str]
    """Ids of the queries asked that have a list."""
    added: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    """Runs under way."""

    db: Database
    engine: EngineClient
    collection: Collection
    over: Range
    lanes: list[Lane]
    asked: list[QueryRevision]
    encoder: QueryEncoder | None
    progress: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    total: int
    seen: int = 0
    died: bool = False

    def do(self) -> bool:
        """Run the queries; return whether somebody cancelled."""
        self.progress(self.seen, self.total)
        missing = [query for query in self.asked if self._lacking(query)]
        for start in range(0, len(missing), BATCH):
            if self.cancelled():
                return True
            with self.db.connection() as conn:
                batch = self._resolved(conn, missing[start : start + BATCH])
            encoder = self.encoder or self._batched([query for _, query in batch])
            for revision, query in batch:
                scored: Scored = {}
                lanes = self._lacking(revision)
                for place, lane in enumerate(lanes):
                    if self.cancelled():
                        return True
                    try:
                        self._one(lane, encoder, revision, query, scored)
                        self.died = False
                    except EngineDiedError:
                        if self.died:  # over two queries in a row: it is not the queries
                            raise
                        self.died = True
                        for other in lanes[place:]:
                            self._leave_out(other, revision, KILLED)
                        break
        return False

    def _lacking(self, query: QueryRevision) -> list[Lane]:
        return [lane for lane in self.lanes if query.query_id not in lane.there]

    def _resolved(self, conn: Connection, revisions: Sequence[QueryRevision]) -> list[tuple[QueryRevision, Resolved]]:
        found = []
        for revision in revisions:
            try:
                query = taken(resolve(conn, of_revision(conn, revision), collection_id=self.collection.id), self.over.part)
                found.append((revision, query))
            except (InputError, NotFoundError) as error:
                for lane in self._lacking(revision):
                    self._leave_out(lane, revision, str(error))
        return found

    def _batched(self, batch: Sequence[Resolved]) -> QueryEncoder:
        """Return an encoder that has read the batch in one call a channel; the lanes have the same channels."""
        encoder = QueryEncoder(self.engine, priority="batch", timeout=TIMEOUT_SECONDS)
        variant = self.lanes[0].variant
        with self.db.connection() as conn:
            searched = run_config.sets_of(conn, self.collection, variant)
        for channel, target in zip(variant.channels, searched, strict=True):
            contents = []
            for query in batch:
                try:
                    contents.append(part(query, channel, variant))
                except InputError:
                    continue  # said when its turn comes, unless another channel takes it
            try:
                patiently(lambda target=target, contents=contents: encoder.fill(target.identity, contents))
            except EngineDiedError:
                log.warning("the engine died over a batch of %d queries; going on one by one", len(contents))
                break
        return encoder

    def _one(self, lane: Lane, encoder: QueryEncoder, revision: QueryRevision, query: Resolved, scored: Scored) -> None:
        try:
            result = patiently(lambda: self._answer(lane, encoder, query, scored))
        except InputError as error:
            self._leave_out(lane, revision, str(error))
            return
        _check(lane, result)
        listed = [(hit.rank, hit.item_id, hit.score) for hit in result.hits]
        try:
            with self.db.connection() as conn:
                run_lists.add(conn, lane.run.id, revision.query_id, revision.content_hash, listed, encode_ms=result.encode_ms,
                              search_ms=result.search_ms, rerank_ms=result.rerank_ms, encoded_together=result.encoded_together)
        except UniqueViolation:
            log.info("query %s of run %d was stored by somebody else meanwhile", revision.query_id, lane.run.id)
        lane.there.add(revision.query_id)
        lane.added += 1
        self._go_on()

    def _answer(self, lane: Lane, encoder: QueryEncoder, query: Resolved, scored: Scored) -> SearchResult:
        config = lane.run.config
        with self.db.connection() as conn:
            return answer(conn, encoder, query, variant=lane.variant, collection=self.collection, k=config["depth"],
                          filters=self.over.filters, rerank_depth=config["rerank_depth"] or DEFAULT_RERANK_DEPTH, scored=scored)

    def _leave_out(self, lane: Lane, revision: QueryRevision, reason: str) -> None:
        lane.left_out.append((revision.query_id, reason))
        self._go_on()

    def _go_on(self) -> None:
        self.seen += 1
        self.progress(self.seen, self.total)


def _check(lane: Lane, result: SearchResult) -> None:
    """The encoders are held to their sets in every search; a reranker is held to what the run says of it."""
    if lane.reranker is None:
        return
    told = [(model.revision, model.precision, model.max_pixels) for model in result.models if model.key == lane.reranker.key]
    if told and told != [(lane.reranker.revision, lane.reranker.precision, lane.reranker.max_pixels)]:
        raise ModelError(CHANGED)
