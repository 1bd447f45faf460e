"""Benches from wish to measurement: what is counted, what fails, what is left of one that ends early."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import uuid4

import pytest

from core.bench import frame, overview, running
from core.bench.asking import BATCHES, CALLERS, Asked
from core.errors import EngineDiedError, EngineError, InputError, ModelError, NotFoundError
from core.evaluation.verdict import gates, hardware
from core.jobs import working
from core.jobs.working import Worker
from core.store import bench_samples, jobs, measurements
from tests.bench_engine import MB, BenchEngine, fill

pytestmark = pytest.mark.slow


def raising(error: Exception):
    def give() -> None:
        raise error
    return give


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(frame, "_PAUSE", 0.0)


@pytest.fixture
def engine():
    return BenchEngine()


@pytest.fixture
def bank(conn, collection):
    """Six embedded items and three queries: a text, a picture, and both."""
    return fill(conn, collection)


@pytest.fixture
def bench(database, engine, bank):
    def run(kind="latency", system="A", *, worker=None, using=None, **more):
        return running.run(database, using or engine, Asked(kind, system, collection=bank.name, **{"warm_up": 1} | more),
                           worker=worker or Worker())
    return run


def test_latency_measures_each_part_alone_and_leaves_warm_up_and_cold_call_out(bench, engine, conn):
    done = bench(calls=4)
    result = done.result
    assert set(result["latency_ms"]) == {"text", "image", "both"}
    assert {told["n"] for told in result["latency_ms"].values()} == {4} and (result["calls"], result["failures"]) == (12, 0)
    assert done.partial is False and result["cold_ms"] > 0 and engine.evicted == ["qwen3-vl-embedding-2b-mini"]
    assert set(engine.calls) == set(), "no call went past the bench's own counting"
    samples = bench_samples.of_measurement(conn, done.id)
    assert [each.series for each in samples[:4]] == ["cold", "warm-up text", "warm-up image", "warm-up both"]
    assert sum(each.counted for each in samples) == 12 == engine.asked - 4
    assert all(each.total_ms >= each.encode_ms + each.search_ms > 0 for each in samples)
    assert (done.miniature, done.system, done.config["calls"], done.config["precision"]) == (True, "qwen3-vl", 4, "fp32")
    assert done.device.startswith("CPU") and done.environment["models"][0]["key"] == "qwen3-vl-embedding-2b-mini"


def test_a_part_the_system_cannot_take_is_left_out_with_its_reason(bench):
    result = bench(system="B", calls=2).result
    assert set(result["latency_ms"]) == {"text", "both"} and "글로만" in result["left_out"]["image"]


def test_a_failed_call_is_counted_kept_and_never_retried(bench, engine):
    # 1 cold, 3 warm-up, then text, image, both in turn: the 6th is the second counted one.
    engine.on[6] = raising(ModelError("그림을 읽지 못했습니다."))
    engine.on[8] = raising(ModelError("모델이 이 내용에 유한하지 않은 값(NaN)을 냈습니다."))
    result = bench(calls=2).result
    assert engine.asked == 4 + 6
    assert (result["failures"], result["latency_ms"]["image"]["failures"], result["latency_ms"]["image"]["n"]) == (2, 1 + 0, 2)
    assert result["latency_ms"]["image"]["p95"] is None, "half of its calls took for ever"
    assert result["latency_ms"]["image"]["nan"] == 0 and result["latency_ms"]["text"]["nan"] + result["latency_ms"]["both"]["nan"] == 1
    assert result["errors"][0] == {"place": 5, "outcome": "failed", "error": "그림을 읽지 못했습니다.",
                                   "input": {"query": "q3", "part": "image"}}


def test_stability_counts_crashes_failures_and_nan_apart(bench, engine):
    def die() -> None:
        engine.pid, engine.restarts = 101, engine.restarts + 1
        raise EngineDiedError("멈춤")

    engine.on = {3: die, 6: raising(ModelError("NaN")), 9: raising(EngineError("혼잡"))}
    result = bench("stability", calls=20).result
    assert (result["calls"], result["asked"], result["failures"], result["nan"], result["crashes"]) == (20, 20, 2, 1, 1)
    assert result["success"] == 0.85 and [each["outcome"] for each in result["errors"]] == ["crashed", "nan", "failed"]
    assert {each["input"]["part"] for each in result["errors"]} <= {"text", "image", "both"}


def test_an_engine_that_died_between_two_calls_is_counted_too(bench, engine):
    def died_before() -> None:
        engine.restarts += 1

    engine.on[5] = died_before
    result = bench("stability", calls=10).result
    assert (result["failures"], result["crashes"]) == (0, 1)


def test_a_leak_of_the_engine_is_found_and_a_steady_one_is_not_accused(bench, engine):
    def grow() -> None:
        engine.rss += 40_000

    engine.on = dict.fromkeys(range(1, 400), grow)
    leaking = bench("stability", calls=200).result
    assert leaking["leak"] is True and leaking["memory"]["rss"]["slope"] == pytest.approx(40_000)
    engine.on = {}
    assert bench("stability", calls=200).result["leak"] is False
    assert bench("stability", calls=20).result["leak"] is None


def test_cancelled_at_call_700_the_rest_is_partial_and_says_so(bench, engine, conn):
    worker = Worker()
    engine.on[701] = worker.stop
    done = bench("stability", calls=1000, worker=worker)
    assert done.partial and (done.result["calls"], done.result["asked"], done.result["failures"]) == (700, 1000, 0)
    assert "중간에 끊김" in overview.marks(done)
    assert len(bench_samples.of_measurement(conn, done.id)) == 701 == done.result["samples"]["count"]
    assert [run for run in bench_samples.under_way(conn) if run.system == "qwen3-vl"] == []


def test_an_interrupted_bench_keeps_what_it_has(bench, engine, conn):
    engine.on[8] = raising(KeyboardInterrupt())
    before = {each.id for each in measurements.listing(conn, ["stability"])}
    with pytest.raises(KeyboardInterrupt):
        bench("stability", calls=30)
    (kept,) = [each for each in measurements.listing(conn, ["stability"]) if each.id not in before]
    assert kept.partial and (kept.result["calls"], kept.result["failures"]) == (6, 0)


def test_an_engine_that_never_comes_back_ends_the_bench_with_the_count_right(bench, engine):
    engine.on = dict.fromkeys(range(12, 1000), raising(EngineDiedError("계산하던 엔진이 갑자기 멈췄습니다.")))
    done = bench("stability", calls=500)
    assert done.partial and (done.result["calls"], done.result["failures"], done.result["crashes"]) == (30, 20, 20)
    assert "20번 이어서 실패" in done.result["ended_early"] and engine.asked == 31


def test_a_bench_whose_process_died_is_stored_by_the_next_one(bench, engine, conn, database):
    with database.connection() as own:
        dead = bench_samples.open_run(own, kind="stability", system="qwen3-vl", device="card", miniature=True, config={"calls": 1000},
                                      environment={"device": "card"})
        bench_samples.add(own, dead.id, [bench_samples.Sample(place, "calls", True, place / 10, "ok", 20.0) for place in range(700)])
        assert [each.run.id for each in running.under_way(conn) if each.run.id == dead.id] == [dead.id]
        assert running.conclude_abandoned(database) == [], "it is alive"
        own.execute("SELECT pg_advisory_unlock_all()")
    bench(calls=1)
    (kept,) = [each for each in measurements.listing(conn, ["stability"]) if each.device == "card"]
    assert kept.partial and kept.result["calls"] == 700 and kept.measured_at == dead.started_at


def test_samples_are_there_while_the_bench_goes_on(bench, engine, conn, monkeypatch):
    monkeypatch.setattr(frame, "_WRITE_SECONDS", 0.0)
    seen = []
    engine.on[9] = lambda: seen.extend(len(each.samples) for each in running.under_way(conn))
    bench("stability", calls=10)
    assert seen == [8]


def test_a_database_that_went_away_costs_no_sample(bench, engine, conn, monkeypatch):
    monkeypatch.setattr(frame, "_WRITE_SECONDS", 0.0)

    def cut() -> None:
        # This bench's lock alone: a lent connection of the tests may still hold an older one's.
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND "
                     "classid = hashtext('bench')::oid AND objid = (SELECT max(id) FROM bench_runs)::oid")

    engine.on[5] = cut
    done = bench("stability", calls=12)
    assert (done.partial, done.result["calls"], done.result["failures"]) == (False, 12, 0)
    assert [each.place for each in bench_samples.of_measurement(conn, done.id)] == list(range(13))


def test_throughput_names_the_best_size_and_marks_one_that_ran_out_of_memory(bench):
    engine = BenchEngine(card=True)
    calls = 3

    def out() -> None:
        engine.ooms += 1

    engine.on[5 * (1 + calls) + 1] = out  # the first call with 32 items
    done = bench("throughput", calls=calls, using=engine)
    told = done.result["by_batch"]
    assert list(map(int, sorted(told, key=int))) == list(BATCHES)
    assert {size for size, each in told.items() if not each["fits"]} == {"32"} and done.result["best_batch"] != 32
    assert told["8"]["items_per_s"] > 0 and told["8"]["calls"] == 3
    assert told["16"]["vram_gb"]["process"] == pytest.approx(1.16 + 0.05 + 0.4), "the peak of its own calls, with CUDA's share"
    assert done.device == "NVIDIA GeForce RTX 2070 SUPER"


@pytest.mark.parametrize("ooms", [1, 4])
def test_an_engine_that_died_between_two_sizes_hides_no_shortage(bench, ooms):
    engine = BenchEngine(card=True)
    engine.ooms = 4  # of an earlier life: none of this bench's doing

    def another(count: int) -> None:
        engine.pid, engine.restarts, engine.ooms = engine.pid + 1, engine.restarts + 1, count

    engine.on = {2 * 3 + 1: lambda: another(ooms), 2 * 4 + 1: lambda: another(0)}  # the first calls with 8 and with 16 items
    told = bench("throughput", calls=1, using=engine).result["by_batch"]
    assert {size for size, each in told.items() if not each["fits"]} == {"8", "16", "32"}, "what is larger fits no better"


def test_one_item_for_which_another_model_had_to_leave_fits(bench):
    engine = BenchEngine(card=True)

    def out() -> None:
        engine.ooms += 1

    engine.on[1] = out
    assert all(each["fits"] for each in bench("throughput", calls=1, using=engine).result["by_batch"].values())


def test_the_time_of_reading_again_is_a_phase_of_its_own(bench):
    done = bench(system="E", calls=3)
    for part, told in done.result["phases"].items():
        spent = {name: told[name]["p50"] for name in ("encode", "search", "rerank")}
        assert all(spent.values()) and sum(spent.values()) <= done.result["latency_ms"][part]["p99"], part
    assert done.config["rerank_depth"] == 50 and done.result["stepped"] == []


def test_items_that_the_reranker_could_not_read_make_a_failed_call(bench, engine, monkeypatch):
    rerank = engine.rerank
    monkeypatch.setattr(engine, "rerank", lambda *given, **more: replace(rerank(*given, **more), failures={1: "메모리가 모자랍니다."}))
    result = bench("stability", "E", calls=4, warm_up=0).result
    assert result["failures"] == 4 and "리랭커가 읽지 못한 문항 1개" in result["errors"][0]["error"]


def test_throughput_of_a_reranking_system_has_pairs_and_one_without_models_is_refused(bench):
    assert bench("throughput", "E", calls=1).result["pairs_per_s"] > 0
    with pytest.raises(InputError, match="인코딩할 문항이"):
        bench("throughput", "bm25")


def test_vram_is_the_peak_of_the_process_and_none_without_a_card(bench, engine):
    done = bench("vram", calls=2, using=(card := BenchEngine(card=True)))
    assert done.result["vram_gb"]["process"] == pytest.approx(1.32 + 0.05 + 0.4) and done.result["fits"] is True
    assert [each["model"] for each in done.result["after_load"]] == ["qwen3-vl-embedding-2b-mini"]
    assert card.evicted[0] is None and card.resets >= len(BATCHES)
    without = bench("vram", calls=1).result
    assert set(without["vram_gb"].values()) == {None} and without["fits"] is None and without["rss_mb"] == 500.0


def test_stress_shares_the_calls_among_the_callers(bench, engine):
    active, most, gate = [0], [0], threading.Lock()
    search = running.stress.calling.search

    def watched(*given):
        with gate:
            active[0] += 1
            most[0] = max(most[0], active[0])
        try:
            return search(*given)
        finally:
            with gate:
                active[0] -= 1

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(running.stress.calling, "search", watched)
        result = bench("stress", calls=24).result
    assert {callers: told["calls"] for callers, told in result["by_callers"].items()} == {str(callers): 24 for callers in CALLERS}
    assert result["failures"] == 0 and 1 < most[0] <= 16
    assert all(told["answers_per_s"] > 0 for told in result["by_callers"].values())


def test_what_cannot_be_measured_is_refused_before_anything_is_stored(bench, engine, conn, bank):
    before = len(measurements.listing(conn))
    with pytest.raises(InputError, match="GPU가 없어"):
        bench(budget_gb=8.0)
    with pytest.raises(NotFoundError, match="임베딩이 아직 없습니다"):
        bench(precision="nf4")
    with pytest.raises(NotFoundError):
        bench(system="Z")
    assert len(measurements.listing(conn)) == before and bench_samples.under_way(conn) == []


@pytest.mark.slow
def test_the_verdict_reads_what_benches_store(bench):
    file = gates.load()
    measured = {kind: bench(kind, calls=calls, using=BenchEngine(card=True))
                for kind, calls in (("latency", 100), ("vram", 1), ("stability", 1000))}
    gate = {each.source: each for each in file.gates if each.kind == "go"}
    told = [replace(each, miniature=False, config=each.config | {"precision": gate[kind].precision or file.subject.precision,
                                                                 "max_pixels": file.subject.max_pixels})
            for kind, each in measured.items()]
    for kind, read in (("latency", hardware.latency), ("vram", hardware.vram), ("stability", hardware.stability)):
        found = read(gate[kind], file, told)
        assert found.lacking == "" and found.value is not None, (kind, found)
        assert "측정 안 됨" in read(gate[kind], file, []).lacking
        assert "축소 모델" in read(gate[kind], file, list(measured.values())).lacking
    assert hardware.latency(gate["latency"], file, told).value == max(
        part["p95"] for part in measured["latency"].result["latency_ms"].values())
    assert hardware.stability(gate["stability"], file, told).low == pytest.approx(0.05 ** (1 / 1000))
    assert all(check.passed for check in hardware.checks(gate["stability"], file, told, "") if check.name in ("crash", "nan"))


def test_what_computed_beside_it_is_kept_and_told_and_the_job_that_measures_is_not_meant(bench, engine, conn, database, monkeypatch):
    mine, other, waiting = (f"{word} {uuid4().hex}" for word in ("mine", "other", "waiting"))
    ids = [jobs.add(conn, ["embed", title], title=title, takes_engine=True, asked_by="가")[0].id for title in (mine, other, waiting)]
    monkeypatch.setattr(working, "_current", Worker(ids[0]))
    with database.connection() as holder:
        try:
            for each in ids[:2]:
                assert jobs.hold(holder, each)  # or they would count as dead on a slow machine
                jobs.begin(conn, each)
            bench_of = {"whole": bench(calls=1)}
            engine.on[engine.asked + 2] = lambda: jobs.end(conn, ids[1], "done")
            bench_of["half"] = bench(calls=1)
        finally:
            for each in ids:
                jobs.end(conn, each, "done")
            holder.execute("SELECT pg_advisory_unlock_all()")
    seen = {name: [set(each.environment["beside"]), set(each.environment["after"]["beside"])] for name, each in bench_of.items()}
    assert [[{mine, other, waiting} & each for each in pair] for pair in seen.values()] == [[{other}, {other}], [{other}, set()]]
    for each in bench_of.values():
        assert any("함께 돌았습니다(" in said and said.count(other) == 1 for said in overview.remarks(each))


def test_a_bench_beside_another_says_so_and_one_alone_says_nothing(bench, conn, database):
    with database.connection() as own:
        other = bench_samples.open_run(own, kind="stress", system="kure-v1", device="card", miniature=True, config={}, environment={})
        assert "측정: 동시 요청" in bench(calls=1).environment["beside"]
        bench_samples.close(own, other.id, error="끝")
        own.execute("SELECT pg_advisory_unlock_all()")
    alone = bench(calls=1)
    assert "측정: 동시 요청" not in alone.environment["beside"] + alone.environment["after"]["beside"]


def test_nothing_measured_is_no_measurement(bench, engine, conn):
    worker = Worker()
    worker.stop()
    with pytest.raises(InputError, match="한 번도 재지 못하고"):
        bench(worker=worker)


def test_a_result_has_the_keys_other_programs_rely_on(bench):
    told = overview.as_json(bench(calls=2, using=BenchEngine(card=True)))
    assert set(told["latency_ms"]) == {"mean", "p50", "p95", "p99"} and told["latency_of"] in overview.PARTS
    assert told["latency_ms"]["p95"] == max(part["p95"] for part in told["result"]["latency_ms"].values())
    assert (told["items_per_s"], told["vram_gb"]["process"], told["calls"], told["failures"]) == (None, None, 6, 0)
    assert told["target_device"] is True and told["rss_mb"] == 500 * MB / 1e6
