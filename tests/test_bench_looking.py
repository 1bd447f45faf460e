"""What a page draws of measurements, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.bench import looking, overview
from core.evaluation.analysis import costs
from core.report import performance_results
from core.store.bench_samples import Sample
from core.store.measurements import Measurement

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TARGET = "NVIDIA GeForce RTX 2070 SUPER"


NO_ROOM = {"vram_gb": {"process": 0.54, "weights": None}, "single_fits": False, "fits": False, "room_gb": 8.5}


def measured(kind, result, *, system="qwen3-vl", device=TARGET, miniature=False, **config):
    return Measurement(1, "ab" * 32, kind, system, device, miniature, {"precision": "nf4", "max_pixels": 262144, "dims": None} | config, {},
                       result, False, AT, AT)


def sample(place, total_ms, *, series="text", outcome="ok", counted=True, at_s=None):
    return Sample(place, series, counted, place if at_s is None else at_s, outcome, total_ms)


def test_a_histogram_counts_every_answered_call_once():
    samples = [sample(number, float(number % 10)) for number in range(100)] + [
        sample(100, 999.0, outcome="failed"), sample(101, 5.0, counted=False), sample(102, 5.0, series="image")]
    found = looking.histogram(samples, "text")
    assert sum(found.counts) == 100 and found.failures == 1 and len(found.edges) == len(found.counts) + 1
    assert (found.edges[0], found.edges[-1]) == (0.0, 9.0)
    assert looking.series(samples) == ["text", "image"]
    assert looking.histogram([sample(0, 3.0), sample(1, 3.0)], "text").counts == (2,)
    assert looking.histogram([sample(0, 3.0, outcome="nan")], "text") == looking.Histogram((), (), 1)


def test_a_series_runs_by_the_beginnings_of_its_calls():
    samples = [sample(0, 9.0, at_s=2.0), sample(1, 1.0, at_s=1.0), sample(2, 1.0, series="image")]
    assert [each.place for each in looking.timeline(samples, "text")] == [1, 0]


def test_a_result_stands_at_its_gates_with_the_reason_where_it_is_no_evidence():
    part = {"p95": 150.0, "n": 100, "failures": 0}
    latency = {"latency_ms": {"text": part, "image": part | {"p95": 199.0}, "both": part}}
    (line,) = looking.at_gates(measured("latency", latency))
    assert (line.value, line.holds, line.counts, line.gate.threshold) == (199.0, True, True, 200)
    (line,) = looking.at_gates(measured("latency", latency, device="NVIDIA H100"))
    assert line.holds and not line.counts and "대상 카드가 아닌" in line.why_not
    (line,) = looking.at_gates(measured("latency", latency, system="kure-v1"))
    assert line.holds and not line.counts and "판정하는 시스템" in line.why_not
    lines = looking.at_gates(measured("vram", {"vram_gb": {"process": 8.5}}))
    assert [(each.value, each.holds) for each in lines if each.gate.name == "vram"] == [(8.5, False)]
    (line, *_) = [each for each in looking.at_gates(measured("vram", NO_ROOM)) if each.gate.name == "vram"]
    assert (line.holds, line.counts) == (False, True) and line.value > 8 and "실제로 필요한 양은 이보다 많습니다" in line.remark
    (line, *_) = [each for each in looking.at_gates(measured("vram", NO_ROOM | {"room_gb": 3.0})) if each.gate.name == "vram"]
    assert not line.counts and line.value > 3 and "8 GB까지 쓸 수 있어야" in line.why_not
    (line, *_) = looking.at_gates(measured("stability", {"calls": 1000, "failures": 1, "nan": 1, "crashes": 0}))
    assert (line.value, line.holds) == (pytest.approx(0.998), False)
    assert looking.at_gates(measured("vram", {"rss_mb": 1.0}, device="CPU x"))[0].holds is None
    assert looking.at_gates(measured("throughput", {"items_per_s": 3.0})) == ()


def test_two_results_stand_side_by_side_in_one_order():
    first = measured("latency", {"latency_ms": {"both": {"p95": 40.0}, "text": {"p50": 10.0, "p95": 20.0}}, "rss_mb": 100.0})
    second = measured("latency", {"latency_ms": {"text": {"p50": 5.0, "p95": None}}, "rss_mb": 300.0})
    found = looking.side_by_side(first, second)
    assert [(each.title, each.first, each.second) for each in found] == [
        ("글 P50", 10.0, 5.0), ("글 P95", 20.0, None), ("글+그림 P95", 40.0, None), ("RAM", 100.0, 300.0)]
    assert [each.ratio for each in found] == [0.5, None, None, 3.0]
    sizes = looking.side_by_side(measured("throughput", {"by_batch": {"16": {"items_per_s": 4.0}, "2": {"items_per_s": 3.0}}}),
                                 measured("stress", {"by_callers": {"4": {"latency_ms": {"p95": 7.0}, "answers_per_s": 2.0}}}))
    assert [each.title for each in sizes] == ["한 번에 2문항", "한 번에 16문항", "4명 P95", "4명 처리량"]


def test_what_was_seen_of_a_model_that_found_no_memory_is_not_what_it_takes():
    found = measured("vram", NO_ROOM)
    assert overview.headline(found) == "VRAM 8.50 GB로도 모자람" and overview.marks(found) == "메모리에 들어가지 않음"
    assert "vram process" not in {each.name for each in looking.side_by_side(found, found)}
    (row,) = performance_results.rows([found])
    assert row["vram_gb"] is None and row["marks"] == "메모리에 들어가지 않음"
    fitting = costs.memory("qwen3-vl", {"sets": []}, precision="nf4", max_pixels=None, measured=[measured("vram", NO_ROOM | {
        "single_fits": True})])
    assert fitting.gb == 0.54
    assert costs.memory("qwen3-vl", {"sets": []}, precision="nf4", max_pixels=None, measured=[found]).gb is None
