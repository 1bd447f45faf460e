"""What else computes while a bench measures: jobs that take the engine, and other benches. Their times meet in one machine."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection

from core.bench.asking import KINDS
from core.jobs import working
from core.store import bench_samples, jobs


def others(conn: Connection, *, run_id: int | None = None) -> list[str]:
    """Return in words what computes now beside this process's job and the bench ``run_id``.

    Jobs wait for each other; a verb that somebody runs without a job waits for nobody.
    """
    own = working.current().job_id
    busy = [job.title for job in jobs.listing(conn) if job.takes_engine and job.state in ("running", "cancelling")
            and job.id != own and job.arguments[0] != "bench"]
    gone = {each.id for each in bench_samples.abandoned(conn)} | {run_id}
    measuring = [f"측정: {KINDS.get(each.kind, each.kind)}" for each in bench_samples.under_way(conn) if each.id not in gone]
    return _once([*busy, *measuring])


def told(environment: dict) -> list[str]:
    """Return what a measurement's environment says of it, at its beginning and at its end."""
    return _once([*(environment.get("beside") or []), *((environment.get("after") or {}).get("beside") or [])])


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
