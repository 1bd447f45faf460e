"""Benches with the real engine process: killed under them, cancelled, and the bench itself killed; the counts stay right."""

from __future__ import annotations

import os
import signal
import threading
import time

import psutil
import pytest

from core.bench import running
from core.bench.asking import Asked
from core.engine.client import engine
from core.jobs import launching
from core.jobs.working import Worker
from core.store import bench_samples, jobs, measurements

pytestmark = pytest.mark.slow


def eventually(holds, seconds: float = 120.0):
    for _ in range(int(seconds / 0.05)):
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came about")


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
    assert result["crashes"] == 1 and result["failures"] == len(result["errors"]) <= 1
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
