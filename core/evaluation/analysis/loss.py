"""What a variant loses against another system: measured on the stored vectors and queries, never assumed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from psycopg import Connection

from core.engine.client import EngineClient
from core.errors import InputError
from core.models.contract import LoadedModel
from core.search import variants
from core.search.query import of_revision
from core.search.service import SearchResult, search
from core.search.sets import embedding_set
from core.search.variants import Variant
from core.store import collections, embeddings, items, judgments, queries
from core.store.database import Database
from core.store.queries import QueryRevision

DEPTH = 10
RECALL_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Loss:
    """A variant beside the system it is compared with.

    Cosines are between the two vectors of one item, and None where the two do not live in one space (other dimensions, or
    several channels). Recall is capped recall@5 over the queries that have judgments, and None where none has.
    """

    variant: str
    against: str
    items: int
    cosine_mean: float | None
    cosine_p5: float | None
    cosine_min: float | None
    queries: int
    same_top10: float | None
    recall_variant: float | None
    recall_against: float | None
    judged_queries: int
    origins: tuple[str, ...]
    models: tuple[LoadedModel, ...]
    """Every model that answered, with its precision, device, dimensions and pixel budget."""


def capped_recall(ranked: Sequence[str], relevant: set[str]) -> float:
    """Return |top 5 ∩ relevant| / min(5, |relevant|): reaches 1 however many items are relevant."""
    return len(set(ranked[:RECALL_DEPTH]) & relevant) / min(RECALL_DEPTH, len(relevant))


def measure(database: Database, engine: EngineClient, collection: str, *, variant: str, against: str,
            progress: Callable[[int, int], None] = lambda done, total: None) -> Loss:
    """Compare two systems over a collection's stored vectors and current queries; queries one cannot take are left out.

    Raises:
        NotFoundError: a system, the collection or its vectors do not exist.
    """
    one, other = variants.find(variant), variants.find(against)
    with database.connection() as conn:
        found = collections.get(conn, collection)
        cosines = _cosines(conn, found, one, other)
        asked = queries.current(conn, found.id)
        relevant: dict[str, set[str]] = defaultdict(set)
        origins = set()
        for event in judgments.current(conn, found.id):
            origins.add(event.origin)
            if event.grade:
                relevant[event.query_id].add(event.item_id)
    same, recalls = [], []
    models: dict[LoadedModel, None] = {}
    for done, query in enumerate(asked, start=1):
        try:
            found_by = [_searched(database, engine, collection, query, each.name) for each in (one, other)]
        except InputError:
            continue
        finally:
            progress(done, len(asked))
        models |= dict.fromkeys(model for result in found_by for model in result.models)
        lists = [[hit.item_id for hit in result.hits] for result in found_by]
        same.append(len(set(lists[0]) & set(lists[1])) / max(1, min(DEPTH, len(lists[1]))))
        if wanted := relevant.get(query.query_id):
            recalls.append([capped_recall(ranked, wanted) for ranked in lists])
    return Loss(
        variant=one.name, against=other.name, items=len(cosines),
        cosine_mean=float(cosines.mean()) if cosines.size else None,
        cosine_p5=float(np.percentile(cosines, 5)) if cosines.size else None,
        cosine_min=float(cosines.min()) if cosines.size else None,
        queries=len(same), same_top10=fmean(same) if same else None,
        recall_variant=fmean(pair[0] for pair in recalls) if recalls else None,
        recall_against=fmean(pair[1] for pair in recalls) if recalls else None,
        judged_queries=len(recalls), origins=tuple(sorted(origins)), models=tuple(models),
    )


def _cosines(conn: Connection, collection: collections.Collection, one: Variant, other: Variant) -> np.ndarray:
    if len(one.channels) != 1 or len(other.channels) != 1 or one.dims != other.dims:
        return np.empty(0)
    first, second = (embedding_set(conn, collection, variant.channels[0], variant) for variant in (one, other))
    if first.identity.dims != second.identity.dims or first.identity.model_key != second.identity.model_key:
        return np.empty(0)
    found = []
    for batch in items.iterate(conn, collection.id):
        for stored in batch:
            pair = [embeddings.vector_of(conn, each.id, stored.item.id) for each in (first, second)]
            if pair[0] is not None and pair[1] is not None:
                found.append(float(pair[0] @ pair[1] / (np.linalg.norm(pair[0]) * np.linalg.norm(pair[1]))))
    return np.array(found)


def _searched(database: Database, engine: EngineClient, collection: str, query: QueryRevision, system: str) -> SearchResult:
    with database.connection() as conn:
        asked = of_revision(conn, query)
    return search(database, engine, asked, system=system, collection=collection, k=DEPTH)
