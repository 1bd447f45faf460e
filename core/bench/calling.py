"""One call at a time, timed from the outside, never retried: what fails is counted with its reason."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.bench.gpu_suite.timing import told
from core.bench.subject import Input, K, Subject
from core.engine.client import EngineClient
from core.errors import EngineDiedError, InputError, UserError
from core.models.contract import LoadedModel
from core.search.query_encoder import QueryEncoder
from core.search.retrieval import UNREAD
from core.search.service import DEFAULT_RERANK_DEPTH, SearchResult, answer
from core.store.bench_samples import Outcome
from core.store.database import Database
from core.store.filters import Filters

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 120.0
MENDED = "NaN이 나와 fp32로 다시 계산했습니다."
NOT_FINITE = "유한하지 않은 값(NaN)이 나왔습니다."
_NOT_FINITE = ("NaN", "숫자가 아닌")
"""In the sentences of engine, database and ranking about values that are not finite."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave. Milliseconds; the phases are None where it failed."""

    outcome: Outcome
    total_ms: float
    encode_ms: float | None = None
    search_ms: float | None = None
    rerank_ms: float | None = None
    error: str = ""
    models: tuple[LoadedModel, ...] = ()
    """Those that answered, as they were in memory then."""


def search(db: Database, engine: EngineClient, subject: Subject, given: Input) -> Answer:
    """Search for a query as the pages do: from its content to its hits, a lent connection included."""
    def call() -> SearchResult:
        with db.connection() as conn:
            return answer(conn, QueryEncoder(engine, timeout=TIMEOUT_SECONDS), given.query, variant=subject.variant,
                          collection=subject.collection, k=K, filters=Filters(), rerank_depth=DEFAULT_RERANK_DEPTH)

    def judge(result: SearchResult) -> str:
        if not np.isfinite([hit.score for hit in result.hits]).all():
            raise FloatingPointError(NOT_FINITE)
        if unread := [note for note in result.notes if note.startswith(UNREAD)]:
            raise InputError(unread[0])  # it was answered, but not by the system that is measured
        return MENDED if any("NaN" in note for note in result.notes) else ""

    found, result = timed(call, judge)
    if result is None:
        return found
    return Answer("ok", found.total_ms, result.encode_ms, result.search_ms, result.rerank_ms, found.error, tuple(result.models))


def timed(call: Callable[[], Any], judge: Callable[[Any], str] = lambda result: "") -> tuple[Answer, Any]:
    """Call once; return what came of it, and the result where it was good.

    Args:
        judge: looks at the result outside the time; returns a remark, raises FloatingPointError where it is not finite.
    """
    start = time.perf_counter()
    try:
        result = call()
    except Exception as error:  # whatever it is, it is what the series is for
        return Answer(_outcome(error), _since(start), error=str(error) if isinstance(error, UserError) else told(error)), None
    taken = _since(start)
    try:
        return Answer("ok", taken, error=judge(result)), result
    except FloatingPointError as error:
        return Answer("nan", taken, error=str(error)), None
    except UserError as error:
        return Answer(_outcome(error), taken, error=str(error)), None


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, EngineDiedError):
        return "crashed"
    if not isinstance(error, UserError):
        log.warning("a call failed unexpectedly", exc_info=error)
    return "nan" if any(word in str(error) for word in _NOT_FINITE) else "failed"


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
