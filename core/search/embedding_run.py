"""One run of embedding: items into requests, requests through the engine, answers into the store."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from psycopg import Connection

from core.engine.client import EngineClient
from core.engine.messages import Encoding
from core.errors import EngineDiedError, InputError, ModelError
from core.models import registry
from core.models.contract import Content, LoadedModel
from core.search.embedding_content import content_of
from core.search.embedding_progress import Meter, Progress
from core.search.patience import patiently
from core.store import embeddings, images
from core.store.database import Database
from core.store.embedding_sets import ContentKind, EmbeddingSet, SetIdentity
from core.store.images import StoredImage
from core.store.items import StoredItem

log = logging.getLogger(__name__)
IN_FLIGHT = 2
"""One request computes while the next one waits in the engine: it never idles, and little is lost by a cancel."""
REQUEST_SECONDS = 2.0
"""What a request should take: it is the step in which a run is stored, shown and cancelled."""
FIRST_ITEMS, MOST_ITEMS = 8, 64
_TIMEOUT_SECONDS = 3600.0

ZERO = "모델이 이 문항에 0 벡터를 냈습니다."
KILLED = "이 문항을 계산하다가 엔진이 멈추었습니다. 그림 파일을 확인해 주세요."
CHANGED = "임베딩하는 동안 모델 설정이 바뀌어 멈추었습니다. 저장된 것은 그대로이니 다시 실행해 주세요."


@dataclass(slots=True)
class _Request:
    """Items on their way, and those of them that never got to the engine."""

    items: list[StoredItem] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    refused: list[tuple[StoredItem, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.items) + len(self.refused)


@dataclass(slots=True)
class _Answer:
    """A request's vectors and failures, ready to be stored."""

    rows: list[tuple[str, str, np.ndarray]]
    failed: list[tuple[StoredItem, str]]
    retried_fp32: int = 0

    def __len__(self) -> int:
        return len(self.rows) + len(self.failed)


def set_identity(model: LoadedModel, content: ContentKind) -> SetIdentity:
    """Return the identity of the vectors a loaded model makes of items: what it really is, not what was asked for."""
    return SetIdentity(
        model_key=model.key,
        hub_id=model.id,
        revision=model.revision,
        precision=model.precision,
        dims=model.dims,
        max_pixels=model.max_pixels,
        prompt=registry.record(model.key).prompts.get("document", ""),
        content=content,
        miniature=model.miniature,
    )


class Run:
    """One run: requests in flight, what came back, how fast it goes."""

    def __init__(self, db: Database, engine: EngineClient, target: EmbeddingSet, model: LoadedModel, total: int,
                 progress: Callable[[Progress], None]) -> None:
        self.embedded, self.retried_fp32 = 0, 0
        self.failed: list[tuple[str, str]] = []
        self._db, self._engine, self._target, self._model = db, engine, target, model
        self._meter = Meter(total, progress)
        self._size = FIRST_ITEMS
        self._stop = False

    def work(self, items: Iterator[StoredItem], cancelled: Callable[[], bool]) -> bool:
        """Embed the items; return whether the run was cancelled."""
        under_way: deque[tuple[_Request, Future[_Answer]]] = deque()
        stopped = False
        pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="embed")
        try:
            while not (stopped := stopped or cancelled()) and len(request := self._next(items)):
                under_way.append((request, pool.submit(self._encode, request)))
                if len(under_way) == IN_FLIGHT:
                    self._take(under_way)
            while under_way:
                self._take(under_way)
        finally:
            self._stop = True
            pool.shutdown(wait=True, cancel_futures=True)
        return stopped

    def _next(self, items: Iterator[StoredItem]) -> _Request:
        request = _Request()
        chosen = list(islice(items, self._size))
        kind = self._target.identity.content
        figures: dict[str, StoredImage] = {}
        if kind != "text":
            hashes = {sha for item in chosen for sha in item.image_hashes}
            figures = self._db.run(lambda conn: images.get_many(conn, hashes))
        for item in chosen:
            try:
                request.contents.append(content_of(item, kind, figures))
                request.items.append(item)
            except InputError as error:
                request.refused.append((item, str(error)))
        return request

    def _encode(self, request: _Request) -> _Answer:
        if not request.contents:
            return _Answer([], list(request.refused))
        start = time.monotonic()
        encoding = self._call(request.contents)
        per_item = (encoding.milliseconds / 1000 or time.monotonic() - start) / len(request.contents)
        self._size = max(1, min(MOST_ITEMS, 2 * self._size, int(REQUEST_SECONDS / max(per_item, 1e-6))))
        return self._answer(request, encoding)

    def _call(self, contents: list[Content]) -> Encoding:
        asked = self._model
        encoding = patiently(
            lambda: self._engine.encode(asked.key, contents, role="document", precision=asked.precision,
                                        max_pixels=asked.max_pixels, priority="batch", timeout=_TIMEOUT_SECONDS),
            stopped=lambda: self._stop)
        if set_identity(encoding.model, self._target.identity.content) != self._target.identity:
            raise ModelError(CHANGED)
        return encoding

    def _answer(self, request: _Request, encoding: Encoding) -> _Answer:
        answer = _Answer([], list(request.refused), encoding.retried_fp32)
        for row, item in enumerate(request.items):
            reason = encoding.failures.get(row) or (None if encoding.vectors[row].any() else ZERO)
            if reason is None:
                answer.rows.append((item.item.id, item.content_hash, encoding.vectors[row]))
            else:
                answer.failed.append((item, reason))
        return answer

    def _take(self, under_way: deque[tuple[_Request, Future[_Answer]]]) -> None:
        """Store the oldest answer; if the engine died over it, find out serially which item it does not survive."""
        request, future = under_way.popleft()
        try:
            self._store(future.result())
        except EngineDiedError:
            log.warning("the engine died over a request of %d items", len(request))
            suspects = [request]
            while under_way:  # the others died with it, and must not be in the engine while one item is tried alone
                later, future = under_way.popleft()
                try:
                    self._store(future.result())
                except EngineDiedError:
                    suspects.append(later)
            for suspect in suspects:
                self._carefully(suspect)

    def _carefully(self, request: _Request) -> None:
        """Embed a request again, and item by item if the engine does not survive it a second time."""
        try:
            self._store(self._encode(request))
            return
        except EngineDiedError:
            log.warning("the engine died again, going on item by item")
        self._store(_Answer([], list(request.refused)))
        died_before = False
        for item, single in zip(request.items, request.contents, strict=True):
            alone = _Request([item], [single])
            try:
                self._store(self._encode(alone))
                died_before = False
            except EngineDiedError:
                if died_before:  # two in a row: it is not the items
                    raise
                died_before = True
                self._store(_Answer([], [(item, KILLED)]))

    def _store(self, answer: _Answer) -> None:
        self._db.run(lambda conn: self._write(conn, answer))
        self.embedded += len(answer.rows)
        self.failed += [(item.item.id, reason) for item, reason in answer.failed]
        self.retried_fp32 += answer.retried_fp32
        self._meter.report(done=self.embedded + len(self.failed), failed=len(self.failed))

    def _write(self, conn: Connection, answer: _Answer) -> None:
        with conn.transaction():
            if answer.rows:
                embeddings.copy_in(conn, self._target.id, answer.rows)
            for item, reason in answer.failed:
                embeddings.mark_failed(conn, self._target.id, item.item.id, item.content_hash, reason)
