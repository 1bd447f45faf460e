"""Benches and their samples in the store: written as they come, kept when the bench dies, stored once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from core.bench.asking import Asked
from core.errors import InputError, NotFoundError
from core.store import bench_samples, measurements
from core.store.bench_samples import Sample

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SAMPLE = Sample(0, "text", True, 0.5, "ok", 12.25, 10.0, 2.0, 0.0, "", {"query": "Q1", "part": "text"}, {"rss": 1000})


def bench(**changes):
    return {"kind": "latency", "system": f"test-{uuid4().hex[:8]}", "device": "card", "miniature": True, "config": {"calls": 3},
            "environment": {"device": "card"}} | changes


def test_samples_come_back_as_they_were_and_only_once(conn, database):
    with database.connection() as own:
        run = bench_samples.open_run(own, **bench())
        failed = replace(SAMPLE, place=1, outcome="failed", encode_ms=None, search_ms=None, rerank_ms=None, error="그림이 없습니다.")
        bench_samples.add(own, run.id, [SAMPLE, failed])
        bench_samples.add(own, run.id, [replace(SAMPLE, total_ms=99.0), replace(SAMPLE, place=2)])
        assert bench_samples.of_run(conn, run.id) == [SAMPLE, failed, replace(SAMPLE, place=2)]
        assert bench_samples.of_run(conn, run.id, since=2) == [replace(SAMPLE, place=2)]
        bench_samples.close(own, run.id, error="끝")


def test_a_bench_is_abandoned_when_nobody_holds_its_lock(conn, database):
    with database.connection() as own:
        run = bench_samples.open_run(own, **bench())
        assert run in bench_samples.under_way(conn) and run not in bench_samples.abandoned(conn)
        own.execute("SELECT pg_advisory_unlock_all()")
        assert run in bench_samples.abandoned(conn)
        measured = measurements.add(conn, **bench(), result={}, measured_at=AT)
        bench_samples.close(conn, run.id, measurement_id=measured.id)
        bench_samples.close(conn, run.id, error="너무 늦은 말")
    assert run.id not in {each.id for each in (*bench_samples.under_way(conn), *bench_samples.abandoned(conn))}
    bench_samples.add(conn, run.id, [SAMPLE])
    assert bench_samples.of_measurement(conn, measured.id) == [SAMPLE]


def test_samples_of_another_machine_are_put_beside_their_measurement_once(conn):
    measured = measurements.add(conn, **bench(), result={}, measured_at=AT)
    assert bench_samples.of_measurement(conn, measured.id) == []
    for samples in ([SAMPLE], [replace(SAMPLE, place=5)]):
        bench_samples.put_beside(conn, measured.id, samples)
    assert bench_samples.of_measurement(conn, measured.id) == [SAMPLE]
    with pytest.raises(NotFoundError):
        bench_samples.put_beside(conn, 2**31 - 1, [])


def test_the_same_moment_in_another_zone_is_the_same_measurement(conn):
    values = bench()
    seoul = AT.astimezone(timezone(timedelta(hours=9)))
    assert measurements.add(conn, **values, result={}, measured_at=AT) == measurements.add(conn, **values, result={}, measured_at=seoul)


def test_a_bench_is_asked_for_in_the_words_of_the_command_line():
    asked = Asked("latency", "A", precision="nf4", calls=50, budget_gb=7.2)
    assert asked.arguments == ("bench", "latency", "--system", "A", "--calls", "50", "--precision", "nf4", "--budget", "7.2")
    assert (asked.name, asked.times, Asked("stability").times) == ("A@nf4", 50, 1000)
    assert Asked("vram").arguments == ("bench", "vram", "--system", "A")
    assert Asked("vram", device="cpu", warm_up=0).arguments[4:] == ("--device", "cpu", "--warm-up", "0")


@pytest.mark.parametrize("wrong", [{"kind": "speed"}, {"calls": 0}, {"warm_up": -1}, {"budget_gb": 0}, {"device": "tpu"}])
def test_a_bench_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError):
        Asked(**({"kind": "latency"} | wrong))
