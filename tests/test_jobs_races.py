"""Cancelling and resuming at the worst moment: whatever comes first, a job ends once, and one process at a time does it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.jobs import working
from core.jobs.working import StoppedError
from core.store import jobs, server
from tests.eventually import eventually

pytestmark = pytest.mark.slow


def test_a_job_cancelled_before_its_process_begins_does_nothing(database, conn, begin):
    job_id = begin()
    assert jobs.cancel(conn, job_id).state == "cancelling"
    worked = []
    with pytest.raises(StoppedError), working.attached(database, job_id) as worker:
        eventually(worker.cancelled)
        worker.check()
        worked.append(1)
    assert worked == [] and jobs.get(conn, job_id).state == "cancelled"


def test_only_the_first_cancel_counts_and_none_of_what_has_ended(database, conn, begin):
    job_id = begin()
    assert jobs.cancel(conn, job_id) is not None and jobs.cancel(conn, job_id) is None
    with pytest.raises(StoppedError), working.attached(database, job_id) as worker:
        eventually(worker.cancelled)
        worker.check()
    assert jobs.cancel(conn, job_id) is None and jobs.get(conn, job_id).state == "cancelled"
    jobs.end(conn, job_id, "interrupted")
    assert jobs.cancel(conn, job_id) is None and jobs.again(conn, job_id).state == "queued"


def test_a_job_resumed_while_its_last_process_lets_go_is_done(database, conn, begin):
    job_id = begin()
    last = server.connect(database.conninfo)
    assert jobs.hold(last, job_id)
    jobs.end(conn, job_id, "cancelled")
    assert jobs.again(conn, job_id).attempts == 2
    threading.Timer(0.5, last.close).start()
    with working.attached(database, job_id) as worker:
        worker.progress(3, 3)
    ended = jobs.get(conn, job_id)
    assert (ended.state, ended.done) == ("done", 3)


def test_of_many_resumes_at_once_one_is_queued(database, conn, begin):
    job_id = begin()
    jobs.end(conn, job_id, "failed", error="까닭")
    ready = threading.Barrier(6)

    def resume(_: int) -> bool:
        with database.connection() as own:
            ready.wait()
            return jobs.again(own, job_id) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(resume, range(6))) == 1
    now = jobs.get(conn, job_id)
    assert (now.state, now.attempts, now.error) == ("queued", 2, "")


def test_two_ended_jobs_of_the_same_work_are_not_resumed_beside_each_other(database, conn, begin):
    both = []
    for _ in range(2):
        both.append(begin())
        jobs.end(conn, both[-1], "interrupted")
    assert both[0] != both[1]
    ready = threading.Barrier(2)

    def resume(job_id: int) -> bool:
        with database.connection() as own:
            ready.wait()
            return jobs.again(own, job_id) is not None

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(resume, both)) == 1
    assert sorted(jobs.get(conn, job_id).state for job_id in both) == ["interrupted", "queued"]
