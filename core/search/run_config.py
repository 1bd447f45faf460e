"""Everything needed to repeat a run: the system, the vectors it searched, the items they were made of, the depths."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import bm25s
from psycopg import Connection

from core.models import registry
from core.models.contract import LoadedModel
from core.models.revision import installed_revision
from core.search.channels import channel_set
from core.search.query import Part
from core.search.sets import joined_set
from core.search.variants import Variant
from core.store import states
from core.store.collections import Collection
from core.store.embedding_sets import EmbeddingSet
from core.store.filters import Filters
from core.store.vectors import RANK_SEED


class States:
    """Fingerprints of vectors and items, each read once: for telling of many runs at one moment whether they are stale."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._vectors: dict[int, str] = {}
        self._items: dict[int, str] = {}

    def of_vectors(self, set_id: int) -> str:
        """Return ``states.of_vectors``."""
        if set_id not in self._vectors:
            self._vectors[set_id] = states.of_vectors(self.conn, set_id)
        return self._vectors[set_id]

    def of_items(self, collection_id: int) -> str:
        """Return ``states.of_items``."""
        if collection_id not in self._items:
            self._items[collection_id] = states.of_items(self.conn, collection_id)
        return self._items[collection_id]


def sets_of(conn: Connection, collection: Collection, variant: Variant) -> list[EmbeddingSet]:
    """Return the set of each of a variant's channels.

    Raises:
        NotFoundError: one does not exist yet.
    """
    return [channel_set(conn, collection, channel, variant) for channel in variant.channels]


def describe(conn: Connection, collection: Collection, variant: Variant, *, depth: int, rerank_depth: int,
             reranker: LoadedModel | None, part: Part = "whole", filters: Filters = Filters(),
             known: States | None = None) -> dict[str, Any]:
    """Return the configuration of a run as plain JSON; equal configurations give equal lists.

    ``sets`` are the embedding sets with their identities and the state of their vectors, ``items`` is the state of the
    collection's items, ``dims`` the leading dimensions compared (None: all). ``part`` and ``filters`` are there only where
    less than the whole query or less than the whole collection is searched.

    Raises:
        NotFoundError: the collection is not embedded for the variant.
        InputError: the variant keeps more dimensions than the vectors have.
    """
    searched = sets_of(conn, collection, variant)
    if variant.fusion == "concat":
        searched.append(joined_set(conn, collection, searched, variant))
    known = known or States(conn)
    fusing, reranking = variant.system.method == "fusion", variant.system.method == "rerank"
    restricted = {"part": part} if part != "whole" else {}
    return restricted | ({"filters": filters.chosen()} if filters else {}) | {
        "system": variant.name,
        "method": variant.system.method,
        "sets": [{**asdict(found.identity), "digest": found.identity.digest, "vectors": known.of_vectors(found.id)}
                 for found in searched],
        "items": known.of_items(collection.id),
        "dims": variant.dims,
        "fusion": variant.fusion if fusing else None,
        "weight": variant.weight if fusing and variant.fusion != "rrf" else None,
        "keyword": f"bm25s {bm25s.__version__}, character bigrams" if variant.system.method == "keyword" else None,
        "reranker": _reranker(reranker) if reranking and reranker else None,
        "depth": depth,
        "rerank_depth": rerank_depth if reranking else None,
        "tie_seed": RANK_SEED,
        "miniature": any(found.identity.miniature for found in searched) or bool(reranker and reranker.miniature),
    }


def _reranker(model: LoadedModel) -> dict[str, Any]:
    return {"model_key": model.key, "hub_id": model.id, "revision": model.revision, "precision": model.precision,
            "max_pixels": model.max_pixels, "miniature": model.miniature}


def changed(conn: Connection, collection: Collection, variant: Variant, config: dict[str, Any],
            known: States | None = None) -> bool:
    """Return whether a run of today would be another one, asking no engine: of a reranker only the checkpoint is compared.

    Raises:
        NotFoundError: the vectors are gone.
    """
    filters = Filters(**{name: tuple(values) for name, values in config.get("filters", {}).items()})
    now = describe(conn, collection, variant, depth=config["depth"], rerank_depth=config["rerank_depth"] or 0, reranker=None,
                   part=config.get("part", "whole"), filters=filters, known=known)
    before = dict(config)
    if told := before.get("reranker"):
        record = registry.resolve(variant.system.reranker or "")
        if told["model_key"] != record.key or installed_revision(record) not in ("", told["revision"]):
            return True
    for given in (now, before):
        del given["reranker"], given["miniature"]
    return now != before
