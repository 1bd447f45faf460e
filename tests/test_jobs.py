"""Jobs: alive by their lock, one that computes at a time, cancelled, killed and resumed without losing or doubling anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from core.cli import jobs as command
from core.errors import InputError, StoreError
from core.items.importers import import_file
from core.jobs import launching, verbs, working
from core.jobs.working import StoppedError
from core.settings import PROJECT_DIR
from core.store import jobs, open_database
from tests.eventually import eventually
from tests.many_items import write_many

SILENCE = "UPDATE jobs SET reported_at = reported_at - make_interval(secs => 60) WHERE id = %(id)s"


def test_a_job_tells_how_far_it_is_and_ends_done(database, conn, begin):
    job_id = begin()
    assert jobs.get(conn, job_id).state == "queued"
    with working.attached(database, job_id) as worker:
        assert working.current() is worker and worker.job_id == job_id
        worker.progress(20, 100, "모델 하나")
        worker.progress(50, 100)
        now = eventually(lambda: (job := jobs.get(conn, job_id)).done == 50 and job)
        assert (now.state, now.total, now.words, now.done_before) == ("running", 100, "모델 하나", 20)
        assert now.rate == pytest.approx(30 / (now.reported_at - now.started_at).total_seconds())
        assert now.seconds_left == pytest.approx(50 / now.rate)
        worker.progress(5, 10, "모델 둘")
        assert worker.state()["done_before"] == 5, "another count has a pace of its own"
    ended = jobs.get(conn, job_id)
    assert (ended.state, ended.done, ended.total, ended.active) == ("done", 5, 10, False)
    assert working.current() is not worker and not working.current().cancelled()


def test_the_same_work_is_joined_and_one_process_alone_does_it(database, conn, begin):
    job_id = begin()
    assert begin() == job_id
    with working.attached(database, job_id):
        with pytest.raises(StoreError, match="이미 돌고"), working.attached(database, job_id):
            pass
        with pytest.raises(InputError, match="끝나지 않았거나"):
            launching.resume(database, job_id)
        assert jobs.get(conn, job_id).state == "running"
    assert begin() != job_id


def test_a_job_is_dead_when_nobody_holds_its_lock(database, conn, begin):
    dead, alive = begin(1), begin(2)
    with working.attached(database, alive):
        eventually(lambda: jobs.get(conn, alive).state == "running")
        assert jobs.bury(conn) == 0, "what was just begun may still be starting"
        for each in (dead, alive):
            conn.execute(SILENCE, {"id": each})
        listed = {job.id: job.state for job in jobs.listing(conn)}
        assert (listed[dead], listed[alive]) == ("interrupted", "running")
    again = jobs.again(conn, dead)
    assert (again.state, again.attempts) == ("queued", 2)
    jobs.end(conn, dead, "cancelled")


def test_cancelling_stops_at_the_next_step(database, conn, begin):
    job_id = begin()
    with pytest.raises(StoppedError), working.attached(database, job_id) as worker:
        eventually(lambda: jobs.get(conn, job_id).state == "running")
        assert jobs.cancel(conn, job_id).state == "cancelling"
        assert jobs.cancel(conn, job_id) is None, "asked once"
        eventually(worker.cancelled)
        worker.check()
    assert jobs.get(conn, job_id).state == "cancelled"


def test_a_cancel_that_comes_too_late_changes_nothing(database, conn, begin):
    job_id = begin()
    with working.attached(database, job_id):
        jobs.cancel(conn, job_id)
    assert jobs.get(conn, job_id).state == "done"
    assert jobs.cancel(conn, job_id) is None


def test_a_failure_keeps_its_sentence(database, conn, begin):
    job_id = begin()
    with pytest.raises(InputError), working.attached(database, job_id):
        raise InputError("파일이 없습니다. 다시 골라 주세요.")
    assert (jobs.get(conn, job_id).state, jobs.get(conn, job_id).error) == ("failed", "파일이 없습니다. 다시 골라 주세요.")
    job_id = begin()
    with pytest.raises(ZeroDivisionError), working.attached(database, job_id):
        print(1 // 0)
    assert "ZeroDivision" not in jobs.get(conn, job_id).error and "core.log" in jobs.get(conn, job_id).error


def test_jobs_that_compute_take_turns_in_their_order(database, conn, begin):
    first, second, other = begin(1, takes_engine=True), begin(2, takes_engine=True), begin(3)
    order, leave = [], threading.Event()

    def work(job_id: int) -> None:
        keeper = working._Keeper(database, job_id, working.Worker())  # attached() is one a process
        keeper.begin()
        keeper.wait_turn()
        order.append(job_id)
        if job_id == first:
            leave.wait(60)
        keeper.finish("done")

    threads = [threading.Thread(target=work, args=(job_id,)) for job_id in (first, second, other)]
    threads[0].start()
    eventually(lambda: jobs.get(conn, first).state == "running")
    for thread in threads[1:]:
        thread.start()
    eventually(lambda: jobs.get(conn, other).state == "done")
    assert jobs.get(conn, second).state == "queued" and order == [first, other]
    leave.set()
    for thread in threads:
        thread.join()
    assert order == [first, other, second]


def test_the_list_tells_what_is_done_its_pace_and_the_time_left_by_korean_clocks(capsys):
    began = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    job = jobs.Job(7, ["embed"], "임베딩", True, "running", 60, 160, "KURE", 40, "", 1, "가", began, began, began + timedelta(seconds=10),
                   None)
    command._print([job], as_json=False)
    told = capsys.readouterr().out
    assert "60/160" in told and "KURE · 1초에 2.0개 · 남은 시간 50초" in told and "11-24 00:30" in told
    command._print([replace(job, state="failed", error="디스크가 가득 찼습니다.")], as_json=False)
    assert (told := capsys.readouterr().out).rstrip().endswith("디스크가 가득 찼습니다.") and "남은" not in told


def test_a_measurement_begins_anew_and_an_embedding_goes_on():
    assert verbs.goes_on(["embed", "--system", "A"]) and verbs.goes_on(["models", "download"])
    assert not verbs.goes_on(["bench", "latency"])


def test_only_verbs_that_can_be_jobs_are_started(database):
    with pytest.raises(InputError, match="embed"):
        launching.start(database, ["users", "list"], title="x", asked_by="가")


@pytest.mark.slow
def test_a_killed_worker_a_killed_server_and_a_cancel_lose_nothing(tmp_path):
    """An embedding job by the command line: kill -9, the postmaster killed, cancelled; in the end each item once."""
    environment = os.environ | {"DATA_DIR": str(tmp_path / "data"), "OMP_NUM_THREADS": "1"}

    def run(*words) -> str:
        answer = subprocess.run([sys.executable, "-m", "core", *map(str, words)], capture_output=True, text=True, cwd=PROJECT_DIR,
                                env=environment)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def job() -> jobs.Job:
        with here.connection() as conn:
            return jobs.listing(conn, limit=1)[0]

    def worker() -> psutil.Process | None:
        return next((process for process in psutil.process_iter(["cmdline"])
                     if process.info["cmdline"] and process.info["cmdline"][-2:] == ["--job", "1"]
                     and str(tmp_path) in process.environ().get("DATA_DIR", "")), None)

    bank = tmp_path / "items_part01.json"
    write_many(bank, 1000, seed=5)
    here = open_database(data_dir=tmp_path / "data")
    try:
        import_file(here, bank, collection="jobs")
        run("jobs", "start", "embed", "--collection", "jobs", "--system", "B")
        eventually(lambda: job().done > 0)
        killed = worker()
        killed.kill()
        killed.wait(30)
        with here.connection() as conn:
            conn.execute(SILENCE, {"id": 1})
        cut = eventually(lambda: (now := job()).state == "interrupted" and now)
        assert 0 < cut.done < 1000

        run("jobs", "resume", 1)
        eventually(lambda: (now := job()).state == "running" and now.attempts == 2 and now.done > 0)
        os.kill(int((tmp_path / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        # Whoever connects first starts the server again; the job goes on by itself.
        eventually(lambda: after_the_fall(job) in ("running", "done"))

        run("jobs", "cancel", 1)
        ended = eventually(lambda: (now := job()).state in ("cancelled", "done") and now)
        if ended.state == "cancelled":
            run("jobs", "resume", 1)
            eventually(lambda: job().state == "done")
        report = json.loads(run("embed", "--collection", "jobs", "--system", "B", "--json"))["sets"][0]
        assert (report["embedded"], report["unchanged"], report["failed"]) == (0, 1000, [])
        assert "kure-v1" in run("jobs", "log", 1)
    finally:
        here.close()
        subprocess.run([sys.executable, "-c", "from core.engine.client import stop_engine; stop_engine()"], cwd=PROJECT_DIR,
                       env=environment, check=False)


def after_the_fall(job) -> str:
    """Return the state of the job, or nothing while a connection of before is found dead."""
    try:
        return job().state
    except StoreError:
        return ""
