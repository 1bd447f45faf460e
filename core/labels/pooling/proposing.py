"""What proposes items for a query before any embedding exists: the bank's own metadata, shared words, and chance."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from psycopg import Connection

from core.items import content
from core.items.record import Item
from core.search.keyword import KeywordIndex
from core.search.rank import rank
from core.store import items
from core.store.queries import QueryRevision

KEYWORD, METADATA, RANDOM, STAFF = "bm25", "metadata", "random", "staff"
CONSTRUCTED, IMPORTED = "constructed", "imported"
_WEIGHTS = {"concept": 4, "curriculum_code": 2, "keyword": 2, "unit": 1}
"""What it tells about two items that they share one; a keyword counts each."""
_MOST_COMMON = 2000
"""A label that more items bear (a subject's largest unit in a whole bank) tells too little to look at them all."""

Proposed = list[tuple[str, int | None]]
"""Item ids with their ranks; chance has none."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A collection as the proposers need it: texts and labels of its items, without those that are flagged."""

    hashes: dict[str, str]
    """Content hash by item id."""
    figures: frozenset[str]
    texts: dict[str, str]
    labels: dict[str, tuple[tuple[str, str], ...]]
    bearers: dict[tuple[str, str], tuple[str, ...]]
    words: KeywordIndex
    label_words: KeywordIndex

    def keyword(self, query: QueryRevision, k: int) -> Proposed:
        """Return the best ``k`` by BM25 over the items' texts; nothing where the query has no words."""
        text = self.text_of(query)
        return _best(self.words, text, k, query) if text else []

    def metadata(self, query: QueryRevision, k: int) -> Proposed:
        """Return the ``k`` items that share most labels with the query's source item.

        Without a source item, those whose unit, concept and keywords share words with the query's text.
        """
        if query.source_item_id not in self.labels:
            return _best(self.label_words, query.text, k, query) if query.text else []
        scores: dict[str, float] = defaultdict(float)
        for label in self.labels[query.source_item_id]:
            bearers = self.bearers.get(label, ())
            if len(bearers) <= _MOST_COMMON:
                for item_id in bearers:
                    scores[item_id] += _WEIGHTS[label[0]]
        return _ranked(scores, k, query)

    def chance(self, query: QueryRevision, n: int, seed: int) -> Proposed:
        """Return ``n`` items drawn evenly from the whole collection, whatever else proposes them too."""
        drawn = random.Random(f"{seed} {query.query_id}")
        others = [item_id for item_id in self.hashes if item_id != query.source_item_id]
        return [(item_id, None) for item_id in drawn.sample(others, min(n, len(others)))]

    def text_of(self, query: QueryRevision) -> str | None:
        """Return the query's words: its own text, or its source item's where the item alone is the query."""
        if query.text or query.image_hash:
            return query.text
        return self.texts.get(query.source_item_id or "")


def read(conn: Connection, collection_id: int, *, without: Iterable[str] = ()) -> Bank:
    """Read a collection; the items of ``without`` are never proposed, and as sources keep text and labels."""
    flagged = set(without)
    hashes: dict[str, str] = {}
    texts: dict[str, str] = {}
    labels: dict[str, tuple[tuple[str, str], ...]] = {}
    bearers: dict[tuple[str, str], list[str]] = defaultdict(list)
    figures = set()
    for batch in items.iterate(conn, collection_id):
        for stored in batch:
            item_id = stored.item.id
            texts[item_id] = content.embedding_text(stored.item)
            labels[item_id] = labels_of(stored.item)
            if stored.image_hashes:
                figures.add(item_id)
            if item_id in flagged:
                continue
            hashes[item_id] = stored.content_hash
            for label in labels[item_id]:
                bearers[label].append(item_id)
    named = {item_id: " ".join(value for field, value in labels[item_id] if field != "curriculum_code") for item_id in hashes}
    words = {item_id: texts[item_id] for item_id in hashes}
    return Bank(hashes, frozenset(figures), texts, labels, {label: tuple(those) for label, those in bearers.items()},
                KeywordIndex.build(words or {"": ""}), KeywordIndex.build(named or {"": ""}))


def labels_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Return what the bank knows of an item as (field, value): unit, concept, curriculum code, each keyword."""
    known: list[tuple[str, object]] = [("unit", item.unit), ("concept", item.metadata.get("concept")),
                                       ("curriculum_code", item.metadata.get("curriculum_code"))]
    keywords = item.metadata.get("keywords")
    if isinstance(keywords, list | tuple):
        known += [("keyword", keyword) for keyword in keywords]
    return tuple(dict.fromkeys((field, value.strip()) for field, value in known
                               if isinstance(value, str) and value.strip()))


def _best(index: KeywordIndex, text: str, k: int, query: QueryRevision) -> Proposed:
    scores = {item_id: float(score) for item_id, score in zip(index.item_ids, index.scores(text), strict=True) if score > 0}
    return _ranked(scores, k, query)


def _ranked(scores: dict[str, float], k: int, query: QueryRevision) -> Proposed:
    scores.pop(query.source_item_id or "", None)
    ids: Sequence[str] = list(scores)
    return [(hit.item_id, hit.rank) for hit in rank(ids, np.fromiter(scores.values(), dtype=np.float64), k=k)]
