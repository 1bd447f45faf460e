"""How each kind of system finds: nearest vectors, fusion of two channels, reranking, keywords."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from core.errors import InputError
from core.items import content
from core.models import registry
from core.models.contract import Content
from core.search import channels, fusion
from core.search.keyword import KeywordIndex, KeywordIndexes
from core.search.ongoing import Search
from core.search.rank import Hit, numbered, rank
from core.search.sets import embedding_set, joined_set
from core.search.systems import Method
from core.store import images, items, vectors

UNREAD = "리랭커가 읽지 못한 문항"
"""How the note begins that says so."""
_keyword_indexes = KeywordIndexes()


def nearest(run: Search) -> list[Hit]:
    """Rank by one channel's vectors."""
    return _nearest(run, k=run.k)


def _nearest(run: Search, *, k: int) -> list[Hit]:
    (channel,) = run.variant.channels
    found, vector = channels.encoded(run, channel)
    with run.trace.timed("search"):
        rows = vectors.nearest(run.conn, found.id, vector, k=k, filters=run.filters, exclude=run.query.exclude,
                               leading=run.variant.dims)
    return numbered(rows)


def fused(run: Search) -> list[Hit]:
    """Rank by two channels: their z-scores added, their reciprocal ranks, or one joined vector."""
    return _joined(run) if run.variant.fusion == "concat" else _late(run)


def _late(run: Search) -> list[Hit]:
    text_channel, image_channel = run.variant.channels
    text = channels.scores(run, text_channel) if run.query.text is not None else {}
    image = channels.scores(run, image_channel)
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


def _joined(run: Search) -> list[Hit]:
    text_channel, image_channel = run.variant.channels
    text_set, text = channels.encoded(run, text_channel) if run.query.text is not None else (None, None)
    image_set, image = channels.encoded(run, image_channel)
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
