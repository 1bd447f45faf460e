"""One model on other machines, as the engine's client sees it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from core.cloud.meter import meter
from core.engine.messages import Encoding, Priority, Reranking
from core.engine.remote import answers, identity, requests
from core.engine.remote.addresses import Address
from core.engine.remote.fleet import (
    NO_MODEL,
    NONE_ANSWERS,
    BrokenFleetError,
    Call,
    Fleet,
    RefusedError,
    UnreachableFleetError,
)
from core.engine.remote.replica import Policy, Replica, ReplicaStatus, UnreachableError
from core.errors import EngineError, InputError, ModelError
from core.models.contract import Content, LoadedModel, Role
from core.models.qwen3_vl import budget
from core.models.registry import ModelRecord

log = logging.getLogger(__name__)
T = TypeVar("T")
DOCUMENTS = 8
"""Of one request for scores; one that is refused is asked again document by document."""
RETRIED = "원격 서버에 {count}번 다시 요청했습니다(측정한 시간에는 넣지 않았습니다)."
NO_SCORE = "원격 서버가 이 내용에 유한한 점수를 내지 못했습니다."
TOO_LONG = "글과 그림이 원격 서버가 받는 길이보다 깁니다. 내용을 줄여 주세요."
NOT_IT = "{id}은(는) {purpose}에 쓰는 모델이 아닙니다. 다른 모델을 골라 주세요."
CHANGED = "저장된 것은 {asked}로 계산했는데 지금 원격 서버는 {found}입니다. ENGINE_URL의 서버를 맞추거나 다시 임베딩해 주세요."
_LONG = ("context length", "max_model_len", "longer than", "too long")
"""How servers word that a prompt does not fit."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The model as its servers have identified themselves."""

    record: ModelRecord
    model: LoadedModel


class RemoteModel:
    """The servers of one model. Safe in threads; the methods are those of the engine's client."""

    def __init__(self, address: Address, *, policy: Policy | None = None) -> None:
        self.address = address
        self._fleet = Fleet(address.urls, policy=policy or Policy(), trusted=self._trusted)
        self._card: identity.Card | None = None
        self._notes: dict[int, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def load(self, *, precision: str = "auto", max_pixels: int | None = None, timeout: float = 600.0) -> LoadedModel:
        """Say what the servers serve; errors as in :meth:`encode`."""
        call = Call(time.monotonic() + timeout, "interactive")
        return self._ready(call, precision, max_pixels).model

    def encode(self, contents: Sequence[Content], *, role: Role, precision: str = "auto", max_pixels: int | None = None,
               priority: Priority = "interactive", timeout: float = 120.0) -> Encoding:
        """Encode contents, one request each: the server batches what arrives together, and one that fails fails alone.

        Raises:
            CloudLimitError: the paid servers have cost what they may.
            EngineBusyError: no server answers now, or the time was over.
            EngineDiedError: the servers answer only with errors.
            EngineError: the servers refuse access, or differ from each other.
            ModelError: the server's model is not the one asked for.
        """
        entered = time.monotonic()
        call = Call(entered + timeout, priority)
        known = self._ready(call, precision, max_pixels)
        model, record = known.model, known.record
        if record.kind != "qwen3-vl-embedding":
            raise InputError(NOT_IT.format(id=model.id, purpose="임베딩"))

        def compute(content: Content) -> np.ndarray | str:
            try:
                body = requests.embedding(record, content, role=role, max_pixels=model.max_pixels or 0, served="")
                reply, replica = self._ask("/v1/embeddings", body, call)
                return answers.vector(reply, dims=model.dims, server=replica.host)
            except (InputError, RefusedError, answers.NotFiniteError) as error:
                return _reason(error)

        values = np.full((len(contents), model.dims), np.nan, dtype=np.float32)
        failures = _fill(values, self._each(compute, contents, call))
        return Encoding(values, failures, *self._told(call, model, entered))

    def rerank(self, query: Content, documents: Sequence[Content], *, precision: str = "auto", max_pixels: int | None = None,
               priority: Priority = "interactive", timeout: float = 120.0) -> Reranking:
        """Score documents against a query; errors as in :meth:`encode`, and InputError where the query cannot be used."""
        entered = time.monotonic()
        call = Call(entered + timeout, priority)
        known = self._ready(call, precision, max_pixels)
        model, record = known.model, known.record
        if record.kind != "qwen3-vl-reranker":
            raise InputError(NOT_IT.format(id=model.id, purpose="재정렬"))
        pixels = model.max_pixels or 0
        requests.reranking(record, query, [], max_pixels=pixels, served="")  # a query that cannot be used is refused as a whole

        def compute(part: list[Content]) -> list[np.ndarray | str]:
            try:
                body = requests.reranking(record, query, part, max_pixels=pixels, served="")
                reply, replica = self._ask("/rerank", body, call)
                found = answers.scores(reply, count=len(part), server=replica.host)
                return [score if np.isfinite(score) else NO_SCORE for score in found]
            except (InputError, RefusedError) as error:
                if len(part) == 1:
                    return [_reason(error)]
                return [each for single in part for each in compute([single])]

        parts = [list(documents[start:start + DOCUMENTS]) for start in range(0, len(documents), DOCUMENTS)]
        outcomes = [each for part, found in zip(parts, self._each(compute, parts, call), strict=True)
                    for each in (found if isinstance(found, list) else [found] * len(part))]
        values = np.full(len(documents), np.nan, dtype=np.float32)
        return Reranking(values, _fill(values, outcomes), *self._told(call, model, entered))

    def status(self) -> tuple[ReplicaStatus, ...]:
        """Return a look at every server; asks none of them."""
        return self._fleet.status()

    def _each(self, compute: Callable[[T], Any], parts: Sequence[T], call: Call) -> list[Any]:
        """Compute every part, several at a time; what no server can compute is a failure only if others could be."""
        if not parts:
            return []
        if len(parts) == 1:
            return [compute(parts[0])]
        pool = ThreadPoolExecutor(min(len(parts), self._fleet.places(call.priority)), thread_name_prefix="remote")
        try:
            under_way = [pool.submit(_broken_as_value(compute), part) for part in parts]
            done, _ = wait(under_way, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            outcomes = [future.result() for future in under_way]
        finally:
            call.stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
        broken = [outcome for outcome in outcomes if isinstance(outcome, BrokenFleetError)]
        if len(broken) == len(outcomes):
            raise broken[0]
        return [str(outcome) if isinstance(outcome, BrokenFleetError) else outcome for outcome in outcomes]

    def _ask(self, path: str, body: dict[str, Any], call: Call) -> tuple[dict[str, Any], Replica]:
        return self._fleet.ask(path, lambda replica: identity.encoded(body, replica), call)

    def _ready(self, call: Call, precision: str, max_pixels: int | None) -> _Known:
        """Everything that comes before the first timed request: cost, identity, the checks of it."""
        warning = meter().admit({host: lambda host=host: self._fleet.answers(host) for host in self._fleet.hosts})
        with self._lock:
            if self._card is None:
                self._card = self._identify()
            card = self._card
            record = identity.effective(self.address.key, card)
            notes = self._checked(record, budget(record, max_pixels), call)
        model = identity.loaded(self.address, card, self._fleet.hosts, max_pixels=max_pixels)
        if precision not in ("auto", model.precision):
            raise ModelError(CHANGED.format(asked=precision, found=model.precision))
        model = replace(model, notes=(*model.notes, *notes, *((warning,) if warning else ())))
        return _Known(record, model)

    def _identify(self) -> identity.Card:
        cards: list[identity.Card] = []
        for replica in self._fleet.replicas:
            try:
                cards.append(identity.card(replica))
            except UnreachableError:
                replica.rest()
        if not cards:
            raise UnreachableFleetError(NONE_ANSWERS.format(servers=", ".join(self._fleet.hosts)))
        if not all(identity.same(cards[0], other) for other in cards):
            raise EngineError(identity.MIXED.format(ids=", ".join(dict.fromkeys(each.root for each in cards))))
        return cards[0]

    def _trusted(self, replica: Replica) -> bool:
        """A server that comes back must still be the same model."""
        try:
            found = identity.card(replica)
        except (UnreachableError, EngineError):
            return False
        if self._card is not None and not identity.same(self._card, found):
            log.error("%s now serves %s instead of %s: not used", replica.url, found, self._card)
            return False
        return True

    def _checked(self, record: ModelRecord, pixels: int, call: Call) -> tuple[str, ...]:
        if pixels not in self._notes:
            path, check = (("/v1/embeddings", identity.check_embedder) if record.kind == "qwen3-vl-embedding"
                           else ("/rerank", identity.check_reranker))
            trial = Call(call.deadline, call.priority)  # of its own: it is not part of what is measured
            try:
                self._notes[pixels] = check(record, pixels, lambda body: self._ask(path, body, trial)[0])
            except RefusedError as error:
                raise EngineError(NO_MODEL.format(server=", ".join(self._fleet.hosts), status=error.status)) from error
        return self._notes[pixels]

    def _told(self, call: Call, model: LoadedModel, entered: float) -> tuple[LoadedModel, float, float, int, int]:
        if call.retries:
            log.info("%s: %d attempts were made again", model.key, call.retries)
            model = replace(model, notes=(*model.notes, RETRIED.format(count=call.retries)))
        waited = (call.first_start or entered) - entered
        return model, call.milliseconds, waited * 1000, 0, call.retries


def _broken_as_value(compute: Callable[[T], Any]) -> Callable[[T], Any]:
    def attempt(part: T) -> Any:
        try:
            return compute(part)
        except BrokenFleetError as error:
            return error
    return attempt


def _fill(values: np.ndarray, outcomes: Sequence[np.ndarray | str]) -> dict[int, str]:
    """Put the values into their rows and return the reasons of the others."""
    failures: dict[int, str] = {}
    for row, outcome in enumerate(outcomes):
        if isinstance(outcome, str):
            failures[row] = outcome
        else:
            values[row] = outcome
    return failures


def _reason(error: Exception) -> str:
    if isinstance(error, RefusedError) and any(words in error.reason.lower() for words in _LONG):
        return TOO_LONG
    return str(error)
