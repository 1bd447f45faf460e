"""From a wish to a measurement: whatever ends a bench, what it saw until then becomes its measurement."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

import psycopg

from core.bench import company, environment, index, latency, reading, stability, stress, throughput, vram
from core.bench.asking import Asked, Kind
from core.bench.frame import Bench, HopelessError, Show
from core.bench.subject import find
from core.bench.synthetic import ROWS, Plan
from core.engine.cards import Cards
from core.engine.client import EngineClient
from core.engine.messages import EngineStatus
from core.errors import InputError, StoreError
from core.jobs import working
from core.jobs.working import Worker
from core.settings import settings
from core.store import bench_index, bench_samples, items, measurements
from core.store.bench_samples import BenchRun, Sample
from core.store.database import Database
from core.store.measurements import Measurement

log = logging.getLogger(__name__)
_SAVE_PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0)
"""Seconds to wait for a database that is away when a bench ends."""
NOTHING = "한 번도 재지 못하고 끝났습니다."
NO_CARD = "GPU가 없어 메모리 한도를 걸 수 없습니다. --budget 없이 실행해 주세요."
DIED = "측정하던 프로그램이 중간에 끝났습니다."


METHODS: dict[Kind, ModuleType] = {"latency": latency, "throughput": throughput, "vram": vram, "stability": stability, "stress": stress,
                                  "index": index}
"""Each has ``measure(bench)``, which makes the calls, and ``summarise(samples, config)``, what any part of them comes to."""


def run(db: Database, engine: EngineClient, asked: Asked, *, worker: Worker | None = None,
        show: Show = lambda done, total, words: None) -> Measurement:
    """Measure and store.

    A bench that is cancelled, interrupted or overtaken by an error still stores what it has, marked ``partial``.

    Args:
        worker: told of the progress and asked whether to go on; this process's job where None.
        show: called with (samples, samples expected, Korean words).

    Raises:
        NotFoundError, InputError, ModelError, EngineError: it cannot begin, as ``subject.find``.
        StoreError: the database is away for longer than a bench waits.
        InputError: it ended before anything was measured.
    """
    conclude_abandoned(db)
    subject = find(db, engine, asked)
    bench = Bench(db, engine, subject, asked, worker or working.current(), show)
    told = reading.status(engine)
    if asked.budget_gb is not None and told.memory is None:
        raise InputError(NO_CARD)
    with db.connection() as conn:
        config = subject.config(asked, items_held=items.count(conn, subject.collection.id))
        beside = company.others(conn)
    if settings().gpu_budget_gb and config["budget_gb"] is None and told.memory is not None:
        config["budget_gb"] = settings().gpu_budget_gb
    bench.open(device=environment.device(told, subject.models), system=subject.variant.name, config=config,
               environment=environment.read(told, subject.models) | {"beside": beside})
    return _carried_out(bench, METHODS[asked.kind].measure)


def check_budget(engine: EngineClient, asked: Asked) -> None:
    """Refuse a memory limit that surely has no card, before anybody's engine is replaced for it.

    Raises:
        InputError: neither the driver nor the engine that runs knows of a card.
    """
    if asked.budget_gb is not None and (told := reading.status(engine)).running and told.memory is None and not Cards().read():
        raise InputError(NO_CARD)


def run_index(db: Database, asked: Asked, plan: Plan | None = None, *, worker: Worker | None = None,
              show: Show = lambda done, total, words: None) -> Measurement:
    """Measure an approximate index on a synthetic collection, which is gone afterwards; otherwise as ``run``.

    Raises:
        InputError: the disk has no room for it, or it ended before anything was measured.
        StoreError: another one is under way.
    """
    conclude_abandoned(db)
    chosen = plan or Plan(rows=asked.rows or ROWS, queries=asked.times)
    index.check_room(db, chosen)
    bench = Bench(db, None, None, asked, worker or working.current(), show)
    told = EngineStatus(running=False)
    with db.connection() as conn:
        ran_on = environment.read(told, ()) | {"database": bench_index.settings(conn), "beside": company.others(conn)}
    bench.open(device=environment.device(told, ()), system=index.SYSTEM, config=index.config_of(chosen), environment=ran_on)
    return _carried_out(bench, lambda begun: index.measure(begun, chosen))


def _carried_out(bench: Bench, measure: Callable[[Bench], None]) -> Measurement:
    try:
        measure(bench)
    except HopelessError as error:
        bench.ended_early = str(error)
    except BaseException as error:
        bench.ended_early = str(error) or type(error).__name__
        try:
            _concluded(bench)
        except (StoreError, InputError):
            log.warning("a bench that failed left nothing", exc_info=True)
        raise
    return _concluded(bench)


def _concluded(bench: Bench) -> Measurement:
    """Store the measurement of a bench that has ended; a database that is away is waited for."""
    assert bench.run is not None
    after = environment.moment(told := bench.status()) | {"resident": sorted(each.model.key for each in told.loaded)}
    for pause in (*_SAVE_PAUSES, None):
        try:
            if bench.write():
                conn = bench.connection()
                found = _store(conn, bench.run, bench.samples, finished=bench.finished, ended_early=bench.ended_early,
                               left_out=bench.left_out, after=after | {"beside": company.others(conn, run_id=bench.run.id)})
                bench.close()
                if found is None:
                    raise InputError(f"{NOTHING} {bench.ended_early}".strip())
                return found
        except (psycopg.OperationalError, StoreError):
            log.warning("the end of bench %d waits for the database", bench.run.id, exc_info=True)
        if pause is not None:
            time.sleep(pause)
    raise StoreError("데이터베이스에 닿지 못해 측정 결과를 저장하지 못했습니다. 데이터베이스를 확인한 뒤 다시 측정해 주세요.")


def conclude_abandoned(db: Database) -> list[Measurement]:
    """Make measurements, marked partial, of benches whose process died; return them."""
    with db.connection() as conn:
        found = []
        for run in bench_samples.abandoned(conn):
            if run.kind in METHODS:
                made = _store(conn, run, bench_samples.of_run(conn, run.id), finished=False, ended_early=DIED, left_out={}, after={})
                found += [made] if made is not None else []
        return found


def _store(conn: psycopg.Connection, run: BenchRun, samples: Sequence[Sample], *, finished: bool, ended_early: str,
           left_out: Mapping[str, str], after: Mapping[str, Any]) -> Measurement | None:
    """Store what the samples come to, and end the bench; None where there is nothing to tell."""
    with conn.transaction():
        if not any(each.counted for each in samples):
            bench_samples.close(conn, run.id, error=f"{NOTHING} {ended_early}".strip())
            return None
        result = METHODS[run.kind].summarise(samples, run.config) | {
            "stepped": latency.stepped(samples), "ended_early": ended_early, "left_out": dict(left_out),
            "samples": {"count": len(samples), "sha256": digest(samples)}}
        made = measurements.add(conn, kind=run.kind, system=run.system, device=run.device, miniature=run.miniature, config=run.config,
                                environment=run.environment | ({"after": dict(after)} if after else {}), result=result,
                                measured_at=run.started_at, partial=not finished)
        bench_samples.close(conn, run.id, measurement_id=made.id)
        return made


def digest(samples: Sequence[Sample]) -> str:
    """Return the SHA-256 over a measurement's samples, which its own hash contains."""
    packed = json.dumps([asdict(each) for each in samples], ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(packed.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Progress:
    """A bench under way as a page shows it."""

    run: BenchRun
    result: dict[str, Any]
    """What its samples come to so far, in the shape of its measurement."""
    samples: list[Sample]


def under_way(conn: psycopg.Connection) -> list[Progress]:
    """Return the benches that have not ended with what they have so far, the newest first."""
    found = []
    for run in bench_samples.under_way(conn):
        samples = bench_samples.of_run(conn, run.id)
        result = METHODS[run.kind].summarise(samples, run.config) if run.kind in METHODS and any(each.counted for each in samples) else {}
        found.append(Progress(run, result, samples))
    return found
