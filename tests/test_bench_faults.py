"""Benches with the real engine process: killed under them, cancelled, and the bench itself killed; the counts stay right."""

from __future__ import annotations

import json
import os
import signal
import threading

import psutil
import pytest

from core.bench import running
from core.bench.asking import Asked
from core.cli.main import main
from core.engine.client import engine
from core.jobs import launching
from core.jobs.working import Worker
from core.settings import settings
from core.store import bench_samples, jobs, measurements
from tests.eventually import eventually

pytestmark = pytest.mark.slow


def worker_of(word: str) -> psutil.Process:
    return next(process for process in psutil.process_iter(["cmdline"])
                if word in (told := process.info["cmdline"] or []) and "--job" in told)


def test_an_engine_killed_in_the_middle_costs_a_call_and_not_the_bench(database, prepared):
    calls, killed = 120, threading.Event()

    def show(done: int, total: int, words: str) -> None:
        if done == 40 and not killed.is_set():
            killed.set()
            # From another thread, so that a call is under way when it happens.
            threading.Timer(0.02, os.kill, (engine().status().pid, signal.SIGKILL)).start()

    asked = Asked("stability", "B", calls=calls, warm_up=2, collection=prepared.collection)
    done = running.run(database, engine(), asked, worker=Worker(), show=show)
    result = done.result
    assert killed.is_set() and (done.partial, result["calls"]) == (False, calls)
    assert result["crashes"] == 1 and result["failures"] == len(result["errors"]) <= 1, result
    assert result["success"] == pytest.approx(1 - result["failures"] / calls)
    assert result["failure_bound"] >= 1 - 0.05 ** (1 / calls)


def test_a_bench_is_a_job_that_is_cancelled_and_one_that_is_killed(database, conn, prepared):
    def begin(calls: int) -> int:
        asked = Asked("stability", "B", calls=calls, warm_up=2, collection=prepared.collection)
        return launching.start(database, asked.arguments, title=asked.title, asked_by="가")[0].id

    def newest():
        return measurements.listing(conn, ["stability"])[0]

    first = begin(5000)
    eventually(lambda: jobs.get(conn, first).done >= 20)
    jobs.cancel(conn, first)
    eventually(lambda: not jobs.get(conn, first).active)
    ended = jobs.get(conn, first)
    assert ended.state == "cancelled", launching.log_tail(first)
    kept = newest()
    assert kept.partial and 18 <= kept.result["calls"] < 5000 and kept.result["failures"] == 0
    assert kept.result["calls"] + 2 == ended.done, "what the job showed is what was counted"

    begin(5001)
    run = eventually(lambda: next((each for each in bench_samples.under_way(conn) if each.config["calls"] == 5001), None))
    eventually(lambda: len(bench_samples.of_run(conn, run.id)) >= 20)
    worker_of("5001").kill()
    eventually(lambda: run.id in {each.id for each in bench_samples.abandoned(conn)})
    seen = sum(each.counted for each in bench_samples.of_run(conn, run.id))
    running.conclude_abandoned(database)
    assert (newest().partial, newest().result["calls"], newest().result["asked"]) == (True, seen, 5001)


@pytest.fixture
def own_settings(monkeypatch):
    """A budget is a setting of the process that measures; the other tests keep theirs."""
    monkeypatch.setenv("GPU_BUDGET_GB", "")
    monkeypatch.setenv("DEVICE", "")
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_the_command_line_measures_lists_and_carries(prepared, tmp_path, capsys, own_settings):
    def told(*words) -> dict:
        capsys.readouterr()
        assert main(["bench", *map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    made = told("latency", "--system", "B", "--calls", 5, "--warm-up", 1, "--collection", prepared.collection)
    assert (made["system"], made["miniature"], made["calls"], made["failures"], made["target_device"]) == ("kure-v1", True, 10, 0, False)
    assert made["latency_ms"]["p95"] >= made["latency_ms"]["p50"] > 0 and made["rss_mb"] > 50
    assert (made["items_per_s"], made["vram_gb"]["process"]) == (None, None)
    sizes = told("throughput", "--system", "B", "--calls", 2, "--collection", prepared.collection)
    assert sizes["items_per_s"] == max(size["items_per_s"] for size in sizes["result"]["by_batch"].values())
    file, table = tmp_path / "m.json", tmp_path / "performance_results.csv"
    assert main(["bench", "export", str(made["id"]), "--out", str(file)]) == 0
    assert told("import", file)["unchanged"] == 1
    assert made["id"] in {each["id"] for each in told("list", "--csv", table)["measurements"]}
    assert table.read_text(encoding="utf-8-sig").startswith("model,latency_mean,latency_p95,throughput,vram_gb,")
    assert told("show", made["id"])["sha256"] == made["sha256"]
    file.write_bytes(file.read_bytes().replace(b'"kure-v1"', b'"siglip"'))
    assert main(["bench", "import", str(file)]) == 1 and "바뀌었습니다" in capsys.readouterr().err
    assert main(["bench", "latency", "--system", "B", "--budget", "8", "--collection", prepared.collection]) == 1
    assert "GPU가 없어" in capsys.readouterr().err
