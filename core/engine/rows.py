"""One call's rows through one model: batch by batch, failures alone, non-finite rows again in fp32."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine import isolate
from core.engine.lanes import Steps
from core.engine.pace import Pace, grouped
from core.engine.shelf import Shelf, Wanted
from core.errors import InputError, UserError
from core.models.contract import Content, LoadedModel, Role

log = logging.getLogger(__name__)
Apply = Callable[[Any, list[Content]], NDArray[np.float32]]
NOT_FINITE = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈고, fp32로 다시 계산해도 같았습니다."
NOT_FINITE_IN_FP32 = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈습니다."
NO_COPY = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈고, fp32로 다시 계산할 모델을 불러오지 못했습니다."


@dataclass(slots=True)
class Counters:
    """Since the engine started."""

    calls: int = 0
    rows: int = 0
    nan_retries: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """What the compute thread works with."""

    shelf: Shelf
    pace: Pace
    counters: Counters


@dataclass(slots=True)
class Work:
    """A call in progress, and its result: one row (or score) for each content, NaN where it failed."""

    bench: Bench
    wanted: Wanted
    contents: list[Content]
    apply: Apply
    model: LoadedModel
    values: NDArray[np.float32]
    failures: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0
    retried: int = 0


def encode(bench: Bench, wanted: Wanted, contents: list[Content], *, role: Role) -> Steps:
    """Compute vectors; the result is a :class:`Work` with values of shape (contents, dims)."""
    info = _usable(bench, wanted, method="encode", purpose="임베딩")
    values = np.full((len(contents), info.dims), np.nan, dtype=np.float32)
    work = Work(bench, wanted, contents, lambda model, part: model.encode(part, role=role), info, values)
    return (yield from _compute(work))


def rerank(bench: Bench, wanted: Wanted, query: Content, documents: list[Content]) -> Steps:
    """Compute scores; the result is a :class:`Work` with one value for each document."""
    info = _usable(bench, wanted, method="score", purpose="재정렬")
    values = np.full(len(documents), np.nan, dtype=np.float32)
    work = Work(bench, wanted, documents, lambda model, part: model.score(query, part), info, values)
    return (yield from _compute(work))


def _usable(bench: Bench, wanted: Wanted, *, method: str, purpose: str) -> LoadedModel:
    model, info = bench.shelf.get(wanted)
    if not hasattr(model, method):
        raise InputError(f"{info.id}은(는) {purpose}에 쓰는 모델이 아닙니다. 다른 모델을 골라 주세요.")
    return info


def _compute(work: Work) -> Steps:
    bench = work.bench
    suspicious: list[int] = []
    for kind, rows in grouped(work.contents).items():
        pace_kind = (work.wanted, kind, work.values.ndim)
        while rows:
            size = bench.pace.size(pace_kind)
            # The model is asked for again each time and never held between batches: meanwhile another call may have
            # pushed it out, and a reference kept here would keep its memory.
            suspicious += _batch(work, bench.shelf.get(work.wanted)[0], rows[:size], pace_kind)
            rows = rows[size:]
            yield
    for row in suspicious:
        _retry(work, row)
        yield
    bench.shelf.count_call(work.wanted)
    bench.counters.calls += 1
    bench.counters.rows += len(work.contents)
    bench.counters.failures += len(work.failures)
    return work


def _batch(work: Work, model: Any, rows: list[int], pace_kind: Any) -> list[int]:
    """Compute a batch and return the rows that came out non-finite."""
    start = time.perf_counter()
    outcome = isolate.run(lambda part: work.apply(model, part), [work.contents[row] for row in rows])
    seconds = time.perf_counter() - start
    work.seconds += seconds
    if outcome.out_of_memory:
        work.bench.pace.shrink(pace_kind, rows=len(rows))
    elif not outcome.failures:
        work.bench.pace.record(pace_kind, rows=len(rows), seconds=seconds)
    return _accept(work, rows, outcome)


def _accept(work: Work, rows: list[int], outcome: isolate.Outcome) -> list[int]:
    suspicious = []
    for position, values in outcome.values.items():
        if np.isfinite(values).all():
            work.values[rows[position]] = values
        else:
            suspicious.append(rows[position])
    work.failures.update({rows[position]: reason for position, reason in outcome.failures.items()})
    return suspicious


def _retry(work: Work, row: int) -> None:
    log.warning("%s gave a non-finite row", work.model.key)
    try:
        copy = work.bench.shelf.fp32_copy(work.wanted)
    except (UserError, MemoryError):
        log.exception("no fp32 copy of %s", work.model.key)
        work.failures[row] = NO_COPY
        return
    if copy is None:
        work.failures[row] = NOT_FINITE_IN_FP32
        return
    work.retried += 1
    work.bench.counters.nan_retries += 1
    start = time.perf_counter()
    outcome = isolate.run(lambda part: work.apply(copy, part), [work.contents[row]])
    work.seconds += time.perf_counter() - start
    if _accept(work, [row], outcome):
        work.failures[row] = NOT_FINITE
