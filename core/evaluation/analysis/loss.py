"""What a variant loses against another system: measured on the stored vectors and queries, never assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from psycopg import Connection

from core.engine.client import EngineClient
from core.errors import InputError
from core.evaluation import measures
from core.labels.versions import truth as truths
from core.models.contract import LoadedModel
from core.search import variants
from core.search.query import of_revision
from core.search.service import SearchResult, search
from core.search.sets import embedding_set
from core.search.variants import Variant
from core.store import collections, embeddings, items, queries
from core.store.database import Database
from core.store.queries import QueryRevision

DEPTH = 10
RECALL = "cR@5"


@dataclass(frozen=True, slots=True)
class Loss:
    """A variant beside the system it is compared with.

    Cosines are between the two vectors of one item, and None where the two do not live in one space (other dimensions, or
    several channels). Recall is capped recall@5 over the queries that have a relevant item in the latest ground truth (the
    judgments as they stand where none is frozen), and None where none has.
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
    ground_truth: str
    """Title of the version."""
    models: tuple[LoadedModel, ...]
    """Every model that answered, with its precision, device, dimensions and pixel budget."""
    left_out: tuple[tuple[str, int], ...]
    """Why queries were left out, in Korean, and how many for that; most first."""


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
        truth = truths.load(conn, found.id)
    same, recalls = [], []
    left_out: Counter[str] = Counter()
    models: dict[LoadedModel, None] = {}
    for done, query in enumerate(asked, start=1):
        try:
            found_by = [_searched(database, engine, collection, query, each.name) for each in (one, other)]
        except InputError as error:
            left_out[str(error)] += 1
            continue
        finally:
            progress(done, len(asked))
        models |= dict.fromkeys(model for result in found_by for model in result.models)
        lists = [[hit.item_id for hit in result.hits] for result in found_by]
        same.append(len(set(lists[0]) & set(lists[1])) / max(1, min(DEPTH, len(lists[1]))))
        graded = truth.of(query) or {}
        told = [measures.of_query(ranked, graded, relevant_from=truth.relevant_from)[RECALL] for ranked in lists]
        if None not in told:
            recalls.append(told)
    return Loss(
        variant=one.name, against=other.name, items=len(cosines),
        cosine_mean=float(cosines.mean()) if cosines.size else None,
        cosine_p5=float(np.percentile(cosines, 5)) if cosines.size else None,
        cosine_min=float(cosines.min()) if cosines.size else None,
        queries=len(same), same_top10=fmean(same) if same else None,
        recall_variant=fmean(pair[0] for pair in recalls) if recalls else None,
        recall_against=fmean(pair[1] for pair in recalls) if recalls else None,
        judged_queries=len(recalls), origins=tuple(truth.origins), ground_truth=truth.title, models=tuple(models),
        left_out=tuple(left_out.most_common()),
    )


def _cosines(conn: Connection, collection: collections.Collection, one: Variant, other: Variant) -> np.ndarray:
    if len(one.channels) != 1 or len(other.channels) != 1 or one.dims != other.dims:
        return np.empty(0)
    first, second = (embedding_set(conn, collection, variant.channels[0], variant) for variant in (one, other))
    if first.identity.dims != second.identity.dims or first.identity.model_key != second.identity.model_key:
        return np.empty(0)
    found = []
    for batch in items.iterate(conn, collection.id):
        ids = [stored.item.id for stored in batch]
        ours, theirs = (embeddings.vectors_of(conn, each.id, ids) for each in (first, second))
        if both := [item for item in ids if item in ours and item in theirs]:
            one_by_one, others = (np.stack([vectors[item] for item in both]) for vectors in (ours, theirs))
            norms = np.linalg.norm(one_by_one, axis=1) * np.linalg.norm(others, axis=1)
            found.append(np.einsum("ij,ij->i", one_by_one, others) / norms)
    return np.concatenate(found) if found else np.empty(0)


def _searched(database: Database, engine: EngineClient, collection: str, query: QueryRevision, system: str) -> SearchResult:
    with database.connection() as conn:
        asked = of_revision(conn, query)
    return search(database, engine, asked, system=system, collection=collection, k=DEPTH)
