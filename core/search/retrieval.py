"""How each kind of system finds: nearest vectors, fusion of two channels, reranking, keywords."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.items import content
from core.models import registry
from core.models.contract import Content, LoadedModel
from core.search import fusion
from core.search.keyword import KeywordIndex, KeywordIndexes
from core.search.query import Resolved
from core.search.query_encoder import QueryEncoder
from core.search.rank import Hit, numbered, rank
from core.search.sets import embedding_set, joined_set
from core.search.systems import Channel, Method
from core.search.variants import Variant
from core.store import images, items, vectors
from core.store.collections import Collection
from core.store.embedding_sets import EmbeddingSet
from core.store.filters import Filters

UNREAD = "리랭커가 읽지 못한 문항"
"""How the note begins that says so."""
_keyword_indexes = KeywordIndexes()


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


def nearest(run: Search) -> list[Hit]:
    """Rank by one channel's vectors."""
    return _nearest(run, k=run.k)


def _nearest(run: Search, *, k: int) -> list[Hit]:
    (channel,) = run.variant.channels
    found, vector = _encoded(run, channel)
    with run.trace.timed("search"):
        rows = vectors.nearest(run.conn, found.id, vector, k=k, filters=run.filters, exclude=run.query.exclude,
                               leading=run.variant.dims)
    return numbered(rows)


def channel_set(conn: Connection, collection: Collection, channel: Channel, variant: Variant) -> EmbeddingSet:
    """Return the set a channel of the variant searches.

    Raises:
        NotFoundError: it does not exist yet.
        InputError: its vectors have no more dimensions than the variant would keep.
    """
    found = embedding_set(conn, collection, channel, variant)
    if variant.dims is not None and variant.dims >= found.identity.dims:
        raise InputError(f"{found.identity.model_key}의 벡터는 {found.identity.dims}차원입니다. 그보다 작은 차원으로 정해 주세요.")
    return found


def _encoded(run: Search, channel: Channel) -> tuple[EmbeddingSet, NDArray[np.float32]]:
    """Encode the query's part under exactly the configuration of the channel's set."""
    found = channel_set(run.conn, run.collection, channel, run.variant)
    identity, leading = found.identity, run.variant.dims
    query = run.encoder.encode(identity, part(run.query, channel, run.variant))
    run.trace.encode_ms += query.ms
    run.trace.together = max(run.trace.together, query.together)
    model = query.model
    asked = (identity.model_key, identity.revision, identity.precision, identity.max_pixels)
    if (model.key, model.revision, model.precision, model.max_pixels) != asked:
        raise NotFoundError(
            f"저장된 {identity.model_key} 임베딩은 지금 불러온 모델과 설정이 다릅니다. "
            f"`python -m core embed --collection {run.collection.name} --system {run.variant.name}`을(를) 다시 실행해 주세요."
        )
    if query.retried_fp32:
        run.trace.notes.append(f"{model.id}이(가) 검색어에 NaN을 내어 fp32로 다시 계산했습니다.")
    if query.shared:
        run.trace.shared.append(model.key)
    run.trace.used(model if leading is None else replace(model, dims=leading))
    return found, query.vector[:leading]


def part(query: Resolved, channel: Channel, variant: Variant) -> Content:
    """Return the part of a query that a channel's encoder takes.

    Raises:
        InputError: the channel takes texts, and the query has none.
    """
    if channel.content == "all":
        return query.whole
    if channel.content == "image":
        return Content(image=query.image) if query.image is not None else Content(text=query.text)
    if query.text is None:
        raise InputError(f"{variant.label}은(는) 글로만 찾습니다. 검색어를 함께 써 주세요.")
    return Content(text=query.text)


def fused(run: Search) -> list[Hit]:
    """Rank by two channels: their z-scores added, their reciprocal ranks, or one joined vector."""
    return _joined(run) if run.variant.fusion == "concat" else _late(run)


def _late(run: Search) -> list[Hit]:
    text_channel, image_channel = run.variant.channels
    text = _channel_scores(run, text_channel) if run.query.text is not None else {}
    image = _channel_scores(run, image_channel)
    if not text:
        run.trace.notes.append("검색어에 글이 없어 D는 그림 점수만으로 순위를 매겼습니다.")
    elif not image:
        run.trace.notes.append("찾는 범위에 그림이 있는 문항이 없어 D는 글 점수만으로 순위를 매겼습니다. 그림 결합은 시험되지 않았습니다.")
    with run.trace.timed("search"):
        if not text or not image:  # one channel alone ranks as itself: standardising it would only relabel its scores
            return _best(text or image, run.k)
        if run.variant.fusion == "rrf":
            return _best(fusion.reciprocal_ranks(list(text), list(image)), run.k)
        return _best(fusion.fuse(text, image, weight=run.variant.weight), run.k)


def _channel_scores(run: Search, channel: Channel) -> dict[str, float]:
    found, vector = _encoded(run, channel)
    if found.id not in run.scored:
        start = time.perf_counter()
        item_ids, scores = vectors.scores(run.conn, found.id, vector, filters=run.filters, exclude=run.query.exclude)
        told = dict(zip(item_ids, scores.tolist(), strict=True))
        run.scored[found.id] = told, (time.perf_counter() - start) * 1000
    told, ms = run.scored[found.id]
    run.trace.search_ms += ms
    return told


def _joined(run: Search) -> list[Hit]:
    text_channel, image_channel = run.variant.channels
    text_set, text = _encoded(run, text_channel) if run.query.text is not None else (None, None)
    image_set, image = _encoded(run, image_channel)
    if text_set is None:
        run.trace.notes.append("검색어에 글이 없어 결합 벡터의 그림 부분만으로 순위를 매겼습니다.")
        text_set = embedding_set(run.conn, run.collection, text_channel, run.variant)
    found = joined_set(run.conn, run.collection, (text_set, image_set), run.variant)
    vector = fusion.join(text, image, dims=(text_set.identity.dims, image_set.identity.dims), weight=run.variant.weight)
    with run.trace.timed("search"):
        rows = vectors.nearest(run.conn, found.id, vector, k=run.k, filters=run.filters, exclude=run.query.exclude,
                               similarity="inner")
    return numbered(rows)


def _best(scores: dict[str, float], k: int) -> list[Hit]:
    return rank(list(scores), np.fromiter(scores.values(), dtype=np.float64), k=k)


def reranked(run: Search) -> list[Hit]:
    """Rank by A, read its top again with text and figure; the rest follows in A's order."""
    first = _nearest(run, k=max(run.k, run.rerank_depth))
    if not first:
        return first
    read, rest = first[: run.rerank_depth], first[run.rerank_depth :]
    wanted = [hit.item_id for hit in read]
    record = registry.resolve(run.variant.system.reranker or "")
    documents = _documents(run, wanted)
    with run.trace.timed("rerank"):
        reranking = run.encoder.engine.rerank(
            record.key, run.query.whole, documents, precision=run.variant.precision or "auto",
            max_pixels=run.variant.max_pixels, priority=run.encoder.priority, timeout=run.encoder.timeout)
    run.trace.used(reranking.model)
    if reranking.retried_fp32:
        run.trace.notes.append(f"리랭커가 NaN을 낸 문항 {reranking.retried_fp32}개는 fp32로 다시 계산했습니다.")
    if not record.trained:
        run.trace.notes.append("축소 리랭커는 연결만 확인하는 모델이라 순위가 나아지지 않습니다.")
    unread = [hit for place, hit in enumerate(read) if place in reranking.failures]
    if unread:
        run.trace.notes.append(f"{UNREAD} {len(unread)}개는 A의 순서대로 다시 매긴 문항 뒤에 두었습니다.")
    scored = [place for place in range(len(read)) if place not in reranking.failures]
    best = [(hit.item_id, hit.score) for hit in rank([wanted[place] for place in scored], reranking.scores[scored])]
    return numbered([*best, *((hit.item_id, hit.score) for hit in (*unread, *rest))][: run.k])


def _documents(run: Search, item_ids: list[str]) -> list[Content]:
    stored = items.get_many(run.conn, run.collection.id, item_ids)
    figures = images.get_many(run.conn, [sha for item in stored.values() for sha in item.image_hashes])
    return [Content(content.embedding_text(stored[item_id].item),
                    content.embedding_image([figures[sha].data for sha in stored[item_id].image_hashes]))
            for item_id in item_ids]


def by_keyword(run: Search) -> list[Hit]:
    """Rank by BM25; an item that shares nothing with the query is no hit."""
    if run.query.text is None:
        raise InputError(f"{run.variant.label}은(는) 글로만 찾습니다. 검색어를 함께 써 주세요.")
    index = _keyword_index(run)
    with run.trace.timed("search"):
        scores = dict(zip(index.item_ids, index.scores(run.query.text).tolist(), strict=True))
        allowed = items.ids(run.conn, run.collection.id, filters=run.filters)
        kept = {item_id: score for item_id, score in scores.items()
                if score > 0 and item_id in allowed and item_id not in run.query.exclude}
        return _best(kept, run.k)


def _keyword_index(run: Search) -> KeywordIndex:
    with run.trace.timed("search"):
        hashes = items.hashes(run.conn, run.collection.id)
        state = hashlib.sha256(repr((run.collection.id, sorted(hashes.items()))).encode()).hexdigest()
        index = _keyword_indexes.find(state)
    if index is None:  # built once for each state of the collection, like vectors: no part of a search's time
        texts = {stored.item.id: content.embedding_text(stored.item)
                 for batch in items.iterate(run.conn, run.collection.id) for stored in batch}
        index = KeywordIndex.build(texts)
        _keyword_indexes.keep(state, index)
    return index


METHODS: dict[Method, Callable[[Search], list[Hit]]] = {
    "single": nearest,
    "fusion": fused,
    "rerank": reranked,
    "keyword": by_keyword,
}
