"""``make bench``: what the house adds to the bare libraries, as ratios measured in one run, side by side.

Runs in a data folder of its own, on generated items and random vectors; each pair of things compared takes turns, so that
a busy machine slows both. Medians; the load average is printed, because a ratio on a busy machine says less.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

ROWS = 10_952
"""One part file of the item bank."""
DIMS = 2048
SEED = 11


def alternate(first: Callable[[], object], second: Callable[[], object], *, times: int) -> tuple[float, float]:
    """Return the median milliseconds of two calls that take turns, after one unmeasured turn each."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + 1):
        for call, list_of in zip((first, second), taken, strict=True):
            start = time.perf_counter()
            call()
            if turn:
                list_of.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def report(name: str, ours: float, bare: float, unit: str, *, aim: str = "") -> None:
    """Print one line: both figures and their ratio."""
    print(f"{name:<58} {ours:>10.2f} / {bare:>10.2f} {unit:<8} = {ours / bare:5.2f}  {aim}", flush=True)


def bench_import(database, folder: Path) -> None:
    """Import a bank file; beside it, COPY the same records into a bare table."""
    from core.items.export import write_bank
    from core.items.generator.generate import items
    from core.items.importers import import_file

    path = folder / "items_part01.json"
    made = [replace(generated.item, images=()) for generated in items(ROWS, seed=SEED, with_figures=False)]
    write_bank(made, path)
    start = time.perf_counter()
    done = import_file(database, path, collection="bench")
    ours = ROWS / (time.perf_counter() - start)
    assert done.imported == ROWS, done
    records = [(item.id, json.dumps({"text": item.text, "solution": item.solution, "choices": item.choices}), item.record_hash)
               for item in made]
    with database.connection() as conn:
        conn.execute("CREATE TEMP TABLE bare (id text PRIMARY KEY, record jsonb, hash text)")
        start = time.perf_counter()
        with conn.cursor().copy("COPY bare FROM STDIN") as copy:
            for record in records:
                copy.write_row(record)
        bare = ROWS / (time.perf_counter() - start)
    report("import: rows/s, checked and stored, over raw COPY", ours, bare, "rows/s")


def bench_search(database) -> None:
    """Exact top 10 through the store; beside it, the same distance in one bare statement."""
    from core.store import collections, embedding_sets, embeddings, items, vectors
    from core.store.embedding_sets import SetIdentity
    from core.store.filters import Filters

    rng = np.random.default_rng(SEED)
    identity = SetIdentity(model_key="bench", hub_id="bench", revision="", precision="fp32", dims=DIMS, max_pixels=None,
                           prompt="", content="text", miniature=True)
    with database.connection() as conn:
        collection = collections.get(conn, "bench")
        found = embedding_sets.ensure_set(conn, collection.id, identity)
        unit = rng.standard_normal((ROWS, DIMS), dtype=np.float32)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        stored = {one.item.id: one.content_hash for batch in items.iterate(conn, collection.id) for one in batch}
        start = time.perf_counter()
        embeddings.copy_in(conn, found.id, ((item_id, digest, row) for (item_id, digest), row in zip(stored.items(), unit, strict=True)))
        print(f"COPY of {ROWS:,} vectors of {DIMS} dimensions: {ROWS / (time.perf_counter() - start):,.0f} rows/s")
    query = unit[17] + 0.1 * unit[18]
    bare_statement = "SELECT item_id, vector <=> %s AS d FROM embeddings WHERE set_id = %s ORDER BY d LIMIT 10"

    def ours(filters: Filters = Filters()) -> list[tuple[str, float]]:
        with database.connection() as conn:
            return vectors.nearest(conn, found.id, query, k=10, filters=filters)

    with database.connection() as bare_conn:
        def bare() -> list[tuple]:
            return bare_conn.execute(bare_statement, (query, found.id), binary=True).fetchall()

        assert [item_id for item_id, _ in ours()] == [row[0] for row in bare()]
        mine, theirs = alternate(ours, bare, times=40)
        report(f"search: exact top 10 of {ROWS:,} x {DIMS}, over bare SQL", mine, theirs, "ms", aim="(aim <= 1.15)")
        filtered, theirs = alternate(lambda: ours(Filters(kind=("text", "latex"))), bare, times=20)
        report("search: the same behind a filter", filtered, theirs, "ms")


def bench_engine() -> None:
    """Encode through the engine process; beside it, plain sentence-transformers in this process, same threads."""
    import torch
    from sentence_transformers import SentenceTransformer

    from core.engine.client import engine
    from core.items.content import embedding_text
    from core.items.generator.generate import items
    from core.models import registry
    from core.models.contract import Content
    from core.models.precision import threads

    torch.set_num_threads(threads())
    texts = [embedding_text(generated.item) for generated in items(256, seed=SEED, with_figures=False)]
    client = engine()
    record = registry.record("kure-v1-mini")
    same_dtype = {"dtype": torch.float32}  # left alone it would follow the checkpoint's fp16
    direct = SentenceTransformer(str(record.path), device="cpu", local_files_only=True, model_kwargs=same_dtype)
    query = "두 일차함수의 그래프가 한 점에서 만나는 문제"
    mine, theirs = alternate(lambda: client.encode(record.key, [Content(query)], role="query"),
                             lambda: direct.encode([query], normalize_embeddings=True), times=60)
    report("engine: one query, over direct sentence-transformers", mine, theirs, "ms")
    mine, theirs = alternate(
        lambda: client.encode(record.key, [Content(text) for text in texts], role="document", priority="batch"),
        lambda: direct.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False), times=5)
    report("engine: 256 items, over direct sentence-transformers", mine, theirs, "ms")


def bench_comparison(database) -> None:
    """Five systems over the shipped 100 items, without what encoders and reranker take; beside it, the six bare statements."""
    from core.engine.client import engine
    from core.models.contract import Content
    from core.prepare import prepare
    from core.search import run_config, variants
    from core.search.comparison import compare
    from core.search.query import Query
    from core.store import collections

    told = prepare(database, engine, say=lambda sentence: None, progress=lambda channel, state: None)
    letters = ("A", "B", "C", "D", "E")
    asked = "두 일차함수의 그래프가 한 점에서 만나는 문제"
    beyond: list[float] = []

    def ours() -> None:
        start = time.perf_counter()
        results = [column.result for column in compare(database, engine(), Query(asked), letters, collection=told.collection)]
        whole = (time.perf_counter() - start) * 1000
        beyond.append(whole - sum(result.encode_ms + result.rerank_ms for result in results))

    with database.connection() as conn:
        collection = collections.get(conn, told.collection)
        sets = [found for letter in letters for found in run_config.sets_of(conn, collection, variants.find(letter))]
        vectors = [engine().encode(found.identity.model_key, [Content(asked)], role="query").vectors[0] for found in sets]
        statement = "SELECT item_id, vector <=> %s AS d FROM embeddings WHERE set_id = %s ORDER BY d LIMIT 50"

        def bare() -> None:
            for found, vector in zip(sets, vectors, strict=True):
                conn.execute(statement, (vector, found.id), binary=True).fetchall()

        _, theirs = alternate(ours, bare, times=20)
    report("comparison: five systems of 100 items, beyond the models", statistics.median(beyond[1:]), theirs, "ms",
           aim="(aim <= 30 ms)")


def main() -> None:
    """Run all of it in a scratch data folder."""
    folder = Path(tempfile.mkdtemp(prefix="itembank-bench-"))
    os.environ |= {"DATA_DIR": str(folder / "data"), "MODELS": "mini", "DATABASE_URL": ""}
    from core.engine.client import stop_engine
    from core.store import close_database, open_database

    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    try:
        database = open_database()
        bench_import(database, folder)
        bench_search(database)
        bench_engine()
        bench_comparison(database)
    finally:
        stop_engine()
        close_database()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
