"""Queries' vectors: every distinct encoder configuration reads a query once, however many systems ask for it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.engine.client import EngineClient
from core.engine.messages import Encoding, Priority
from core.errors import InputError
from core.models.contract import Content, LoadedModel
from core.store.embedding_sets import SetIdentity

INTERACTIVE_SECONDS = 120.0
_Key = tuple[str, str, int | None, str | None, str]


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A query under one encoder configuration, shape (dims,).

    ``ms`` is the caller's wall time, a batch's divided by its queries (``together``); 0 where ``shared`` says that somebody
    else asked for the same vector before and paid for it.
    """

    vector: NDArray[np.float32]
    model: LoadedModel
    ms: float
    shared: bool
    retried_fp32: bool
    together: int = 1


@dataclass(slots=True)
class _Entry:
    """What is known of one vector; the lock is held while it is being made."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    encoding: Encoding | None = None
    row: int = 0
    ms: float = 0.0
    together: int = 1
    taken: bool = False


class QueryEncoder:
    """The engine for the queries of one comparison or of runs; safe in threads.

    Whoever asks first waits and pays, the others get the same vector. An engine's failure is not kept: the next to ask
    tries again. Reranking goes past it, with the same priority and patience.

    Args:
        alone: everybody is told what the vector cost, as if nobody else had asked, and the first call of a model, which
            loads it, is made twice and not counted: what the runs of several systems store as their latencies.
    """

    def __init__(self, engine: EngineClient, *, priority: Priority = "interactive", timeout: float = INTERACTIVE_SECONDS,
                 alone: bool = False) -> None:
        self.engine, self.priority, self.timeout, self.alone = engine, priority, timeout, alone
        self._warm: set[tuple[str, str, int | None]] = set()
        self._entries: dict[_Key, _Entry] = {}
        self._lock = threading.Lock()

    def encode(self, identity: SetIdentity, content: Content) -> QueryVector:
        """Return a query's vector under the configuration of an embedding set; the caller checks which model answered.

        Raises:
            InputError: the model cannot take this content.
            EngineError, ModelError: as in ``EngineClient.encode``.
        """
        entry = self._entry(identity, content)
        with entry.lock:
            if entry.encoding is None:
                self._ask(identity, [content], [entry])
            assert entry.encoding is not None
            shared, entry.taken = entry.taken and not self.alone, True
        encoding = entry.encoding
        if entry.row in encoding.failures:
            raise InputError(encoding.failures[entry.row])
        return QueryVector(encoding.vectors[entry.row], encoding.model, 0.0 if shared else entry.ms, shared,
                           bool(encoding.retried_fp32), entry.together)

    def fill(self, identity: SetIdentity, contents: Sequence[Content]) -> None:
        """Encode many queries in one call ahead of their ``encode``; not for use by several threads at once."""
        missing = {content: entry for content in contents if (entry := self._entry(identity, content)).encoding is None}
        if missing:
            self._ask(identity, list(missing), list(missing.values()))

    def _ask(self, identity: SetIdentity, contents: list[Content], entries: list[_Entry]) -> None:
        if self.alone and _model(identity) not in self._warm:
            self._call(identity, contents[:1])
            self._warm.add(_model(identity))
        start = time.perf_counter()
        encoding = self._call(identity, contents)
        ms = (time.perf_counter() - start) * 1000 / len(contents)
        for row, entry in enumerate(entries):
            entry.encoding, entry.row, entry.ms, entry.together = encoding, row, ms, len(contents)

    def _call(self, identity: SetIdentity, contents: list[Content]) -> Encoding:
        return self.engine.encode(identity.model_key, contents, role="query", precision=identity.precision,
                                  max_pixels=identity.max_pixels, priority=self.priority, timeout=self.timeout)

    def _entry(self, identity: SetIdentity, content: Content) -> _Entry:
        # By the picture's hash: an encoder that lives as long as an evaluation would otherwise hold every picture of it.
        picture = hashlib.sha256(content.image).hexdigest() if content.image is not None else ""
        with self._lock:
            return self._entries.setdefault((*_model(identity), content.text, picture), _Entry())


def _model(identity: SetIdentity) -> tuple[str, str, int | None]:
    return identity.model_key, identity.precision, identity.max_pixels
