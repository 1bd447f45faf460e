"""What variants cost: memory, index, milliseconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluation import assembling
from core.evaluation.analysis import cases, costs, variants
from core.evaluation.scenarios import GATE, TUNED
from core.models import planner, registry
from core.models.planner import Wish
from core.search import running
from core.store import items, measurements, queries, run_lists, runs
from core.store.measurements import Measurement
from core.store.run_lists import RunQuery
from tests import evaluation_data, stored_engine
from tests.label_data import Bank
from tests.test_store_items import new

MEASURED = datetime(2026, 12, 1, 9, tzinfo=UTC)


def a_set(key: str, *, dims: int, content: str = "all", precision: str = "nf4", max_pixels: int | None = None) -> dict:
    return {"model_key": key, "precision": precision, "dims": dims, "content": content, "max_pixels": max_pixels}


QWEN = a_set("qwen3-vl-embedding-2b", dims=2048, max_pixels=512 * 512)
KURE = a_set("kure-v1", dims=1024, content="text", precision="fp16")
SIGLIP = a_set("siglip-base", dims=768, content="image", precision="fp16")
RERANKER = {"model_key": "qwen3-vl-reranker-2b", "precision": "nf4", "max_pixels": 512 * 512}


def vram(*, system: str = "qwen3-vl", precision: str = "nf4", miniature: bool = False, partial: bool = False,
         process: float | None = 3.2) -> Measurement:
    return Measurement(1, "0" * 64, "vram", system, "RTX 2070 SUPER", miniature, {"precision": precision}, {},
                       {"vram_gb": {"process": process}}, partial, MEASURED, MEASURED)


def memory(*measured: Measurement, sets=(QWEN,), precision="nf4", **config) -> costs.Memory:
    return costs.memory("qwen3-vl", {"sets": list(sets), **config}, precision=precision, max_pixels=512 * 512, measured=measured)


def test_memory_is_measured_by_the_run_s_precision_with_real_weights():
    unfit = [vram(precision="fp16"), vram(miniature=True), vram(partial=True), vram(process=None), vram(system="qwen3-vl+rerank")]
    assert memory(*unfit).kind == "forecast"
    told = memory(*unfit, vram(process=3.2), vram(process=9.9))
    assert (told.kind, told.gb) == ("measured", 3.2) and "RTX 2070 SUPER" in told.note and "2026-12-01" in told.note


def test_what_was_not_measured_is_forecast_for_all_of_a_system_s_models():
    alone, both = memory(), memory(reranker=RERANKER)
    wishes = [Wish(registry.record(key), "nf4", 512 * 512) for key in ("qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b")]
    assert both.gb == pytest.approx(planner.plan(wishes, budget=None).needed / 1e9)
    assert alone.gb < both.gb and alone.gb < memory(sets=[{**QWEN, "precision": "fp16"}]).gb
    assert alone.kind == "forecast" and "nf4" in alone.note
    small = memory(sets=[{**QWEN, "model_key": "qwen3-vl-embedding-2b-mini"}])
    assert small.gb == alone.gb, "what the real model would need, also where a miniature ran"
    remote = memory(sets=[{**QWEN, "precision": "remote fp16"}])
    assert (remote.kind, remote.gb) == ("unmeasured", None)


def test_the_index_counts_figures_only_where_there_are_some():
    told = costs.index([(1024, "text"), (768, "image")], items=10, with_figure=4)
    assert told.vectors == 14
    assert told.fp32 == 10 * (4 * 1024 + 8) + 4 * (4 * 768 + 8) and told.half == 10 * (2 * 1024 + 8) + 4 * (2 * 768 + 8)


def answered(number: int, *, encode_ms: float, together: int) -> RunQuery:
    return RunQuery(f"q{number}", "h", encode_ms, 2.0, 5.0, together)


def test_times_of_queries_encoded_together_are_no_latency():
    batch = [answered(number, encode_ms=1.0, together=32) for number in range(40)]
    shared = [answered(number, encode_ms=0.0, together=1) for number in range(40)]
    told = costs.times(batch + shared, reranks=False)
    assert told.encode is None and told.note and told.rerank is None and told.search.p95 == 2.0 and told.search.calls == 80
    alone = [answered(number, encode_ms=float(number), together=1) for number in range(1, 22)]
    told = costs.times(batch + alone, reranks=True)
    assert (told.encode.p50, told.encode.calls, told.note) == (11.0, 21, "") and told.rerank.p50 == 5.0
    assert costs.times(alone[:19], reranks=True).encode is None, "too few for a 95th percentile"


@pytest.fixture
def evaluated(conn, collection):
    """Runs of five systems over ten items, four of them with a figure."""
    items.upsert(conn, collection.id, [new(n, images=("a.png",) if n <= 4 else ()) for n in range(1, 11)])
    query = queries.put(conn, collection.id, query_id="q1", text="글", query_type="natural_language", origin="human")
    mini = [{**each, "model_key": each["model_key"] + "-mini", "dims": 32} for each in (KURE, SIGLIP)]
    joined = a_set("kure-v1-mini+siglip-base-mini", dims=64)
    told = {"qwen3-vl": [QWEN], "qwen3-vl@512": [QWEN], "kure+siglip": [KURE, SIGLIP], "kure+siglip@w0.3": [KURE, SIGLIP],
            "kure+siglip@concat": [*mini, joined], "qwen3-vl@text-only": [{**QWEN, "content": "text"}], TUNED: None, "bm25": []}
    found = evaluation_data.evaluation(queries=20, systems=tuple(told), scenarios=(GATE,))
    systems = []
    for run in found.scenarios[GATE].systems:
        sets = told[run.system]
        config = {"derived": {}} if sets is None else {"sets": sets, "dims": 512 if "@512" in run.system else None}
        run_id = runs.create(conn, collection.id, run.system, config)
        run_lists.add(conn, run_id, query.query_id, query.content_hash, [], encode_ms=1.0, search_ms=2.0)
        systems.append(replace(run, run_id=run_id, config=config, miniature="concat" in run.system))
    result = replace(found.scenarios[GATE], systems=tuple(systems))
    return replace(found, collection_id=collection.id, scenarios=found.scenarios | {GATE: result})


def test_variants_stand_beside_what_they_cost(conn, evaluated):
    measurements.add(conn, kind="vram", system="qwen3-vl@512", device="RTX 2070 SUPER", miniature=False,
                     config={"precision": "nf4"}, environment={}, result={"vram_gb": {"process": 3.4}}, measured_at=MEASURED)
    measurements.add(conn, kind="vram", system="qwen3-vl", device="H100", miniature=False, environment={},
                     config={"precision": "nf4", "random_weights": True}, result={"vram_gb": {"process": 9.9}}, measured_at=MEASURED)
    told = {point.system: point for point in variants.of(conn, evaluated)}
    assert list(told) == ["qwen3-vl", "qwen3-vl@512", "kure+siglip", "kure+siglip@concat"]
    whole, short, fused, joined = told.values()
    assert whole.here.fp32 == 10 * (4 * 2048 + 8) and short.here.fp32 == 10 * (4 * 512 + 8) and short.family == "qwen3-vl"
    assert whole.bank.half == variants.BANK_ITEMS * (2 * 2048 + 8) and whole.here.vectors == 10
    assert fused.dims == 1024 + 768 and fused.here.vectors == 14
    assert fused.bank.vectors == variants.BANK_ITEMS + round(variants.BANK_ITEMS * 0.4)
    assert (joined.dims, joined.bank_dims, joined.here.vectors) == (64, 1024 + 768, 10), "the joined vectors alone are searched"
    assert (short.memory.kind, short.memory.gb, whole.memory.kind) == ("measured", 3.4, "forecast")
    assert joined.memory.gb == fused.memory.gb and joined.miniature and whole.max_pixels == 512 * 512
    result = evaluated.scenarios[GATE]
    for point in told.values():
        assert point.quality["cR@5"].value == pytest.approx(result.of(point.system, "cR@5").mean())
        assert point.times.encode is None and point.times.note
    assert not whole.over_plain and not fused.over_plain
    for name in variants.QUALITY:
        lost = result.of("qwen3-vl@512", name) - result.of("qwen3-vl", name)
        assert short.over_plain[name].value == pytest.approx(lost.mean()) and short.over_plain[name].losses == (lost < 0).sum()
        assert joined.over_plain[name].value == pytest.approx(joined.quality[name].value - fused.quality[name].value)


def test_what_a_real_run_says_of_itself_is_enough(database, conn, collection):
    """The shape of a run's configuration, as ``run_config`` writes it: miniatures of 40 dimensions over twelve items without a figure."""
    bank = Bank(conn, collection)
    bank.say_all({"김": {(query, "m-001"): 3 for query in bank.queries} | {(query, "m-002"): 2 for query in bank.queries}})
    stored_engine.embed(conn, collection.id)
    engine = stored_engine.FakeEngine()
    for system in ("A", "A@32", "D", "E", "bm25", "D@w0.3"):
        running.run_system(database, engine, system, collection=collection.name)
    evaluation = assembling.load(conn, collection.name)
    told = {point.system: point for point in variants.of(conn, evaluation)}
    assert set(told) == {"qwen3-vl", "qwen3-vl@32", "kure+siglip", "qwen3-vl+rerank"}
    assert {name: (point.dims, point.bank_dims, point.here.vectors) for name, point in told.items()} == {
        "qwen3-vl": (40, 2048, 12), "qwen3-vl@32": (32, 32, 12), "kure+siglip": (80, 1792, 12), "qwen3-vl+rerank": (40, 2048, 12)}
    assert all(point.memory.kind == "forecast" and point.miniature for point in told.values())
    assert told["qwen3-vl+rerank"].memory.gb > told["qwen3-vl"].memory.gb > told["kure+siglip"].memory.gb
    assert [name for name, point in told.items() if point.times.rerank] == [] and told["qwen3-vl"].times.encode is None
    found = cases.of(conn, evaluation, against="qwen3-vl+rerank")
    result = evaluation.scenarios[GATE]
    missed = {query.query_id for query, hit in zip(result.queries, result.of("qwen3-vl", "Success@10"), strict=True) if not hit}
    assert {case.query.query_id for case in found if case.kind == "missed"} == missed
    assert all(each.item for case in found for each in (*case.wanted, *case.got))
