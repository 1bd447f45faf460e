"""One channel of a system: the set it searches, the part of a query it reads, and how it scores the items."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from core.errors import InputError, NotFoundError
from core.models.contract import Content
from core.search.ongoing import Search
from core.search.query import Resolved
from core.search.sets import embedding_set
from core.search.systems import Channel
from core.search.variants import Variant
from core.store import vectors
from core.store.collections import Collection
from core.store.embedding_sets import EmbeddingSet


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


def encoded(run: Search, channel: Channel) -> tuple[EmbeddingSet, NDArray[np.float32]]:
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


def scores(run: Search, channel: Channel) -> dict[str, float]:
    """Return the cosine of every item the search may find, by item id; a set is scored once for all that share ``scored``."""
    found, vector = encoded(run, channel)
    if found.id not in run.scored:
        start = time.perf_counter()
        item_ids, values = vectors.scores(run.conn, found.id, vector, filters=run.filters, exclude=run.query.exclude)
        told = dict(zip(item_ids, values.tolist(), strict=True))
        run.scored[found.id] = told, (time.perf_counter() - start) * 1000
    told, ms = run.scored[found.id]
    run.trace.search_ms += ms
    return told
