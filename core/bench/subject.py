"""What is measured: a system or variant over a collection, its models as they are in memory, its real queries and items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from psycopg import Connection

from core.bench import reading
from core.bench.asking import Asked
from core.engine.client import EngineClient
from core.errors import InputError, ModelError, NotFoundError
from core.items import content
from core.models import registry
from core.models.contract import Content, LoadedModel
from core.models.revision import installed_revision
from core.search import channels, run_config, variants
from core.search import query as queries
from core.search.query import Part, Resolved
from core.search.service import DEFAULT_RERANK_DEPTH
from core.search.variants import Variant
from core.settings import settings
from core.store import collections, images, items
from core.store import queries as stored_queries
from core.store.collections import Collection
from core.store.database import Database
from core.store.embedding_sets import ContentKind, EmbeddingSet
from core.store.items import StoredItem

T = TypeVar("T")
PARTS: tuple[Part, ...] = ("text", "image", "both")
K = 10
MOST_QUERIES, MOST_ITEMS = 300, 512
"""Of each part, and of the items that throughput is measured on: beyond these they repeat."""
NO_QUERIES = "잴 쿼리가 없습니다. `python -m core labels import`로 쿼리를 가져오거나 `python -m core prepare`를 실행해 주세요."
TEXTS_ONLY = "{label}은(는) 글로만 찾습니다."


@dataclass(frozen=True, slots=True)
class Input:
    """A real query, ready to be searched for: nothing of it is fetched within a timed span."""

    query_id: str
    part: Part
    query: Resolved

    @property
    def told(self) -> dict[str, Any]:
        """What a sample keeps of it."""
        return {"query": self.query_id, "part": self.part}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured. ``models`` in the order of the channels, the reranker last; none of a keyword system."""

    variant: Variant
    collection: Collection
    sets: tuple[EmbeddingSet, ...]
    models: tuple[LoadedModel, ...]
    inputs: dict[Part, list[Input]]
    left_out: dict[Part, str]
    """Why a part is not measured, in Korean."""

    @property
    def miniature(self) -> bool:
        """Whether any model is a miniature one."""
        return any(model.miniature for model in self.models)

    @property
    def reranker(self) -> LoadedModel | None:
        """The model that reads the first places again."""
        return self.models[-1] if self.variant.system.reranker else None

    def config(self, asked: Asked, *, items_held: int) -> dict[str, Any]:
        """Return what the measurement needs to be repeated; precision, dims and pixels are the first encoder's."""
        first = self.sets[0].identity if self.sets else None
        return {
            "precision": first.precision if first else None,
            "dims": self.variant.dims,
            "max_pixels": first.max_pixels if first else None,
            "calls": asked.times,
            "warm_up": asked.warm_up,
            "budget_gb": asked.budget_gb,
            "collection": self.collection.name,
            "items": items_held,
            "k": K,
            "rerank_depth": DEFAULT_RERANK_DEPTH if self.reranker else None,
            "sets": [found.identity.digest[:16] for found in self.sets],
        }


def find(db: Database, engine: EngineClient, asked: Asked) -> Subject:
    """Load the models and gather the queries.

    Raises:
        NotFoundError: no such system or collection, or it is not embedded for the system.
        InputError: the collection has no query that the system can take.
        ModelError, EngineError: a model cannot be loaded.
    """
    variant = variants.find(asked.name)
    with db.connection() as conn:
        collection = collections.get(conn, asked.collection or settings().collection)
        sets = tuple(run_config.sets_of(conn, collection, variant)) if variant.channels else ()
        if variant.fusion == "concat":
            run_config.describe(conn, collection, variant, depth=K, rerank_depth=0, reranker=None)
        inputs, left_out = _inputs(conn, collection, variant)
    if not inputs:
        raise InputError(NO_QUERIES)
    wanted = [(found.identity.model_key, found.identity.precision, found.identity.max_pixels) for found in sets]
    if variant.system.reranker:
        wanted.append((registry.resolve(variant.system.reranker).key, variant.precision or "auto", variant.max_pixels))
    models = tuple(_loaded(engine, *each, measured=asked.kind == "vram") for each in wanted)
    return Subject(variant, collection, sets, models, inputs, left_out)


def _loaded(engine: EngineClient, key: str, precision: str, max_pixels: int | None, *, measured: bool) -> LoadedModel:
    """Load a model and say what it is.

    Args:
        measured: where its memory is what is measured, a card that has no room for it is a finding and no hindrance; it is told of
            as it was asked for.
    """
    before = reading.status(engine)
    try:
        return engine.load(key, precision=precision, max_pixels=max_pixels)
    except ModelError:
        now = reading.status(engine)
        if not measured or now.memory is None or now.ooms <= (before.ooms if before.pid == now.pid else 0):
            raise
        record = registry.record(key)
        return LoadedModel(key, record.hub_id, installed_revision(record), precision, "cuda", record.dims, max_pixels, record.miniature)


def rows(conn: Connection, subject: Subject) -> list[tuple[Content | None, ...]]:
    """Return the collection's first items as the encoder of each channel reads them; None where an item has nothing for it.

    Raises:
        InputError: no item has anything for any of them, or there is no encoder.
    """
    stored = list(islice((item for page in items.iterate(conn, subject.collection.id) for item in page), MOST_ITEMS))
    found = [tuple(_content(conn, item, channel.content) for channel in subject.variant.channels) for item in stored]
    kept = [row for row in found if any(row)]
    if not kept:
        raise InputError(f"{subject.variant.label}이(가) 인코딩할 문항이 '{subject.collection.name}' 컬렉션에 없습니다. "
                         "모델이 있는 시스템과 문항이 있는 컬렉션을 골라 주세요.")
    return kept


def _content(conn: Connection, stored: StoredItem, kind: ContentKind) -> Content | None:
    text = content.embedding_text(stored.item) or None if kind != "image" else None
    figures = images.get_many(conn, stored.image_hashes) if kind != "text" else {}
    figure = content.embedding_image([figures[sha].data for sha in stored.image_hashes if sha in figures])
    return None if text is None and figure is None else Content(text, figure)


def cycled(given: list[T], size: int, turn: int) -> list[T]:
    """Return the batch of a turn: the next ``size`` of a list that begins again at its end."""
    return [given[(turn * size + place) % len(given)] for place in range(size)]


def _inputs(conn: Connection, collection: Collection, variant: Variant) -> tuple[dict[Part, list[Input]], dict[Part, str]]:
    found: dict[Part, list[Input]] = {part: [] for part in PARTS}
    reasons: dict[Part, str] = {}
    current = stored_queries.current(conn, collection.id)
    changed = stored_queries.stale(conn, collection.id, current)
    for resolved, revision in _resolved(conn, collection, [each for each in current if each.query_id not in changed]):
        for part in PARTS:
            try:
                taken = queries.taken(resolved, part)
            except InputError as error:
                reasons.setdefault(part, str(error))
                continue
            if told := _refused(taken, variant):
                reasons[part] = told
            elif len(found[part]) < MOST_QUERIES:
                found[part].append(Input(revision.query_id, part, taken))
    given = {part: listed for part, listed in found.items() if listed}
    return given, {part: reasons.get(part, NO_QUERIES) for part in PARTS if part not in given}


def _refused(query: Resolved, variant: Variant) -> str:
    """Return in Korean why the system takes no such query, '' where it does."""
    if query.text is None and variant.system.method == "keyword":
        return TEXTS_ONLY.format(label=variant.label)
    try:
        for channel in variant.channels if variant.system.method == "single" else ():
            channels.part(query, channel, variant)
    except InputError:
        return TEXTS_ONLY.format(label=variant.label)
    return ""


def _resolved(conn: Connection, collection: Collection, revisions) -> Iterator[tuple[Resolved, Any]]:
    for revision in revisions:
        try:
            yield queries.resolve(conn, queries.of_revision(conn, revision), collection_id=collection.id), revision
        except (InputError, NotFoundError):  # a query whose item or picture is gone is no input of anybody's
            continue


