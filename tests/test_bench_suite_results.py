"""What ``bench gpu-suite`` measured, as measurements: every part under its device's name, none of it evidence."""

from __future__ import annotations

import io
import json
from uuid import uuid4

import openpyxl
import pytest

from core.bench import comparing, looking, overview, standing, travelling
from core.report import performance_results

NONE = dict.fromkeys(("weights", "peak_allocated", "peak_reserved", "peak_process", "driver_process"))


def card(gb: float | None) -> dict:
    return NONE | {"weights": 4.25, "peak_allocated": gb, "peak_reserved": gb, "peak_process": gb}


def series(milliseconds: float, *, failures: int = 0, calls: int = 3) -> dict:
    spread = {"calls": calls, "mean": milliseconds, "p50": milliseconds, "p95": milliseconds * 2, "p99": milliseconds * 3}
    return {"calls": calls, "failures": failures, "errors": {}, "latency_ms": spread, "vram_gb": card(6.0)}


LOAD = {"precision": "nf4", "max_pixels": 262144, "seconds": 3.5, "vram_gb": card(2.0), "rss_mb": 900.0}
RERANKER = {
    "load": LOAD, "latency": {"text": series(10.0, calls=100), "both": series(12.0, calls=100)},
    "throughput": {"text": {"1": {"seconds": 0.01, "items_per_s": 100.0, "vram_gb": card(2.5)}},
                   "both": {"1": {"seconds": 0.02, "items_per_s": 50.0, "vram_gb": card(2.5)},
                            "4": {"seconds": 0.05, "items_per_s": 80.0, "vram_gb": card(7.5)}, "8": {"error": "out of memory"}}},
    "list": {"text": series(400.0) | {"depth": 50}, "both": series(600.0, failures=1) | {"depth": 50, "vram_gb": card(7.75)}}}
TOGETHER = {
    "A@nf4+B": {"planned": {"fits": True, "needed_gb": 3.5, "weights_gb": 2.5}, "fits": True, "error": None, "rss_mb": 950.0,
                "steps": [{"load": "a", "precision": "nf4"}, {"load": "b", "precision": "fp16"}, {"work": "a"}, {"work": "b"}],
                "vram_gb": card(4.0)},
    "A+E": {"planned": {"fits": False, "needed_gb": 9.5, "weights_gb": 8.5}, "fits": False, "error": "OutOfMemoryError: no",
            "steps": [{"load": "a", "precision": "fp16"}, {"load": "e", "precision": "fp16"}], "vram_gb": card(7.9)},
    "A+B": {"planned": {"fits": True, "needed_gb": 5.0, "weights_gb": 4.0}, "fits": None, "error": "ValueError: x",
            "steps": [{"load": "a", "precision": "fp16"}, {"work": "a"}], "vram_gb": card(5.0)}}


@pytest.fixture
def brought(conn):
    """Bring in a suite's file with these parts; return its measurements by kind."""
    def bring(**parts):
        moment = f"2026-11-22T20:00:{uuid4().int % 60:02d}.{uuid4().int % 10**6:06d}+00:00"
        told = {"suite": "gpu-suite", "format": 1, "random_weights": True, "miniature": False, "device": "NVIDIA H100", "started": moment,
                "budget": {"gib": 8.0}, "environment": {"driver": "595"}, "options": {"budget_gib": 8.0},
                "parts": {name: {"status": "done", "results": found} for name, found in parts.items()}}
        return {each.kind: each for each in travelling.unpack(conn, json.dumps(told).encode()).new}
    return bring


def test_a_reranker_tells_the_list_a_query_waits_for_its_pairs_and_its_memory(brought):
    done = brought(**{"reranker-nf4": RERANKER})
    assert set(done) == {"latency", "throughput", "vram"} and {each.system for each in done.values()} == {"qwen3-vl+rerank@nf4"}
    latency, rate, vram = (done[kind].result for kind in ("latency", "throughput", "vram"))
    assert {part: (told["p50"], told["n"], told["failures"]) for part, told in latency["latency_ms"].items()} == {
        "text": (400.0, 3, 0), "both": (600.0, 3, 1)}
    assert latency["pair_latency_ms"]["text"]["p95"] == 20.0 and done["latency"].config["rerank_depth"] == 50
    assert comparing.phases(done["latency"], "text") == {"rerank": 400.0, "rest": 0.0}
    assert (rate["pairs_per_s"], rate["items_per_s"], rate["by_batch"]) == (80.0, None, {})
    (curve,) = comparing.rates([done["throughput"]], by="pairs")
    assert [(point.at, point.value, point.fits) for point in curve.points] == [(1, 50.0, True), (4, 80.0, True)]
    assert rate["by_pairs"]["8"]["fits"] is False and comparing.rates([done["throughput"]]) == []
    assert (vram["vram_gb"]["process"], vram["vram_gb"]["weights"]) == (7.75, 4.25), "the list took most"
    assert overview.headline(done["throughput"]) == "80.0 쌍/초"
    assert overview.marks(done["vram"]) == "무작위 가중치 · 리랭커만 · 대상 카드가 아님"
    titles = {each.name: (each.title, each.unit) for each in looking.side_by_side(done["throughput"], done["throughput"])}
    assert titles["pairs 4"] == ("한 번에 4쌍", "쌍/초")


def test_what_fits_side_by_side_is_told_with_where_it_ended_and_what_is_not_known_is_not_a_no(brought):
    done = brought(together=TOGETHER)["together"]
    told = {each["name"]: each for each in done.result["combinations"]}
    assert {name: each["fits"] for name, each in told.items()} == {"A@nf4+B": True, "A+E": False, "A+B": None}
    assert told["A+E"]["planned_fits"] is False and told["A@nf4+B"]["vram_gb"]["process"] == 4.0
    assert [overview.stopped_at(told[name]) for name in ("A@nf4+B", "A+E", "A+B")] == [
        "", "e 올리기에서 메모리 부족", "a 계산에서 다른 오류"]
    assert told["A@nf4+B"]["models"] == [{"model": "a", "precision": "nf4"}, {"model": "b", "precision": "fp16"}]
    assert overview.headline(done) == "조합 3개 중 1개가 함께 올라감" and overview.combination("A@nf4+B") == "A(4비트) · B"
    assert (done.device, overview.marks(done)) == ("NVIDIA H100", "무작위 가중치 · 대상 카드가 아님")
    assert not any(done.id in each.measurements for each in standing.standings([done]))


def test_both_are_written_into_the_workbook(brought):
    done = brought(reranker=RERANKER, together=TOGETHER)
    book = openpyxl.load_workbook(io.BytesIO(performance_results.as_xlsx(list(done.values()))))
    rows = [row for row in book["함께 올리기"].iter_rows() if row[0].value == done["together"].id]
    fit = {row[2].value: [cell.value for cell in row][3:6] for row in rows}
    assert fit == {"A(4비트) · B": ["올라감", 4, 3.5], "A · E": ["넘침", 7.9, 9.5], "A · B": ["알 수 없음", 5, 5]}
    pairs = [[cell.value for cell in row][2:5] for row in book["처리량"].iter_rows() if row[0].value == done["throughput"].id]
    assert pairs == [["쌍", 1, 50], ["쌍", 4, 80], ["쌍", 8, None]]
