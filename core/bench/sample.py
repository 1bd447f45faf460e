"""``make sample-table``: how the installed models do on the shipped 100 items, beside TF-IDF.

Capped recall@5 (hits in the top 5 / min(5, relevant items)) against the *constructed* ground truth, by query type, with a
95 % bootstrap interval over families. It says whether the plumbing works; it is no evidence about the real models.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.engine.client import engine
from core.errors import InputError
from core.evaluation.measures import of_query
from core.items import content
from core.prepare import SAMPLE_DIR
from core.search.query import Query
from core.search.rank import rank
from core.search.service import search
from core.search.systems import SYSTEMS
from core.settings import settings
from core.store import collections, open_database
from core.store import items as stored_items
from core.store.items import StoredItem

RECALL_DEPTH = 5
RESAMPLES = 10_000
SEED = 7
TYPES = {"natural_language": "자연어", "similar_item": "비슷한 문항", "image": "그림", "text_image": "글+그림"}
Ranker = Callable[[dict], list[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """One query's capped recall, with what it is resampled and sliced by."""

    query_type: str
    family: str
    value: float


def interval(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the mean, families resampled whole."""
    by_family: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        by_family[score.family].append(score.value)
    sums = np.array([sum(values) for values in by_family.values()])
    counts = np.array([len(values) for values in by_family.values()])
    drawn = np.random.default_rng(SEED).integers(0, len(sums), size=(RESAMPLES, len(sums)))
    low, high = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), [2.5, 97.5])
    return float(low), float(high)


def tf_idf(items: dict[str, StoredItem]) -> Ranker:
    """Return the yardstick: TF-IDF over character 1- to 3-grams, cosine; text only."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = {item_id: content.embedding_text(stored.item) for item_id, stored in items.items()}
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    matrix = vectoriser.fit_transform(texts.values())

    def ranked(query: dict) -> list[str]:
        text = texts[query["source_item_id"]] if query["query_type"] == "similar_item" else query.get("query_text")
        if text is None:
            raise InputError("TF-IDF는 글로만 찾습니다.")
        scores = (matrix @ vectoriser.transform([text]).T).toarray()[:, 0]
        return [hit.item_id for hit in rank(list(texts), scores, k=RECALL_DEPTH, exclude=(query["source_item_id"],))]

    return ranked


def system(name: str, database, client) -> Ranker:
    """Return a system's ranker over the sample collection."""

    def ranked(query: dict) -> list[str]:
        if query["query_type"] == "similar_item":
            wanted = Query(item_id=query["source_item_id"])
        else:
            image = (SAMPLE_DIR / query["query_image"]).read_bytes() if "query_image" in query else None
            wanted = Query(query.get("query_text"), image)
        result = search(database, client, wanted, system=name, collection=settings().collection, k=RECALL_DEPTH + 1)
        return [hit.item_id for hit in result.hits if hit.item_id != query["source_item_id"]]

    return ranked


def measure(ranked: Ranker, queries: Sequence[dict], items: dict[str, StoredItem]) -> list[Score]:
    """Score every query a system can take."""
    scores = []
    for query in queries:
        try:
            hits = ranked(query)
        except InputError:
            continue
        grades = {entry["id"]: entry["relevance"] for entry in query["relevant_items"]}
        family = items[query["source_item_id"]].item.metadata["family"]
        scores.append(Score(query["query_type"], family, of_query(hits, grades, relevant_from=1)[f"cR@{RECALL_DEPTH}"] or 0.0))
    return scores


def row(title: str, scores: Sequence[Score]) -> str:
    """Return a Markdown row: overall with interval and n, then by query type."""
    low, high = interval(scores)
    overall = f"{np.mean([score.value for score in scores]):.2f} [{low:.2f}, {high:.2f}] (n={len(scores)})"
    cells = []
    for query_type in TYPES:
        values = [score.value for score in scores if score.query_type == query_type]
        cells.append(f"{np.mean(values):.2f}" if values else "–")
    return f"| {title} | {overall} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    database, client = open_database(), engine()
    queries = json.loads((SAMPLE_DIR / "ground_truth.json").read_text(encoding="utf-8"))["queries"]
    with database.connection() as conn:
        collection = collections.get(conn, settings().collection)
        items = {stored.item.id: stored for batch in stored_items.iterate(conn, collection.id) for stored in batch}
    print(f"| 시스템 | 전체 | {' | '.join(TYPES.values())} |")
    print("|---|---|" + "---|" * len(TYPES))
    rankers = {found.label: system(name, database, client) for name, found in SYSTEMS.items()}
    for title, ranked in {**rankers, "TF-IDF (글자 1–3)": tf_idf(items)}.items():
        print(row(title, measure(ranked, queries, items)), flush=True)


if __name__ == "__main__":
    main()
