"""An approximate index (HNSW) against exact search, on a synthetic collection as large as the whole bank.

Recall is that of the index against exact search over the same components, not that of any model. One index is built at a time.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from core.bench import calling, latency, order
from core.bench.calling import Answer
from core.bench.frame import Bench
from core.bench.synthetic import Collection, K, Plan
from core.errors import InputError, StoreError
from core.store import bench_index, server
from core.store.bench_index import Type
from core.store.bench_samples import Sample
from core.store.database import Database

SYSTEM = "hnsw"
_EXACT_QUERIES = 20
_LOOK_SECONDS = 0.5
TAKEN = "다른 곳에서 근사 색인을 재고 있습니다. 끝난 뒤에 다시 실행해 주세요."
NO_ROOM = "합성 컬렉션에 디스크 {needed:.1f} GB가 필요한데 {free:.1f} GB만 비어 있습니다. 자리를 비우거나 --rows를 줄여 주세요."
UNUSED = "데이터베이스가 색인을 쓰지 않아 잴 수 없습니다. pgvector의 버전을 확인해 주세요."


def check_room(db: Database, plan: Plan) -> None:
    """Refuse a collection that the disk has no room for; of a server elsewhere nobody can tell.

    Raises:
        InputError: there is too little room.
    """
    if db.embedded is None:
        return
    free = shutil.disk_usage(db.embedded.data_dir).free
    if free < plan.bytes_needed:
        raise InputError(NO_ROOM.format(needed=plan.bytes_needed / 1e9, free=free / 1e9))


def measure(bench: Bench, plan: Plan) -> None:
    """Load the rows that are not there yet, then measure exact search and each index; the table is gone at the end.

    A bench whose process dies leaves its table; the next one goes on with it where it is the same, and drops it where it is not.

    Raises:
        StoreError: another one is under way, or the planner does not take the index.
    """
    name = bench_index.table_name(plan.rows, plan.dims, plan.seed)
    with server.connect(bench.db.conninfo) as conn:
        if not bench_index.take_turn(conn):
            raise StoreError(TAKEN)
        for other in bench_index.tables(conn):
            if other != name:
                bench_index.drop(conn, other)
        try:
            _measure(bench, plan, name, conn)
        finally:
            if not conn.broken:
                bench_index.drop(conn, name)


def _measure(bench: Bench, plan: Plan, name: str, conn: psycopg.Connection) -> None:
    made = Collection(plan)
    queries = made.queries()
    if not _load(bench, plan, made, name, conn):
        return
    bench.step(0, len(plan.cuts), "정답을 계산하는 중")
    truth = {cut: made.nearest(queries, cut) for cut in plan.cuts}
    for cut in plan.cuts:
        for number in range(min(_EXACT_QUERIES, plan.queries)):
            if bench.stopped:
                return
            answer, found = calling.timed(lambda cut=cut, number=number: bench_index.exact(conn, name, queries[number], dims=cut, k=K))
            _record(bench, f"exact {cut}", answer, number, found, truth[cut])
    for kind in plan.kinds:
        for cut in plan.cuts:
            if not _one_index(bench, plan, name, conn, kind, cut, queries, truth[cut]):
                return
    bench.finished = True


def _load(bench: Bench, plan: Plan, made: Collection, name: str, conn: psycopg.Connection) -> bool:
    """Fill the table chunk by chunk; False where somebody stopped it."""
    there = bench_index.create(conn, name, plan.dims)
    start = time.perf_counter()
    for first, vectors in made.chunks(there):
        bench.step(first, plan.rows, "합성 벡터를 넣는 중")
        if bench.stopped:
            return False
        if first >= there:  # a chunk is stored whole or not at all
            bench_index.copy_in(conn, name, first, vectors)
    bench_index.analyze(conn, name)
    bench.record("load", Answer("ok", (time.perf_counter() - start) * 1000), {
        "rows": plan.rows, "there_before": there, "bytes": bench_index.table_size(conn, name)}, counted=False, read=False)
    return True


def _one_index(bench: Bench, plan: Plan, name: str, conn: psycopg.Connection, kind: Type, cut: int, queries: NDArray[np.float32],
               truth: NDArray[np.int64]) -> bool:
    built = _build(bench, plan, name, kind, cut)
    if built is None:
        return False
    size = bench_index.size(conn, name, kind, cut)
    bench.record(f"build {kind} {cut}", built, {"type": kind, "dims": cut, "bytes": size}, read=False)
    try:
        for ef in plan.efs:
            bench_index.use_index(conn, ef_search=ef)
            if not bench_index.uses_index(conn, name, queries[0], kind=kind, dims=cut, k=K):
                raise StoreError(UNUSED)
            bench.expect(len(bench.samples) + len(queries), f"{kind} {cut}차원, ef_search {ef}")
            for number, query in enumerate(queries):
                if bench.stopped:
                    return False
                answer, found = calling.timed(
                    lambda query=query: bench_index.approximate(conn, name, query, kind=kind, dims=cut, k=K))
                _record(bench, f"{kind} {cut} ef {ef}", answer, number, found, truth)
    finally:
        bench_index.drop_index(conn, name, kind, cut)
    return True


def _build(bench: Bench, plan: Plan, name: str, kind: Type, cut: int) -> Answer | None:
    """Build an index over a connection of its own; None where somebody stopped it on the way."""
    outcome: list[Answer | BaseException] = []
    with server.connect(bench.db.conninfo) as builder, server.connect(bench.db.conninfo) as watcher:
        def build() -> None:
            start = time.perf_counter()
            try:
                bench_index.build(builder, name, kind=kind, dims=cut, m=plan.m, ef_construction=plan.ef_construction)
                outcome.append(Answer("ok", (time.perf_counter() - start) * 1000))
            except psycopg.Error as error:
                outcome.append(error)

        thread = threading.Thread(target=build, name=f"build {kind} {cut}", daemon=True)
        thread.start()
        cancelled = False
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
            done, total = bench_index.building(watcher, builder.info.backend_pid)
            bench.step(done, total or plan.rows, f"{kind} {cut}차원 색인을 만드는 중")
            if bench.stopped and not cancelled:
                builder.cancel_safe()
                cancelled = True
    (told,) = outcome
    if isinstance(told, BaseException):
        if cancelled:
            return None
        raise told
    return told


def _record(bench: Bench, series: str, answer: Answer, number: int, found: list[int] | None, truth: NDArray[np.int64]) -> None:
    hits = len(set(found or ()) & set(truth[number].tolist()))
    bench.record(series, answer, {"query": number, "hits": hits, "of": K}, read=False)


def summarise(samples: Sequence[Sample], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result's shape of ``store.measurements``."""
    load = next((each for each in samples if each.series == "load"), None)
    exact = {each.series.split()[1] for each in samples if each.series.startswith("exact ")}
    return {
        "rows": config.get("rows"),
        "table_bytes": load.input["bytes"] if load else None,
        "calls": sum(each.counted for each in samples),
        "failures": sum(each.outcome != "ok" for each in samples),
        "exact": [{"dims": int(cut), **_figures(samples, f"exact {cut}")} for cut in sorted(exact, key=int, reverse=True)],
        "indexes": [_index(samples, each) for each in samples if each.series.startswith("build ")],
        "errors": latency.errors(samples),
    }


def _index(samples: Sequence[Sample], built: Sample) -> dict[str, Any]:
    kind, dims = built.input["type"], built.input["dims"]
    prefix = f"{kind} {dims} ef "
    efs = dict.fromkeys(each.series.removeprefix(prefix) for each in samples if each.series.startswith(prefix))
    return {"type": kind, "dims": dims, "build_s": round(built.total_ms / 1000, 3), "bytes": built.input["bytes"],
            "by_ef": {ef: _figures(samples, prefix + ef) for ef in efs}}


def _figures(samples: Sequence[Sample], series: str) -> dict[str, Any]:
    own = [each for each in samples if each.series == series]
    good = [each for each in own if each.outcome == "ok"]
    shares = [each.input["hits"] / each.input["of"] for each in good]
    return {"recall_10": round(float(np.mean(shares)), 6) if shares else None,
            "latency_ms": latency.figures(order.summary([each.total_ms for each in good], failures=len(own) - len(good)))}


def config_of(plan: Plan) -> dict[str, Any]:
    """Return what the measurement needs to be repeated."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(plan).items()} | {
        "synthetic": True, "k": K, "index": "hnsw", "precision": None, "max_pixels": None, "calls": plan.queries}
