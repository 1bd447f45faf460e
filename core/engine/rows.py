"""One call's rows through one model: batch by batch, failures alone, non-finite rows again in fp32."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine import isolate
from core.engine.lanes import Steps
from core.engine.messages import Purpose
from core.engine.pace import Pace, grouped
from core.engine.shelf import Shelf
from core.engine.slots import Wanted
from core.errors import InputError, UserError
from core.models.contract import Content, LoadedModel, Role

log = logging.getLogger(__name__)
Apply = Callable[[Any, list[Content]], NDArray[np.float32]]
NOT_FINITE = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈고, fp32로 다시 계산해도 같았습니다."
NOT_FINITE_IN_FP32 = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈습니다."
TOO_BIG = ("이 내용은 하나만 계산해도 메모리가 모자랍니다. 그림 크기(MAX_PIXELS)나 정밀도를 낮추거나, 원격 엔진의 주소를 "
           "ENGINE_URL에 적어 주세요.")
NO_COPY = "모델이 이 내용에 유한하지 않은 값(NaN)을 냈고, fp32로 다시 계산할 모델을 불러오지 못했습니다."


@dataclass(slots=True)
class Counters:
    """Since the engine started."""

    calls: int = 0
    rows: int = 0
    nan_retries: int = 0
    failures: int = 0
    ooms: int = 0


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
    purpose: Purpose
    failures: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0
    retried: int = 0
    suspicious: list[int] = field(default_factory=list)
    """Rows that came out non-finite."""
    too_big: list[int] = field(default_factory=list)
    """Rows that found no memory, even alone in their batch."""


def encode(bench: Bench, wanted: Wanted, contents: list[Content], *, role: Role) -> Steps:
    """Compute vectors; the result is a :class:`Work` with values of shape (contents, dims)."""
    info = _usable(bench, wanted, method="encode", purpose="임베딩")
    values = np.full((len(contents), info.dims), np.nan, dtype=np.float32)
    work = Work(bench, wanted, contents, lambda model, part: model.encode(part, role=role), info, values, role)
    return (yield from _compute(work))


def rerank(bench: Bench, wanted: Wanted, query: Content, documents: list[Content]) -> Steps:
    """Compute scores; the result is a :class:`Work` with one value for each document."""
    info = _usable(bench, wanted, method="score", purpose="재정렬")
    values = np.full(len(documents), np.nan, dtype=np.float32)
    work = Work(bench, wanted, documents, lambda model, part: model.score(query, part), info, values, "rerank")
    return (yield from _compute(work))


def _usable(bench: Bench, wanted: Wanted, *, method: str, purpose: str) -> LoadedModel:
    model, info = bench.shelf.get(wanted)
    if not hasattr(model, method):
        raise InputError(f"{info.id}은(는) {purpose}에 쓰는 모델이 아닙니다. 다른 모델을 골라 주세요.")
    return info


def _compute(work: Work) -> Steps:
    bench = work.bench
    while not (yield from _all_rows(work)):
        # A call's rows must be one model's: what was computed in another precision is computed again.
        work.values.fill(np.nan)
        work.failures, work.suspicious, work.too_big, work.retried = {}, [], [], 0
        work.model = bench.shelf.get(work.wanted)[1]
    bench.shelf.count_call(work.wanted, work.purpose)
    bench.counters.calls += 1
    bench.counters.rows += len(work.contents)
    bench.counters.failures += len(work.failures)
    return work


def _all_rows(work: Work) -> Generator[None, None, bool]:
    """Compute every row; False as soon as the model is another one than before."""
    for kind, rows in grouped(work.contents).items():
        pace_kind = (work.wanted, kind, work.values.ndim)
        while rows:
            size = work.bench.pace.size(pace_kind)
            if not _batch(work, rows[:size], pace_kind) or (work.too_big and not _with_room(work, pace_kind)):
                return False
            rows = rows[size:]
            yield
    for row in work.suspicious:
        _retry(work, row)
        yield
    return True


def _batch(work: Work, rows: list[int], pace_kind: Any) -> bool:
    """Compute a batch; False where the model is another one than before."""
    # The model is asked for again each time and never held between batches: meanwhile another call may have pushed it
    # out, and a reference kept here would keep its memory. It may even have stepped down a precision.
    model, info = work.bench.shelf.get(work.wanted)
    if (info.precision, info.revision) != (work.model.precision, work.model.revision):
        return False
    start = time.perf_counter()
    contents = [work.contents[row] for row in rows]
    outcome = work.bench.shelf.watched(work.wanted, lambda: isolate.run(lambda part: work.apply(model, part), contents))
    seconds = time.perf_counter() - start
    work.seconds += seconds
    work.bench.counters.ooms += outcome.ooms
    if outcome.ooms:
        work.bench.pace.shrink(pace_kind, rows=len(rows))
    elif not outcome.failures:
        work.bench.pace.record(pace_kind, rows=len(rows), seconds=seconds)
    work.suspicious += _accept(work, rows, outcome)
    work.too_big += [rows[position] for position in outcome.too_big]
    return True


def _with_room(work: Work, pace_kind: Any) -> bool:
    """Try what found no memory with all other models gone, then at a lower precision (False: everything again)."""
    shelf, rows = work.bench.shelf, work.too_big
    work.too_big = []
    shelf.diary.note("oom", work.model.key, work.model.precision, f"내용 {len(rows)}개를 하나씩 계산해도 메모리가 모자랐습니다.")
    if shelf.make_alone(work.wanted):
        if not all(_batch(work, [row], pace_kind) for row in rows):
            return False
        rows, work.too_big = work.too_big, []
    if rows and shelf.step_down(work.wanted):
        return False
    work.failures.update(dict.fromkeys(rows, TOO_BIG))
    return True


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
    work.bench.counters.ooms += outcome.ooms
    if outcome.too_big:
        work.failures[row] = NO_COPY
    if _accept(work, [row], outcome):
        work.failures[row] = NOT_FINITE
