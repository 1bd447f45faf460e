"""The GPU suite in small on a CPU: what it counts, what it keeps when something breaks, and the full sizes without memory."""

from __future__ import annotations

import json
import os
import sys

import pytest

from core.bench.gpu_suite.architectures import KURE, QWEN, SIGLIP, architecture, parameters, skeleton
from core.bench.gpu_suite.machine import target
from core.bench.gpu_suite.options import from_dict, options
from core.bench.gpu_suite.suite import run_suite
from core.bench.gpu_suite.workload import WITH_FIGURE, Workload
from core.cli import bench_gpu_suite as command
from core.cli.main import main
from core.models.registry import record

SERIES = {"calls": 4, "failures": 1, "errors": {"ValueError: x": 1}, "latency_ms": {"p50": 1.0, "p95": 2.0}}
MACHINE = {"device": "NVIDIA GeForce RTX 2070 SUPER", "target_device": True, "target_note": None}
FAKE = f"""
import json, os, sys, time
from pathlib import Path
asked, pipe = json.loads(sys.argv[1]), os.fdopen(int(sys.argv[2]), "w")
def tell(**event): pipe.write(json.dumps(event) + chr(10)); pipe.flush()
if asked["parts"] == ["never"]: sys.exit("no driver at all")
tell(event="environment", value={MACHINE!r}, budget={{"gib": 8}})
for part in asked["parts"]:
    tell(event="start", part=part)
    tell(event="put", part=part, path=["latency", "text"], value={SERIES!r} | {{"vram_gb": {{"peak_process": None}}}})
    print("the card says goodbye", file=sys.stderr, flush=True)
    if part == "crash": os._exit(9)
    if part == "hang": time.sleep(60)
    if part == "look":
        def seen(): return any('"latency"' in path.read_text() for path in Path(asked["options"]["scratch"]).glob("out/*.json"))
        for _ in range(500):
            if seen(): break
            time.sleep(0.01)
        tell(event="put", part=part, path=["seen"], value=seen())
    if part == "refuse": tell(event="failed", part=part, error="ValueError: no"); sys.exit(0)
    tell(event="done", part=part)
"""


def supervised(parts, tmp_path, *, part_seconds=30.0):
    chosen = options(size="mini", device="cpu", scratch=str(tmp_path))
    return run_suite(chosen, parts, out=tmp_path / "out", command=(sys.executable, "-c", FAKE), part_seconds=part_seconds)


def test_what_breaks_is_recorded_and_everything_else_is_measured(tmp_path):
    found, path = supervised(["first", "crash", "refuse", "last"], tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == found
    assert {name: part["status"] for name, part in found["parts"].items()} == {
        "first": "done", "crash": "failed", "refuse": "failed", "last": "done"}
    assert "exit code 9" in found["parts"]["crash"]["error"] and "goodbye" in found["parts"]["crash"]["error"]
    assert found["parts"]["refuse"]["error"] == "ValueError: no"
    assert found["parts"]["crash"]["results"]["latency"]["text"]["calls"] == 4, "measured before the crash, so kept"
    assert (found["calls"], found["failures"], found["parts_failed"]) == (16, 4, ["crash", "refuse"])
    assert found["complete"] and found["random_weights"] and found["note"] == "random weights: speed and memory only"
    assert found["target_device"] and path.name.startswith("gpu-suite_mini_rtx-2070-super_")


def test_a_part_that_takes_too_long_is_ended(tmp_path):
    found, _ = supervised(["hang", "last"], tmp_path, part_seconds=1.0)
    assert "did not finish within 1 s" in found["parts"]["hang"]["error"]
    assert found["parts"]["last"]["status"] == "done"


def test_a_worker_that_cannot_start_fails_every_part_once(tmp_path):
    found, _ = supervised(["never"], tmp_path)
    assert "no driver at all" in found["parts"]["never"]["error"] and found["device"] is None


def test_every_figure_is_on_disk_while_its_part_still_runs(tmp_path):
    found, _ = supervised(["look"], tmp_path)
    assert found["parts"]["look"]["results"]["seen"] is True


def test_options_survive_the_way_to_the_worker():
    chosen = options(size="full", device="cuda", scratch="x", batches=(1, 64), stability_calls=None)
    assert from_dict(json.loads(json.dumps(chosen.as_dict()))) == chosen
    assert chosen.stability_calls == 1000


def test_only_the_card_of_the_decision_is_the_target():
    assert target("NVIDIA GeForce RTX 2070 SUPER")["target_device"]
    other = target("NVIDIA H100 80GB HBM3")
    assert not other["target_device"] and other["target_note"].startswith("not the target card")


def test_the_workload_counts_its_tokens_and_is_the_same_every_time():
    work = Workload(architecture(QWEN, "full"))
    contents = work.contents("both", 5, tokens=17)
    assert all(len((content.text or "").split()) == 17 and content.image for content in contents)
    assert contents == work.contents("both", 5, tokens=17) and len({content.text for content in contents}) == 5
    corpus = work.corpus(512)
    assert abs(sum(content.image is not None for content in corpus) / 512 - WITH_FIGURE) < 0.06
    assert Workload(architecture(KURE, "full")).kinds == ("text",)


def test_the_command_names_the_parts_there_are(capsys):
    from core.bench.gpu_suite.parts import PARTS

    assert tuple(PARTS) == command.PARTS
    assert main(["bench", "gpu-suite", "--device", "cpu", "--parts", "machine,nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.slow
def test_the_full_architectures_have_the_real_models_sizes():
    counted = {name: skeleton(architecture(name, "full")) for name in (QWEN, KURE, SIGLIP)}
    assert parameters(counted[QWEN]) == 2_127_532_032 == record("qwen3-vl-embedding-2b").parameters
    assert parameters(counted[KURE]) == 567_754_752 == record("kure-v1").parameters
    assert parameters(counted[SIGLIP]) == pytest.approx(record("siglip-base").parameters, rel=0.002)
    qwen = dict(counted[QWEN].named_parameters())
    assert sum(weight.numel() for name, weight in qwen.items() if "visual" in name) == 406_957_056
    assert qwen["model.language_model.embed_tokens.weight"].numel() == 311_164_928 and "lm_head.weight" not in qwen


@pytest.mark.slow
def test_work_is_counted_once_a_token_and_once_a_patch():
    from core.bench.gpu_suite.work import cost

    price = cost(skeleton(architecture(QWEN, "full")))
    assert price.per_token == 1_409_286_144
    # 24 blocks of 4·1024² + 2·1024·4096, and a patch embedding of 1024 · 3·2·16·16
    assert price.per_patch == 24 * (4 * 1024**2 + 2 * 1024 * 4096) + 1024 * 1536
    assert price.operations(tokens=10, patches=0) == 20 * price.per_token
    # Four mergers (one of them the tower's own) of 4096 → 4096 → 2048, once for four patches.
    assert price.operations(tokens=0, patches=4) == 8 * price.per_patch + 2 * 4 * (4096 * 4096 + 4096 * 2048)


@pytest.mark.slow
def test_what_lies_outside_the_allocator_is_counted_and_kept_free(monkeypatch):
    import torch

    from core.bench.gpu_suite import memory
    from core.engine.gauge import USUAL_CONTEXT

    gib, asked = 2**30, []
    card = {"free": 70 * gib, "reserved": gib, "peak": 3 * gib}
    fakes = {
        "is_available": lambda: True, "is_initialized": lambda: True, "current_device": lambda: 0,
        "get_device_properties": lambda _: type("Card", (), {"total_memory": 80 * gib, "uuid": ""}),
        "mem_get_info": lambda: (card["free"], 80 * gib), "memory_reserved": lambda: card["reserved"],
        "max_memory_reserved": lambda: card["peak"], "memory_allocated": lambda: gib // 2, "max_memory_allocated": lambda: gib,
        "memory_stats": dict, "set_per_process_memory_fraction": asked.append}
    for name, fake in fakes.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    gauge = memory.Gauge("cuda")
    budget = gauge.start(budget_gib=8.0)
    assert budget is not None and budget.allocator_cap == 8 * gib - USUAL_CONTEXT, "no driver to ask here: the usual context"
    assert asked == [pytest.approx(budget.allocator_cap / (80 * gib))]
    card |= {"free": 67 * gib, "reserved": 3 * gib}  # three GiB gone, two of them the allocator's
    found = gauge.vram_gb(weights=10**9)
    assert found["weights"] == 1 and found["driver_process"] is None
    assert found["outside_allocator"] == pytest.approx((USUAL_CONTEXT + gib) / 1e9)
    assert found["peak_process"] == pytest.approx((USUAL_CONTEXT + gib + 3 * gib) / 1e9)


@pytest.mark.slow
def test_a_failed_part_ends_the_worker_with_its_error_told(monkeypatch):
    from core.bench.gpu_suite import parts, worker

    def half(bench, put):
        put("half", 1)
        raise ValueError("no more") from MemoryError("full")

    monkeypatch.setattr(parts, "PARTS", {"half": half, "next": half})
    read, write = os.pipe()
    asked = {"parts": ["half", "next"], "options": options(size="mini", device="cpu", scratch="x").as_dict()}
    assert worker.main([json.dumps(asked), str(write)]) == 0
    os.set_blocking(read, False)
    events = [json.loads(line) for line in os.read(read, 2**16).decode().splitlines()]
    os.close(read)
    assert [event["event"] for event in events] == ["environment", "start", "put", "failed"]
    assert events[0]["value"]["versions"]["torch"] and events[0]["budget"] is None
    assert events[-1]["error"] == "ValueError: no more ← MemoryError: full"


@pytest.mark.slow
def test_a_whole_run_in_small_measures_everything(tmp_path, capsys):
    arguments = ["bench", "gpu-suite", "--size", "mini", "--device", "cpu", "--calls", "12", "--latency-calls", "3"]
    code = main([*arguments, "--out", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0, {name: part["error"] for name, part in found["parts"].items()}
    assert found["complete"] and found["miniature"] and not found["target_device"] and found["budget"] is None
    assert json.loads(next(tmp_path.glob("gpu-suite_mini_*.json")).read_text(encoding="utf-8")) == found
    assert {part["status"] for part in found["parts"].values()} == {"done"} and tuple(found["parts"]) == command.PARTS

    results = {name: part["results"] for name, part in found["parts"].items()}
    assert all(each["equal"] for each in results["parameters"].values())
    assert results["stability"]["calls"]["calls"] == 12 and results["stability"]["calls"]["failures"] == 0
    assert results["stability"]["slope_bytes_per_call"]["rss"]["points"] == 12
    assert results["stability"]["slope_bytes_per_call"]["vram_allocated"] is None, "not measured is null, not zero"
    assert set(results["embedder"]["latency"]) == {"text", "image", "both"}
    assert results["embedder-nf4"]["load"]["precision"] == "nf4" and results["embedder"]["load"]["precision"] == "fp32"
    assert results["embedder-nf4"]["load"]["weights_gb"] < results["embedder"]["load"]["weights_gb"]
    assert all(each["fits"] for each in results["together"].values()) and len(results["together"]) == 5
    for name in ("embedder", "embedder-nf4", "kure", "siglip"):
        assert results[name]["load"]["weights_gb"] == pytest.approx(results[name]["load"]["planned_weights_gb"], rel=0.05)
    assert results["together"]["A+E"]["planned"]["weights_gb"] == pytest.approx(2 * 4 * architecture(QWEN, "mini").parameters / 1e9)
    assert found["failures"] == 0 and found["latency_ms"]["calls"] == 3 and found["items_per_s"] > 0

    rows = [row for name in ("embedder", "embedder-nf4", "kure", "siglip", "reranker", "reranker-nf4")
            for kind in results[name]["throughput"].values() for row in kind.values()]
    assert len(rows) == 2 * (5 * 2 + 1)
    assert all(row["mfu"] > 0 and row["tokens"] + row["patches"] > 0 for row in rows)
    assert all(0 < row["tokens_computed"] <= row["tokens"] or not row["tokens"] for row in rows)
    both = results["embedder"]["throughput"]["both"]["4"]
    # Four figures of 128 × 128 pixels are 64 patches each and 16 tokens; each text has 128; the prompt comes on top.
    assert both["patches"] == 4 * 64 and 4 * (128 + 16) < both["tokens"] < 4 * (128 + 16 + 40)
    assert results["kure"]["throughput"]["text"]["4"]["tokens"] == 4 * (128 + 2)
    assert results["siglip"]["throughput"]["text"]["4"]["tokens"] == 4 * 64
    assert results["siglip"]["throughput"]["image"]["4"]["patches"] == 4 * 16
