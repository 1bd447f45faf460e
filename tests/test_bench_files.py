"""Measurements as files: to another machine and back, refused once changed; the plan's CSV; Excel read back by another library."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import openpyxl
import pytest

from core.bench import latency, overview, travelling
from core.bench.running import digest
from core.errors import InputError, NotFoundError
from core.moments import moment
from core.report import performance_results
from core.store import bench_samples, measurements
from core.store.bench_samples import Sample

AT = datetime(2026, 11, 22, 9, 30, 1, 250_000, tzinfo=UTC)
SAMPLES = [Sample(place, part, True, 0.1 * place, "ok", 10.0 * (place + 1), 8.5, 1.25, 0.0, "", {"query": "질의"}, {"rss": 10**9})
           for place, part in enumerate(("text", "image", "both", "text"))]
TARGET = "NVIDIA GeForce RTX 2070 SUPER"


@pytest.fixture
def add(conn):
    def add(kind="latency", *, samples=(), result=None, **changes):
        content = result or {}
        if samples:
            content = latency.summarise(samples, {}) | {"samples": {"count": len(samples), "sha256": digest(samples)}}
        values = {"kind": kind, "system": f"test-{uuid4().hex[:6]}", "device": TARGET, "miniature": False,
                  "config": {"precision": "nf4", "dims": None, "max_pixels": 262144, "budget_gb": 7.2}, "environment": {"driver": "595.1"},
                  "measured_at": AT, "partial": False} | changes
        made = measurements.add(conn, **values, result=content)
        if samples:
            bench_samples.put_beside(conn, made.id, samples)
        return made
    return add


def test_a_measurement_travels_with_its_samples_and_keeps_its_hash(conn, elsewhere, add):
    made = [add(samples=SAMPLES), add("vram", result={"vram_gb": {"process": 6.75, "weights": 1e-05}}, partial=True)]
    data, count = travelling.pack(conn, [each.id for each in made])
    assert count == 2
    with elsewhere.connection() as other:
        first = travelling.unpack(other, data)
        assert [each.sha256 for each in first.new] == [each.sha256 for each in made] and first.known == ()
        assert [replace(each, id=0, stored_at=AT) for each in first.new] == [replace(each, id=0, stored_at=AT) for each in made]
        assert bench_samples.of_measurement(other, first.new[0].id) == SAMPLES
        again = travelling.unpack(other, data)
        assert again.new == () and len(again.known) == 2
        assert travelling.pack(other, [each.id for each in first.new])[0] == data, "the same file from the other machine"


def changed(data: bytes, change, *, signed: bool) -> bytes:
    whole = json.loads(data)
    change(whole["measurements"][0])
    if signed:
        whole["sha256"] = travelling._hash({name: value for name, value in whole.items() if name != "sha256"})
    return json.dumps(whole).encode()


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("change", [
    lambda told: told["result"]["latency_ms"]["image"].update(p95=1.0),
    lambda told: told.update(device="another card"),
    lambda told: told.update(miniature=True),
    lambda told: told["samples"][0].update(total_ms=1.0),
    lambda told: told["samples"].pop(),
    lambda told: told.update(measured_at="2026-11-22T10:00:00+00:00"),
])
def test_a_changed_file_is_refused_whole(conn, elsewhere, add, change, signed):
    data, _ = travelling.pack(conn, [add(samples=SAMPLES).id, add(samples=SAMPLES).id])
    with elsewhere.connection() as other:
        before = len(measurements.listing(other))
        with pytest.raises(InputError, match="바뀌었습니다"):
            travelling.unpack(other, changed(data, change, signed=signed))
        assert len(measurements.listing(other)) == before, "not even the measurement that was not changed"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"form": 1, "measurements": [], "sha256": 3}',
                                  b'{"sha256": "", "form": 1}'])
def test_what_is_no_measurement_file_is_refused_in_one_sentence(conn, data):
    with pytest.raises(InputError):
        travelling.unpack(conn, data)


def test_a_file_of_a_newer_program_is_refused(conn):
    with pytest.raises(InputError, match="최신"):
        travelling.unpack(conn, b'{"form": 2, "measurements": [], "sha256": ""}')
    with pytest.raises(NotFoundError):
        travelling.pack(conn, [2**31 - 1])


def test_the_csv_begins_with_the_plans_columns_and_the_slowest_queries(add):
    system = f"test-{uuid4().hex[:6]}"
    measured = [add("latency", system=system, samples=SAMPLES),
                add("throughput", system=system, result={"items_per_s": 22.1, "best_batch": 8,
                                                         "by_batch": {"8": {"low": 20.0, "high": 24.0}}}),
                add("vram", system=system, result={"vram_gb": {"process": 6.8}}),
                add("stability", system=system, result={"calls": 1000, "failures": 0, "leak": False}),
                add("vram", system=system, device="CPU x", miniature=True, result={"vram_gb": {"process": None}, "rss_mb": 741.0}),
                add("hangul", system=system, result={"items": 3})]
    rows = list(csv.DictReader(io.StringIO(performance_results.as_csv(measured).decode("utf-8-sig"))))
    assert list(rows[0])[:5] == ["model", "latency_mean", "latency_p95", "throughput", "vram_gb"]
    on_cpu, on_card = sorted(rows, key=lambda row: row["device"])
    # Texts took 10 and 40 ms, the picture 20, both 30: by P95 the texts are the slowest, 10 + 0.95 · 30.
    assert [on_card[name] for name in list(rows[0])[:5]] == [system, "25.0", "38.5", "22.1", "6.8"]
    assert (on_card["latency_of"], on_card["precision"], on_card["throughput_low"], on_card["marks"]) == ("text", "nf4", "20.0", "")
    assert (on_cpu["vram_gb"], on_cpu["rss_mb"], on_cpu["marks"]) == ("", "741.0", "축소 모델 · 대상 카드가 아님")


def test_the_newest_of_a_kind_speaks(add):
    system = f"test-{uuid4().hex[:6]}"
    new = add("vram", system=system, result={"vram_gb": {"process": 2.0}}, measured_at=AT.replace(hour=11))
    old = add("vram", system=system, result={"vram_gb": {"process": 1.0}})
    (row,) = performance_results.rows([new, old])
    assert row["vram_gb"] == 2.0


def test_the_workbook_has_a_sheet_a_kind_and_warns_on_each(add):
    measured = [add("latency", system="qwen3-vl", samples=SAMPLES, device="CPU x", miniature=True),
                add("stability", result={"calls": 700, "failures": 1, "memory": {}, "leak": None}, partial=True),
                add("stress", result={"by_callers": {"4": {"answers_per_s": 3.0, "latency_ms": {"p95": 9.0}, "calls": 5, "failures": 0}}})]
    book = openpyxl.load_workbook(io.BytesIO(performance_results.as_xlsx(measured, made_at=AT)))
    assert book.sheetnames == ["요약", "판정 기준", "응답 시간", "안정성", "동시 요청", "환경"]
    lines = {row[0].value: [cell.value for cell in row] for row in book["판정 기준"].iter_rows() if row[0].value}
    assert lines["P95 응답 시간"][3] == "≤ 200 ms" and lines["4-bit VRAM"][3] == "> 8 GB", "a No-Go by how it is met"
    assert lines["P95 응답 시간"][4] == "세지 않음" and lines["VRAM 사용량"][2:5] == ["측정 안 됨", "≤ 8 GB", "측정 안 됨"]
    assert all("축소 모델" in sheet["A3"].value for sheet in book)
    cells = {cell.value for row in book["응답 시간"].iter_rows() for cell in row}
    assert {"글", "그림", "글+그림", 38.5, "축소 모델 · 대상 카드가 아님", "A · Qwen3-VL", "평균 ms", "P95 하한 ms"} <= cells
    assert moment(AT) in cells
    assert "중간에 끊김" in {cell.value for row in book["안정성"].iter_rows() for cell in row}
    assert openpyxl.load_workbook(io.BytesIO(performance_results.as_xlsx([]))).sheetnames == ["요약", "환경"]


def test_the_workbook_tells_an_index_against_exact_search(add):
    built = {"type": "halfvec", "dims": 512, "build_s": 12.5, "bytes": 3_000_000, "by_ef": {
        "100": {"recall_10": 0.99, "latency_ms": {"p50": 5.0, "p95": 6.0}},
        "40": {"recall_10": 0.97, "latency_ms": {"p50": 2.0, "p95": 3.0}}}}
    made = add("index", system="hnsw", result={"rows": 5000, "indexes": [built],
                                               "exact": [{"dims": 512, "recall_10": 1.0, "latency_ms": {"p50": 9.0, "p95": 10.0}}]})
    sheet = openpyxl.load_workbook(io.BytesIO(performance_results.as_xlsx([made], made_at=AT)))["근사 색인"]
    told = [[cell.value for cell in row][2:11] for row in sheet.iter_rows() if row[0].value == made.id]
    assert told == [[5000, "정확", 512, None, 1, 9, 10, None, None], [5000, "halfvec", 512, 40, 0.97, 2, 3, 12.5, 3],
                    [5000, "halfvec", 512, 100, 0.99, 5, 6, 12.5, 3]]


def test_headlines_say_what_was_not_measured(add):
    assert overview.headline(add("latency")) == overview.headline(add("stress")) == "측정 안 됨"
    too_many_failed = add("latency", result={"latency_ms": {"text": {"p95": 5.0}, "both": {"p95": None}}})
    assert overview.headline(too_many_failed) == "P95 측정 안 됨 (글+그림)"
    assert overview.headline(add("hangul")) == ""


def suite(**changes):
    """What the suite writes of two parts: one done, one that ran out of memory on the way."""
    none = dict.fromkeys(("weights", "peak_allocated", "peak_reserved", "peak_process", "driver_process"))
    card = none | {"weights": 4.25, "peak_allocated": 5.0, "peak_reserved": 5.5, "peak_process": 6.0}
    load = {"precision": "fp16", "max_pixels": 262144, "seconds": 9.5, "vram_gb": card, "rss_mb": 900.0}
    spread = {"calls": 100, "mean": 50.0, "p50": 48.0, "p95": 70.0, "p99": 90.0}
    one = {"calls": 100, "failures": 0, "errors": {}, "latency_ms": spread, "vram_gb": card | {"peak_process": 6.5}}
    embedder = {"load": load, "latency": {"text": one, "image": one | {"latency_ms": spread | {"p95": 80.0}}},
                "throughput": {"both": {"1": {"seconds": 0.05, "items_per_s": 20.0, "vram_gb": card}, "4": {"error": "out of memory"}}},
                "corpus": {"items_per_s": 33.0}}
    calls = {"calls": 1000, "failures": 2, "errors": {"ValueError: a value is not finite": 1, "X": 1}, "latency_ms": spread}
    return {"suite": "gpu-suite", "format": 1, "random_weights": True, "miniature": False, "device": "NVIDIA H100", "budget": None,
            "started": "2026-11-22T20:00:00+00:00", "environment": {"driver": "595"}, "options": {"budget_gib": 8.0}, "parts": {
                "embedder": {"status": "failed", "results": embedder}, "kure": {"status": "waiting", "results": {}},
                "stability": {"status": "done", "results": {"load": load, "calls": calls,
                                                            "slope_bytes_per_call": {"rss": None}}}}} | changes


def test_a_suites_result_shows_under_its_device_and_says_that_it_is_no_evidence(conn):
    data = json.dumps(suite(started=f"2026-11-22T20:00:{uuid4().int % 60:02d}.{uuid4().int % 10**6:06d}+00:00")).encode()
    done = {each.kind: each for each in travelling.unpack(conn, data).new}
    assert set(done) == {"latency", "throughput", "vram", "stability"}
    assert {each.system for each in done.values()} == {"qwen3-vl@fp16"} and {each.device for each in done.values()} == {"NVIDIA H100"}
    assert overview.marks(done["latency"]) == "무작위 가중치 · 인코딩만 · 대상 카드가 아님 · 중간에 끊김"
    assert overview.headline(done["latency"]) == "P95 80.0 ms (그림)"
    assert (done["vram"].result["vram_gb"]["process"], done["vram"].result["vram_gb"]["weights"]) == (6.5, 4.25)
    assert (done["throughput"].result["best_batch"], done["throughput"].result["by_batch"]["4"]["fits"]) == (1, False)
    assert [done["stability"].result[name] for name in ("calls", "failures", "nan", "success")] == [1000, 1, 1, 0.998]
    assert travelling.unpack(conn, data).new == ()
    assert performance_results.as_xlsx(list(done.values())) and performance_results.as_csv(list(done.values()))


@pytest.mark.parametrize("broken", [{"format": 2}, {"random_weights": False}, {"parts": {}}, {"parts": None}, {"started": "gestern"}])
def test_a_suites_file_that_is_not_whole_is_refused(conn, broken):
    with pytest.raises(InputError):
        travelling.unpack(conn, json.dumps(suite(**broken)).encode())
