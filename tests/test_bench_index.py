"""The bench of an approximate index: its oracle, its figures, and that nothing of it stays behind."""

from __future__ import annotations

import numpy as np
import pytest
from psycopg import sql

from core.bench import index, overview, running
from core.bench.asking import Asked
from core.bench.synthetic import Collection, K, Plan
from core.errors import InputError, StoreError
from core.jobs.working import Worker
from core.store import bench_index, measurements, server

pytestmark = pytest.mark.slow

PLAN = Plan(rows=2500, dims=32, cuts=(32, 16), efs=(40, 200), queries=12, hidden=12)
NAME = bench_index.table_name(2500, 32, 11)


@pytest.fixture
def bench(database):
    def run(plan=PLAN, *, worker=None, show=lambda done, total, words: None):
        return running.run_index(database, Asked("index", rows=plan.rows), plan, worker=worker or Worker(), show=show)
    return run


def test_the_oracle_is_brute_force_over_all_rows_at_once():
    made = Collection(PLAN)
    rows = np.concatenate([part for _, part in made.chunks()])
    assert rows.shape == (2500, 32) and [first for first, _ in made.chunks(2100)] == [2000]
    for cut in PLAN.cuts:
        unit, asked = (each[:, :cut] / np.linalg.norm(each[:, :cut], axis=1, keepdims=True) for each in (rows, made.queries()))
        wanted = np.argsort(-(asked @ unit.T), axis=1)[:, :K]
        assert [set(each) for each in made.nearest(made.queries(), cut)] == [set(each) for each in wanted]
    again = next(iter(Collection(PLAN).chunks(2000)))[1]
    assert np.array_equal(again, rows[2000:]), "any part of it is the same again"


def test_recall_speed_and_size_are_told_and_the_collection_is_gone(bench, conn):
    done = bench()
    result = done.result
    assert [each["recall_10"] for each in result["exact"]] == [1.0, 1.0] and [each["dims"] for each in result["exact"]] == [32, 16]
    assert [(each["type"], each["dims"]) for each in result["indexes"]] == [("halfvec", 32), ("halfvec", 16)]
    for each in result["indexes"]:
        assert set(each["by_ef"]) == {"40", "200"} and each["build_s"] > 0 and each["bytes"] > 2500 * 2 * each["dims"]
        assert 0.8 < each["by_ef"]["40"]["recall_10"] <= each["by_ef"]["200"]["recall_10"] + 0.05
        assert each["by_ef"]["40"]["latency_ms"]["n"] == 12
    assert bench_index.tables(conn) == []
    assert (done.partial, done.system, done.config["rows"], result["failures"]) == (False, "hnsw", 2500, 0)
    assert overview.marks(done) == "합성 벡터" and done.environment["database"]["pgvector"]


@pytest.mark.slow
def test_loading_goes_on_where_a_bench_died_and_drops_what_another_left(bench, conn):
    made = Collection(PLAN)
    bench_index.create(conn, NAME, 32)
    first, vectors = next(made.chunks())
    bench_index.copy_in(conn, NAME, first, vectors)
    bench_index.create(conn, bench_index.table_name(9, 9, 9), 9)
    done = bench()
    assert [each["recall_10"] for each in done.result["exact"]] == [1.0, 1.0]
    (load,) = conn.execute("SELECT input FROM bench_samples AS s JOIN bench_runs AS r ON r.id = s.run_id "
                           "WHERE r.measurement_id = %s AND series = 'load'", [done.id]).fetchone()
    assert (load["there_before"], load["rows"]) == (2000, 2500) and bench_index.tables(conn) == []


def test_a_cancel_reaches_into_a_build_and_keeps_what_was_measured(bench, conn, monkeypatch):
    build, worker = bench_index.build, Worker()

    def slow(builder, name, *, kind, dims, **rest):
        if dims == 16:
            builder.execute("SELECT pg_sleep(300)")
        build(builder, name, kind=kind, dims=dims, **rest)

    def show(done, total, words):
        if "16차원 색인" in words:
            worker.stop()

    monkeypatch.setattr(bench_index, "build", slow)
    monkeypatch.setattr(index, "_LOOK_SECONDS", 0.05)
    done = bench(worker=worker, show=show)
    assert done.partial and [each["dims"] for each in done.result["indexes"]] == [32]
    assert bench_index.tables(conn) == []


def test_one_index_is_measured_at_a_time(bench, database, conn):
    with server.connect(database.conninfo) as other:
        assert bench_index.take_turn(other)
        before = len(measurements.listing(conn, ["index"]))
        with pytest.raises(StoreError, match="다른 곳에서"):
            bench()
        assert len(measurements.listing(conn, ["index"])) == before


def test_a_full_disk_is_said_beforehand(bench, monkeypatch):
    monkeypatch.setattr(index.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10**6}))
    with pytest.raises(InputError, match="GB가 필요한데 0.0 GB만"):
        bench()


def test_no_table_but_its_own_can_be_touched(conn):
    for name in ("items", "bench_vectors_1x1_1; DROP TABLE items", "bench_runs"):
        with pytest.raises(ValueError, match="no table of a bench"):
            bench_index.drop(conn, name)
    assert conn.execute(sql.SQL("SELECT to_regclass('items')")).fetchone() != (None,)


def test_the_size_is_asked_for_in_words():
    assert Asked("index", rows=5000).arguments == ("bench", "index", "--rows", "5000")
    with pytest.raises(InputError, match="합성 컬렉션"):
        Asked("index", rows=10)
