"""Benches against a card's memory, end to end: the command line, a real engine process, and an allocator that says no."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from core.bench import comparing, overview, vram
from core.cli.main import main
from core.engine import client
from core.engine.launch import Launcher
from core.evaluation.verdict import gates, hardware
from core.settings import settings
from core.store import measurements
from tests import card_engine
from tests.bench_engine import fill
from tests.test_bench_environment import driver

pytestmark = pytest.mark.slow
EMBEDDER, RERANKER = "qwen3-vl-embedding-2b-mini", "qwen3-vl-reranker-2b-mini"


@pytest.fixture
def bank(conn, collection):
    """Six embedded items and three queries: a text, a small picture, and both."""
    return fill(conn, collection)


@pytest.fixture
def card(tmp_path, monkeypatch):
    """The command line's engine is one on the pretended card; its budget is a setting, which the other tests get back."""
    for name in ("GPU_BUDGET_GB", "DEVICE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setitem(sys.modules, "pynvml", driver(nvmlDeviceGetName=lambda each: card_engine.NAME))
    engine = client.EngineClient(launcher=Launcher(tmp_path, command=(sys.executable, card_engine.__file__)))
    monkeypatch.setattr(client, "engine", lambda: engine)
    yield engine
    engine.stop()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def bench(database, bank, card, capsys, conn):
    def run(*words, code=0):
        capsys.readouterr()
        assert main(["bench", *map(str, words), "--collection", bank.name, "--json"]) == code, capsys.readouterr()
        return measurements.get(conn, json.loads(capsys.readouterr().out)["id"])
    return run


def remarks(measured):
    """Return what is said of the measurement itself: what other tests left under way in the shared database is none of it."""
    return [each for each in overview.remarks(measured) if "함께 돌았습니다" not in each]


def vram_gate(measured):
    """Return what the memory gate takes from a measurement, were it of the registered variant with real weights."""
    file = gates.load()
    gate = next(each for each in file.gates if each.kind == "go" and each.source == "vram")
    config = measured.config | {"precision": gate.precision or file.subject.precision, "max_pixels": file.subject.max_pixels}
    return gate, hardware.vram(gate, file, [replace(measured, miniature=False, config=config)])


def test_a_budget_is_kept_and_what_lies_beyond_it_is_seen_by_calls_and_by_pictures(bench, card, monkeypatch):
    monkeypatch.setattr(vram, "SIDES", (64, 96, 128, 160))  # as far as a miniature goes
    made = bench("vram", "--budget", 5, "--calls", 2)
    result = made.result
    assert made.device == card_engine.NAME and made.environment["clocks"]["sm_mhz"] and made.config["budget_gb"] == 5.0
    assert made.environment["budget_enforced"] is True and result["budget_gb"] == pytest.approx(5 * 2**30 / 1e9)
    assert result["vram_gb"]["process"] <= result["budget_gb"] < card.status().memory.device_total / 1e9
    # 5 GiB less CUDA's half less weights of 3 leave room for 15 rows at once: 16 and 32 find none, and are done in parts.
    assert (result["fits"], result["single_fits"], result["failures"]) == (False, True, 4)
    # A picture of 96² takes 0.9 GiB, of 128² 1.6: the last two sizes fail, and are no part of what the system needs.
    assert {side: told["failures"] for side, told in result["by_pixels"].items()} == {"64": 0, "96": 0, "128": 2, "160": 2}
    assert {each["input"]["stage"] for each in result["errors"]} == {"pixels 128", "pixels 160"}
    (curve,), on_card = comparing.memory([made], "pixels")
    assert on_card and [point.fits for point in curve.points] == [True, True, False, False]
    assert all("메모리가 모자랍니다" in each["error"] for each in result["errors"])
    gate, evidence = vram_gate(made)
    assert gate.holds(evidence.value) and evidence.lacking == "" and "나누어 처리" in evidence.remark
    first = card.status().pid
    throughput = bench("throughput", "--budget", 4, "--calls", 2)
    assert card.status().pid != first, "another budget is another engine"
    told = throughput.result["by_batch"]
    assert {size for size, each in told.items() if not each["fits"]} == {"8", "16", "32"} and throughput.result["best_batch"] in (1, 2, 4)


def test_a_model_that_does_not_fit_is_a_finding_and_no_error(bench, card):
    """The planner expects the miniature's few megabytes; the card is asked all the same, and its answer is the evidence."""
    made = bench("vram", "--budget", 3, "--calls", 2)
    assert (made.partial, made.result["single_fits"], made.result["failures"]) == (False, False, 1)
    assert made.result["room_gb"] == pytest.approx(3 * 2**30 / 1e9) and made.result["by_batch"] == {}
    assert f"{EMBEDDER} 모델을 올리지 못해" in overview.remarks(made)[-1]
    gate, evidence = vram_gate(made)
    assert gate.holds(evidence.value) and "8 GB까지 쓸 수 있어야" in evidence.lacking, "on so small a budget it says nothing of 8 GB"
    assert main(["bench", "latency", "--budget", "3", "--collection", made.config["collection"]]) == 1, "nothing to be timed"


def test_a_model_that_comes_down_while_it_is_measured_says_so(bench, card, capsys):
    made = bench("latency", "--system", "E", "--budget", 8, "--calls", 2, "--warm-up", 0)
    begun = {each["key"]: each["precision"] for each in made.environment["models"]}
    assert begun == {EMBEDDER: "fp32", RERANKER: "fp16"} and made.result["failures"] == 0
    assert made.result["stepped"] == [{"model": RERANKER, "precision": "nf4", "place": 0}]
    assert {each.model.key: each.model.precision for each in card.status().loaded} == {EMBEDDER: "fp32", RERANKER: "nf4"}
    assert "재는 중 정밀도 낮춤" in overview.marks(made)
    assert remarks(made) == [f"{RERANKER}: 메모리가 모자라 1번째 호출부터 nf4로 낮추어 계산했습니다."]
    assert [each.kind for each in card.status().events].count("stepped") == 1
    # The next one begins with what the engine has stayed at.
    again = bench("latency", "--system", "E", "--budget", 8, "--calls", 1, "--warm-up", 0)
    assert again.result["stepped"] == [] and remarks(again) == [f"{RERANKER}: 메모리가 모자라 fp16 대신 nf4로 계산했습니다."]
