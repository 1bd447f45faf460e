"""Benches under way and their samples, one a call. A bench is alive while its process holds its advisory lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from core.errors import NotFoundError
from core.store.locks import held

Outcome = Literal["ok", "failed", "nan", "crashed"]
_RUN = "id, kind, system, device, miniature, config, environment, started_at, ended_at, measurement_id, error"
_OPEN = f"""
INSERT INTO bench_runs (kind, system, device, miniature, config, environment)
VALUES (%(kind)s, %(system)s, %(device)s, %(miniature)s, %(config)s, %(environment)s)
RETURNING {_RUN}
"""
_IMPORTED = """
INSERT INTO bench_runs (kind, system, device, miniature, config, environment, started_at, ended_at, measurement_id)
SELECT kind, system, device, miniature, config, environment, measured_at, clock_timestamp(), id
  FROM measurements WHERE id = %(measurement_id)s
ON CONFLICT (measurement_id) DO NOTHING
RETURNING id
"""
_HOLD = "SELECT pg_try_advisory_lock(hashtext('bench'), %(run_id)s)"
_CLOSE = """
UPDATE bench_runs SET ended_at = clock_timestamp(), measurement_id = %(measurement_id)s, error = %(error)s
 WHERE id = %(run_id)s AND ended_at IS NULL
"""
_UNDER_WAY = f"SELECT {_RUN} FROM bench_runs WHERE ended_at IS NULL ORDER BY id DESC"
_ABANDONED = sql.SQL("SELECT {} FROM bench_runs WHERE ended_at IS NULL AND NOT {} ORDER BY id").format(
    sql.SQL(_RUN), held("bench", "bench_runs"))
_ADD = """
INSERT INTO bench_samples (run_id, place, series, counted, at_s, outcome, total_ms, encode_ms, search_ms, rerank_ms, error, input,
                           memory)
VALUES (%(run_id)s, %(place)s, %(series)s, %(counted)s, %(at_s)s, %(outcome)s, %(total_ms)s, %(encode_ms)s, %(search_ms)s,
        %(rerank_ms)s, %(error)s, %(input)s, %(memory)s)
ON CONFLICT (run_id, place) DO NOTHING
"""
_SAMPLE = "place, series, counted, at_s, outcome, total_ms, encode_ms, search_ms, rerank_ms, error, input, memory"
_OF_RUN = f"SELECT {_SAMPLE} FROM bench_samples WHERE run_id = %(run_id)s AND place >= %(since)s ORDER BY place"
_OF_MEASUREMENT = f"""
SELECT {_SAMPLE} FROM bench_samples
 WHERE run_id = (SELECT id FROM bench_runs WHERE measurement_id = %(measurement_id)s) ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class BenchRun:
    """A bench, under way while ``ended_at`` is None."""

    id: int
    kind: str
    system: str
    device: str
    miniature: bool
    config: dict[str, Any]
    environment: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None
    measurement_id: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What one call gave. Milliseconds of wall time as the caller saw it; a failed call has the time until it failed."""

    place: int
    """Its number within the bench, from 0."""
    series: str
    counted: bool
    """False: a warm-up or a cold call, which the series' figures leave out."""
    at_s: float
    """Seconds since the bench began."""
    outcome: Outcome
    """``nan``: an answer that was not finite. ``crashed``: the engine ended in the middle of the call."""
    total_ms: float
    encode_ms: float | None = None
    search_ms: float | None = None
    rerank_ms: float | None = None
    error: str = ""
    input: dict[str, Any] = field(default_factory=dict)
    """What was asked, enough to ask it again: ``query`` and ``part``, or ``items`` of a batch."""
    memory: dict[str, int] = field(default_factory=dict)
    """Bytes after the call, as far as they were read: ``rss``, ``allocated``, ``reserved``, ``process``, ``device``."""


def open_run(conn: Connection, *, kind: str, system: str, device: str, miniature: bool, config: Mapping[str, Any],
             environment: Mapping[str, Any]) -> BenchRun:
    """Begin a bench and hold its lock on this connection, which must stay open until the end."""
    values = {"kind": kind, "system": system, "device": device, "miniature": miniature, "config": Jsonb(dict(config)),
              "environment": Jsonb(dict(environment))}
    with conn.transaction(), conn.cursor(row_factory=class_row(BenchRun)) as cursor:
        made = cursor.execute(_OPEN, values).fetchone()
        assert made is not None
        hold(conn, made.id)
    return made


def hold(conn: Connection, run_id: int) -> None:
    """Hold a bench's lock on another connection, after the first one broke."""
    conn.execute(_HOLD, {"run_id": run_id})


def add(conn: Connection, run_id: int, samples: Iterable[Sample]) -> None:
    """Store samples; one that is there already stays as it is."""
    rows = [{**{name: getattr(sample, name) for name in Sample.__slots__}, "run_id": run_id, "input": Jsonb(sample.input),
             "memory": Jsonb(sample.memory)} for sample in samples]
    with conn.transaction(), conn.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def close(conn: Connection, run_id: int, *, measurement_id: int | None = None, error: str = "") -> None:
    """End a bench: with its measurement, or with the sentence why there is none. Done once, it stays."""
    conn.execute(_CLOSE, {"run_id": run_id, "measurement_id": measurement_id, "error": error})


def under_way(conn: Connection) -> list[BenchRun]:
    """Return the benches that have not ended, the newest first; one whose process died stands among them until it is found."""
    with conn.cursor(row_factory=class_row(BenchRun)) as cursor:
        return cursor.execute(_UNDER_WAY).fetchall()


def abandoned(conn: Connection) -> list[BenchRun]:
    """Return the benches that have not ended and whose process is gone, the oldest first."""
    with conn.cursor(row_factory=class_row(BenchRun)) as cursor:
        return cursor.execute(_ABANDONED).fetchall()


def of_run(conn: Connection, run_id: int, *, since: int = 0) -> list[Sample]:
    """Return a bench's samples in their order, from place ``since`` on: a page that looks on asks for the new ones alone."""
    with conn.cursor(row_factory=class_row(Sample)) as cursor:
        return cursor.execute(_OF_RUN, {"run_id": run_id, "since": since}).fetchall()


def of_measurement(conn: Connection, measurement_id: int) -> list[Sample]:
    """Return a measurement's samples in their order; none where it came without."""
    with conn.cursor(row_factory=class_row(Sample)) as cursor:
        return cursor.execute(_OF_MEASUREMENT, {"measurement_id": measurement_id}).fetchall()


def put_beside(conn: Connection, measurement_id: int, samples: Sequence[Sample]) -> None:
    """Store the samples of a measurement that was made elsewhere; a second time changes nothing.

    Raises:
        NotFoundError: there is no such measurement.
    """
    with conn.transaction():
        made = conn.execute(_IMPORTED, {"measurement_id": measurement_id}).fetchone()
        if made is not None:
            add(conn, made[0], samples)
        elif not conn.execute("SELECT 1 FROM measurements WHERE id = %(id)s", {"id": measurement_id}).fetchone():
            raise NotFoundError(f"{measurement_id}번 측정이 없습니다.")


def plain(sample: Sample) -> dict[str, Any]:
    """Return a sample as plain JSON."""
    return asdict(sample)
