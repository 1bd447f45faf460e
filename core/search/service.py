"""``search()``: one query through one system."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import psycopg
from numpy.typing import NDArray

from core.engine.client import EngineClient
from core.errors import InputError, NotFoundError
from core.items import content
from core.models import registry
from core.models.contract import Content, LoadedModel
from core.search import fusion, systems
from core.search.keyword import KeywordIndex, KeywordIndexes
from core.search.query import Query, Resolved, resolve
from core.search.rank import Hit, numbered, rank
from core.search.systems import Channel, System
from core.store import collections, embedding_sets, images, vectors
from core.store import items as stored_items
from core.store.database import Database
from core.store.embedding_sets import EmbeddingSet
from core.store.filters import Filters

log = logging.getLogger(__name__)
DEFAULT_RERANK_DEPTH = 50
MOST_HITS = 1000
_keyword_indexes = KeywordIndexes()


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


@dataclass(slots=True)
class _Trace:
    """What one search gathers on its way."""

    encode_ms: float = 0.0
    search_ms: float = 0.0
    rerank_ms: float = 0.0
    models: list[LoadedModel] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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


@dataclass(frozen=True, slots=True)
class _Search:
    """One search under way: where it looks and with what."""

    conn: psycopg.Connection
    engine: EngineClient
    collection: collections.Collection
    query: Resolved
    filters: Filters
    k: int
    trace: _Trace


def search(db: Database, engine: EngineClient, query: Query, *, system: str, collection: str, k: int = 10,
           filters: Filters = Filters(), rerank_depth: int = DEFAULT_RERANK_DEPTH) -> SearchResult:
    """Search a collection.

    Args:
        system: a system's name or letter.
        k: hits wanted, 1 to 1000; fewer come back when the filtered collection has fewer.
        rerank_depth: how many of the first stage's hits system E reads again.

    Raises:
        InputError: the query cannot be searched by this system.
        NotFoundError: no such system, collection or item, or the collection is not embedded for it yet.
        EngineError: the engine did not answer.
    """
    chosen = systems.find(system)
    if not 1 <= k <= MOST_HITS:
        raise InputError(f"결과 수 {k}은(는) 쓸 수 없습니다. 1부터 {MOST_HITS} 사이로 정해 주세요.")
    trace = _Trace()
    with db.connection() as conn:
        found = collections.get(conn, collection)
        resolved = resolve(conn, query, collection_id=found.id)
        run = _Search(conn, engine, found, resolved, filters, k, trace)
        if chosen.method == "keyword":
            hits = _by_keyword(run)
        elif chosen.method == "fusion":
            hits = _by_fusion(run, chosen)
        elif chosen.method == "rerank":
            hits = _by_reranking(run, chosen, depth=rerank_depth)
        else:
            hits = _nearest(run, chosen, chosen.channels[0], k=k)
    return SearchResult(chosen.name, found.name, hits, trace.encode_ms, trace.search_ms, trace.rerank_ms,
                        trace.models, list(dict.fromkeys(trace.notes)))


def embedding_set(conn: psycopg.Connection, collection: collections.Collection, channel: Channel) -> EmbeddingSet:
    """Return the set a channel searches: the newest of the installed model (real before miniature) and that content.

    Raises:
        NotFoundError: the collection has no such vectors yet; the message names the command that makes them.
    """
    key = registry.resolve(channel.model).key
    of_channel = [found for found in embedding_sets.list_sets(conn, collection.id)
                  if found.identity.model_key == key and found.identity.content == channel.content]
    if not of_channel:
        raise NotFoundError(
            f"'{collection.name}' 컬렉션에는 {key} 임베딩이 아직 없습니다. "
            f"`python -m core embed --collection {collection.name}`을(를) 실행한 뒤 다시 검색해 주세요."
        )
    return max(of_channel, key=lambda found: found.id)


def _encode(run: _Search, found: EmbeddingSet, wanted: Content) -> NDArray[np.float32]:
    identity = found.identity
    with run.trace.timed("encode"):
        encoding = run.engine.encode(identity.model_key, [wanted], role="query", precision=identity.precision,
                                     max_pixels=identity.max_pixels)
    if 0 in encoding.failures:
        raise InputError(encoding.failures[0])
    model = encoding.model
    asked = (identity.model_key, identity.revision, identity.precision, identity.max_pixels)
    if (model.key, model.revision, model.precision, model.max_pixels) != asked:
        raise NotFoundError(
            f"저장된 {identity.model_key} 임베딩은 지금 불러온 모델과 설정이 다릅니다. "
            f"`python -m core embed --collection {run.collection.name}`을(를) 다시 실행해 주세요."
        )
    run.trace.used(model)
    return encoding.vectors[0]


def _nearest(run: _Search, system: System, channel: Channel, *, k: int) -> list[Hit]:
    found = embedding_set(run.conn, run.collection, channel)
    vector = _encode(run, found, _part(run.query, system, channel))
    with run.trace.timed("search"):
        rows = vectors.nearest(run.conn, found.id, vector, k=k, filters=run.filters, exclude=run.query.exclude)
    return numbered(rows)


def _part(query: Resolved, system: System, channel: Channel) -> Content:
    """Return the part of the query a channel's encoder takes."""
    if channel.content == "all":
        return query.whole
    if channel.content == "image":
        return Content(image=query.image) if query.image is not None else Content(text=query.text)
    if query.text is None:
        raise InputError(f"{system.label}은(는) 글로만 찾습니다. 검색어를 함께 써 주세요.")
    return Content(text=query.text)


def _channel_scores(run: _Search, system: System, channel: Channel) -> dict[str, float]:
    found = embedding_set(run.conn, run.collection, channel)
    vector = _encode(run, found, _part(run.query, system, channel))
    with run.trace.timed("search"):
        item_ids, scores = vectors.scores(run.conn, found.id, vector, filters=run.filters, exclude=run.query.exclude)
        return dict(zip(item_ids, scores.tolist(), strict=True))


def _by_fusion(run: _Search, system: System) -> list[Hit]:
    text_channel, image_channel = system.channels
    text = _channel_scores(run, system, text_channel) if run.query.text is not None else {}
    image = _channel_scores(run, system, image_channel)
    if not text:
        run.trace.notes.append("검색어에 글이 없어 D는 그림 점수만으로 순위를 매겼습니다.")
    elif not image:
        run.trace.notes.append("찾는 범위에 그림이 있는 문항이 없어 D는 글 점수만으로 순위를 매겼습니다. 그림 결합은 시험되지 않았습니다.")
    with run.trace.timed("search"):
        # One channel alone ranks as itself: standardising it would only relabel its scores.
        fused = fusion.fuse(text, image) if text and image else text or image
        return _rank(fused, run.k)


def _rank(scores: dict[str, float], k: int) -> list[Hit]:
    return rank(list(scores), np.fromiter(scores.values(), dtype=np.float64), k=k)


def _by_reranking(run: _Search, system: System, *, depth: int) -> list[Hit]:
    first = _nearest(run, system, system.channels[0], k=max(run.k, depth))
    if not first or system.reranker is None:
        return first
    read, rest = first[:depth], first[depth:]
    wanted = [hit.item_id for hit in read]
    stored = stored_items.get_many(run.conn, run.collection.id, wanted)
    figures = images.get_many(run.conn, [sha for item in stored.values() for sha in item.image_hashes])
    documents = [
        Content(content.embedding_text(stored[item_id].item),
                content.embedding_image([figures[sha].data for sha in stored[item_id].image_hashes]))
        for item_id in wanted
    ]
    record = registry.resolve(system.reranker)
    with run.trace.timed("rerank"):
        reranking = run.engine.rerank(record.key, run.query.whole, documents)
    run.trace.used(reranking.model)
    if not record.trained:
        run.trace.notes.append("축소 리랭커는 연결만 확인하는 모델이라 순위가 나아지지 않습니다.")
    unread = [hit for place, hit in enumerate(read) if place in reranking.failures]
    if unread:
        run.trace.notes.append(f"리랭커가 읽지 못한 문항 {len(unread)}개는 A의 순서대로 다시 매긴 문항 뒤에 두었습니다.")
    scored = [place for place in range(len(read)) if place not in reranking.failures]
    best = [(hit.item_id, hit.score) for hit in rank([wanted[place] for place in scored], reranking.scores[scored])]
    return numbered([*best, *((hit.item_id, hit.score) for hit in (*unread, *rest))][: run.k])


def _by_keyword(run: _Search) -> list[Hit]:
    if run.query.text is None:
        raise InputError("BM25 키워드는 글로만 찾습니다. 검색어를 함께 써 주세요.")
    index = _keyword_index(run)
    with run.trace.timed("search"):
        scores = dict(zip(index.item_ids, index.scores(run.query.text).tolist(), strict=True))
        allowed = stored_items.ids(run.conn, run.collection.id, filters=run.filters)
        kept = {item_id: score for item_id, score in scores.items()
                if score > 0 and item_id in allowed and item_id not in run.query.exclude}
        return _rank(kept, run.k)


def _keyword_index(run: _Search) -> KeywordIndex:
    with run.trace.timed("search"):
        hashes = stored_items.hashes(run.conn, run.collection.id)
        state = hashlib.sha256(repr((run.collection.id, sorted(hashes.items()))).encode()).hexdigest()
        index = _keyword_indexes.find(state)
    if index is None:  # built once for each state of the collection, like vectors: no part of a search's time
        texts = {stored.item.id: content.embedding_text(stored.item)
                 for batch in stored_items.iterate(run.conn, run.collection.id) for stored in batch}
        index = KeywordIndex.build(texts)
        _keyword_indexes.keep(state, index)
    return index
