"""Benches looked on at, compared, and held against the gates, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.bench import comparing, frame, looking, overview, standing, watching
from core.bench.asking import Asked
from core.bench.calling import Answer
from core.bench.watching import Watch, sight
from core.jobs.working import Worker
from core.store import bench_samples
from core.store.bench_samples import BenchRun
from tests.test_bench_looking import measured, sample

LATENCY = {"latency_ms": {"text": {"p50": 10.0, "p95": 20.0, "n": 200, "failures": 0}, "image": {"p95": 30.0, "n": 200, "failures": 0},
                          "both": {"p50": 25.0, "p95": 150.0, "n": 200, "failures": 0}},
           "phases": {"both": {"encode": {"p50": 18.0}, "search": {"p50": 4.0}, "rerank": None}}}
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
RUN = BenchRun(7, "latency", "qwen3-vl", "CPU", True, {}, {}, AT, None, None, "")


def numbered(number, kind, result, *, hours=0, partial=False, **given):
    made = measured(kind, result, **given)
    return replace(made, id=number, partial=partial, measured_at=AT + timedelta(hours=hours))


def times(milliseconds):
    return {"latency_ms": {name: told | {"p95": milliseconds} for name, told in LATENCY["latency_ms"].items()}}


def word(listed, name):
    return next(each for each in standing.standings(listed) if each.gate.name == name)


def test_every_gate_on_hardware_stands_there_even_with_nothing_measured():
    found = standing.standings([])
    assert {each.gate.name for each in found} >= {"latency_p95", "vram", "stability"}
    assert {each.word for each in found} == {"nothing"} and not any(each.measurements for each in found)


def test_a_gate_takes_the_newest_that_counts_and_not_a_newer_one_that_does_not():
    counts = numbered(1, "latency", LATENCY)
    elsewhere = numbered(2, "latency", times(900.0), hours=5, device="NVIDIA H100")
    found = word([elsewhere, counts], "latency_p95")
    assert (found.word, found.evidence.value, found.measurements) == ("pass", 150.0, (1,))
    alone = word([elsewhere], "latency_p95")
    assert (alone.word, alone.evidence.value, alone.measurements) == ("uncounted", 900.0, (2,)) and "H100" in alone.evidence.lacking
    assert word([counts, numbered(3, "latency", times(201.0), hours=9)], "latency_p95").word == "fail"
    assert word([numbered(4, "latency", LATENCY, miniature=True)], "latency_p95").word == "uncounted"


def test_only_what_shares_device_and_models_is_compared_and_the_target_card_comes_first():
    listed = [numbered(1, "latency", LATENCY), numbered(2, "latency", LATENCY, hours=3, device="NVIDIA H100"),
              numbered(3, "latency", LATENCY, hours=4, device="CPU", miniature=True),
              numbered(4, "latency", LATENCY, hours=5, device="NVIDIA H100", random_weights=True),
              numbered(5, "index", {}, hours=6, device="X")]
    found = comparing.conditions(listed)
    assert [(each.device.split()[-1], each.miniature, each.random_weights) for each in found] == [
        ("SUPER", False, False), ("H100", False, False), ("H100", False, True), ("CPU", True, False)]
    assert [[each.id for each in comparing.newest(listed, "latency", wanted)] for wanted in found] == [[1], [2], [4], [3]]


def test_of_a_system_the_newest_whole_measurement_stands_and_systems_in_the_plans_order():
    listed = [numbered(1, "latency", LATENCY, system="kure+siglip"), numbered(2, "latency", LATENCY),
              numbered(3, "latency", LATENCY, hours=1), numbered(4, "latency", LATENCY, hours=2, partial=True),
              numbered(5, "latency", LATENCY, system="siglip", partial=True)]
    assert [each.id for each in comparing.newest(listed, "latency")] == [3, 5, 1]
    assert comparing.names(listed[:1]) == {1: "kure+siglip"}
    twice = [numbered(1, "latency", LATENCY), numbered(2, "latency", LATENCY, precision="fp16", budget_gb=7.5)]
    named = comparing.names(twice)
    assert named[1] != named[2] and "nf4" in named[1] and "fp16" in named[2] and "7.5 GB" in named[2]


def test_curves_run_by_size_and_a_size_that_does_not_fit_is_marked():
    rate = numbered(1, "throughput", {"by_batch": {
        "16": {"items_per_s": 9.0, "low": 8.0, "high": 10.0, "fits": False, "vram_gb": {"process": 7.9}, "failures": 0},
        "2": {"items_per_s": 4.0, "fits": True, "vram_gb": {"process": 5.0}, "failures": 0},
        "4": {"items_per_s": None, "fits": False, "vram_gb": {"process": None}, "failures": 3}}})
    (curve,) = comparing.rates([rate])
    assert [(point.at, point.value, point.low, point.fits) for point in curve.points] == [(2, 4.0, None, True), (16, 9.0, 8.0, False)]
    (held,), on_card = comparing.memory([rate], "batch")
    assert on_card and [(point.at, point.value) for point in held.points] == [(2, 5.0), (16, 7.9)]
    small = numbered(2, "vram", {"by_pixels": {"256": {"process": None, "rss_mb": 700.0, "failures": 1}}})
    (held,), on_card = comparing.memory([small], "pixels")
    assert not on_card and [(point.value, point.fits) for point in held.points] == [(0.7, False)]
    assert comparing.memory([small], "batch") == ([], False)
    stress = numbered(3, "stress", {"by_callers": {"16": {"latency_ms": {"p95": 9.0}, "answers_per_s": None, "failures": 2},
                                                   "1": {"latency_ms": {"p95": 3.0}, "answers_per_s": 5.0, "failures": 0}}})
    (slowest,) = comparing.callers([stress], "p95")
    assert [(point.at, point.value, point.fits) for point in slowest.points] == [(1, 3.0, True), (16, 9.0, False)]
    assert [point.value for point in comparing.callers([stress], "answers_per_s")[0].points] == [5.0]


def test_an_index_curve_goes_by_its_candidates_and_phases_leave_a_rest():
    built = {"type": "halfvec", "dims": 1024, "by_ef": {"100": {"recall_10": 0.99, "latency_ms": {"p50": 5.0}},
                                                        "40": {"recall_10": 0.97, "latency_ms": {"p50": 2.0}},
                                                        "400": {"recall_10": None, "latency_ms": {"p50": None}}}}
    (curve,) = comparing.index(numbered(1, "index", {"indexes": [built]}))
    assert [(point.label, point.at, point.value) for point in curve.points] == [("40", 2.0, 0.97), ("100", 5.0, 0.99)]
    assert comparing.phases(numbered(1, "latency", LATENCY), "both") == {"encode": 18.0, "search": 4.0, "rest": 3.0}
    assert comparing.phases(numbered(1, "latency", LATENCY), "image") == {}


def test_what_is_seen_of_a_bench_counts_failures_as_slower_than_any_answer():
    calls = [sample(place, float(place)) for place in range(1, 20)] + [sample(20, 1.0, outcome="failed")]
    found = sight(RUN, [sample(0, 900.0, series="cold", counted=False), *calls])
    (text,) = found.series
    assert (found.calls, found.uncounted, found.failures, found.cold_ms) == (20, 1, 1, 900.0)
    assert (text.calls, text.failures, text.p50) == (20, 1, 10.5) and text.p95 is None, "the 95th reaches into the failure"
    assert len(text.points) == 19 and found.failed == ((20, 1.0),)
    assert sight(RUN, []).series == ()


def test_a_long_series_is_thinned_without_losing_its_slowest_call():
    points = [(float(place), 10.0) for place in range(5000)]
    points[3333] = (3333.0, 999.0)
    kept = watching.thinned(points, most=100)
    assert len(kept) <= 100 and (3333.0, 999.0) in kept and kept == tuple(sorted(kept))
    assert watching.thinned(points[:50], most=100) == tuple(points[:50])


def test_looking_on_reads_only_what_is_new(conn, monkeypatch):
    run = bench_samples.open_run(conn, kind="latency", system="qwen3-vl", device="CPU", miniature=True, config={}, environment={})
    watch, asked = Watch(run), []
    real = bench_samples.of_run
    monkeypatch.setattr(bench_samples, "of_run", lambda conn, run_id, since=0: asked.append(since) or real(conn, run_id, since=since))
    assert watch.look(conn).calls == 0
    bench_samples.add(conn, run.id, [sample(place, 5.0) for place in range(3)])
    assert watch.look(conn).calls == 3
    bench_samples.add(conn, run.id, [sample(3, 5.0, outcome="nan")])
    found = watch.look(conn)
    assert (found.calls, found.failures, asked) == (4, 1, [0, 0, 3])
    assert watch.look(conn) is found, "nothing new, nothing computed"
    bench_samples.close(conn, run.id)  # else the other tests would meet a bench that never ends
    conn.execute("SELECT pg_advisory_unlock_all()")  # the connection goes back and lives on


def test_calls_that_wait_to_be_stored_are_seen_while_an_index_is_built(database, conn, monkeypatch):
    made = frame.Bench(database, None, None, Asked("index"), Worker(), lambda *told: None)
    made.open(device="CPU", system="hnsw", config={}, environment={})
    monkeypatch.setattr(frame, "_WRITE_SECONDS", 1e9)
    made.record("exact 2048", Answer("ok", 1.0), {}, read=False)
    made.step(1, 9, "색인을 만드는 중")
    assert bench_samples.of_run(conn, made.run.id) == []
    monkeypatch.setattr(frame, "_WRITE_SECONDS", 0.0)
    made.step(2, 9, "색인을 만드는 중")
    assert [each.series for each in bench_samples.of_run(conn, made.run.id)] == ["exact 2048"]
    bench_samples.close(conn, made.run.id)
    made.close()


def test_a_failed_call_is_never_answered_and_warm_ups_stand_in_the_series_of_time():
    calls = [sample(1, 30.0), sample(2, 10.0), sample(3, 20.0), sample(4, 5.0, outcome="failed")]
    assert looking.cumulative(calls, "text") == [(10.0, 0.25), (20.0, 0.5), (30.0, 0.75)]
    assert len(looking.cumulative([sample(place, float(place)) for place in range(3000)], "text", most=50)) == 50
    assert looking.cumulative([], "text") == []
    warm = sample(0, 99.0, series="warm-up text", counted=False, at_s=0)
    assert [each.place for each in looking.timeline([*calls, warm, sample(9, 1.0, series="image")], "text")] == [0, 1, 2, 3, 4]


def test_memory_is_that_of_the_card_where_there_is_one():
    quiet = replace(sample(0, 1.0), memory={"rss": 5 * 10**8, "reserved": 2 * 10**9, "context": 5 * 10**8})
    assert looking.memory([quiet]) == ([(0, 2.5)], True), "a driver that tells no process: what was reserved, and CUDA's own"
    ram = [replace(sample(0, 1.0), memory={"rss": 2_000_000_000}), sample(1, 1.0)]
    assert looking.memory(ram) == ([(0, 2.0)], False)
    card = [*ram, replace(sample(2, 1.0), memory={"rss": 1, "process": 5_500_000_000})]
    assert looking.memory(card) == ([(2, pytest.approx(5.5))], True)


def test_what_two_measurements_do_not_share_is_named():
    one = numbered(1, "latency", LATENCY, calls=200)
    assert looking.different(one, numbered(2, "latency", LATENCY, calls=200, hours=3)) == []
    assert looking.different(one, numbered(2, "latency", LATENCY, device="CPU", calls=20, precision="fp32", partial=True)) == [
        "장치", "중간에 끊김", "정밀도", "호출 수"]


def test_series_are_named_in_words_and_an_unknown_one_stays_as_it_is():
    told = [overview.series_title(name) for name in ("both", "batch 8", "query image", "calls", "callers 16", "halfvec 512 ef 40")]
    assert told == ["글+그림", "한 번에 8문항", "쿼리 하나 · 그림", "이어서 호출", "16명이 함께", "halfvec 512 ef 40"]
