"""The callers' side of the engine. Imports no torch; safe in threads; nothing here computes."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.engine import wire
from core.engine.launch import COMMAND, Launcher
from core.engine.messages import (
    RETIRED,
    Encoding,
    EngineStatus,
    Packed,
    Priority,
    Reranking,
    error_from,
    failures_from,
    model_from,
    pack_contents,
    status_from,
    unpack_array,
)
from core.engine.wire import Frame, WireError
from core.errors import EngineError, InputError
from core.models.contract import Content, LoadedModel, Role
from core.settings import settings

if TYPE_CHECKING:
    from core.engine.remote.model import RemoteModel

MOST_ROWS, MOST_BYTES = 256, 64 * 2**20
"""Of one request; longer lists are sent one request after the other."""
MOST_IDLE_SOCKETS = 8
_GRACE_SECONDS = 10.0
"""The engine answers at the deadline by itself; this much later it is taken for hung."""
DIED = "계산하던 엔진이 갑자기 멈췄습니다. 다시 시도하면 엔진을 새로 시작합니다."
HUNG = "계산 엔진이 응답하지 않습니다. 잠시 뒤에 다시 시도하고, 되풀이되면 엔진을 다시 시작해 주세요."


class EngineDiedError(EngineError):
    """The engine ended while it had this call, which may be what ended it."""


class _NotTakenError(Exception):
    """The engine had stopped listening before the whole request was sent, so it has not begun with it."""


class EngineClient:
    """Calls the engine of one data folder, starting it on first need. One call uses one pooled connection."""

    def __init__(self, *, data_dir: Path | None = None, launcher: Launcher | None = None) -> None:
        self._launcher = launcher or Launcher(data_dir or settings().data_dir, command=COMMAND)
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()

    def encode(self, model_key: str, contents: Sequence[Content], *, role: Role, precision: str = "auto",
               max_pixels: int | None = None, priority: Priority = "interactive", timeout: float = 120.0) -> Encoding:
        """Encode contents; a content that fails is a NaN row with its reason, never a lost batch.

        Args:
            model_key: a key of the registry as it is (the caller has chosen between a real model and its miniature).
            precision: ``auto`` means the setting where the model can follow it, else what suits the device; where memory
                runs out, ``auto`` alone steps down, and the model's notes say so.
            max_pixels: image budget; the setting where None.
            timeout: seconds for the whole call, waiting and a first loading included.

        Raises:
            EngineBusyError: the queue is full, or the time was over before the end.
            EngineDiedError: the engine ended in the middle of the call.
            EngineError: the engine cannot start or does not answer.
            ModelError: the model cannot be loaded.

        A model of ENGINE_URL is computed by its servers, with the same result and the same errors.
        """
        remote = _remote(model_key, precision)
        if remote is not None:
            return remote.encode(contents, role=role, precision=precision, max_pixels=max_pixels, priority=priority,
                                 timeout=timeout)
        deadline = time.monotonic() + timeout
        asked = {"op": "encode", "role": role, **_model(model_key, precision, max_pixels), "priority": priority}
        parts = [_encoding(frame) for frame in self._in_parts(asked, [], list(contents), deadline=deadline)]
        return parts[0] if len(parts) == 1 else _joined(parts)

    def rerank(self, model_key: str, query: Content, documents: Sequence[Content], *, precision: str = "auto",
               max_pixels: int | None = None, priority: Priority = "interactive", timeout: float = 120.0) -> Reranking:
        """Score documents against a query, higher is better; errors as in :meth:`encode`."""
        remote = _remote(model_key, precision)
        if remote is not None:
            return remote.rerank(query, documents, precision=precision, max_pixels=max_pixels, priority=priority,
                                 timeout=timeout)
        deadline = time.monotonic() + timeout
        _weight(query)
        asked = {"op": "rerank", **_model(model_key, precision, max_pixels), "priority": priority}
        parts = [_reranking(frame) for frame in self._in_parts(asked, [query], list(documents), deadline=deadline)]
        return parts[0] if len(parts) == 1 else _joined_scores(parts)

    def load(self, model_key: str, *, precision: str = "auto", max_pixels: int | None = None,
             timeout: float = 600.0) -> LoadedModel:
        """Bring a model into memory and say what it is there; of a remote one, say what its servers serve."""
        remote = _remote(model_key, precision)
        if remote is not None:
            return remote.load(precision=precision, max_pixels=max_pixels, timeout=timeout)
        packed = Packed({"op": "load", **_model(model_key, precision, max_pixels), "priority": "interactive"})
        return model_from(self._call(packed, deadline=time.monotonic() + timeout).header["model"])

    def evict(self, model_key: str | None = None, *, timeout: float = 120.0) -> int:
        """Drop a model (all of them without a key) from memory; return how many left. Starts no engine."""
        packed = Packed({"op": "evict", "key": model_key, "priority": "interactive"})
        frame = self._call_running(packed, deadline=time.monotonic() + timeout)
        return 0 if frame is None else int(frame.header["count"])

    def status(self, *, timeout: float = 10.0) -> EngineStatus:
        """Look at the engine without starting one or disturbing its work."""
        frame = self._call_running(Packed({"op": "status"}), deadline=time.monotonic() + timeout)
        return EngineStatus(running=False) if frame is None else status_from(frame.header["status"])

    def reset_peaks(self, *, timeout: float = 10.0) -> None:
        """Let the peaks of the GPU's memory begin anew. Starts no engine."""
        self._call_running(Packed({"op": "reset_peaks"}), deadline=time.monotonic() + timeout)

    def stop(self) -> None:
        """End the engine; waiting calls fail with one sentence. The next call starts a new one."""
        self.close()
        self._launcher.stop()

    def close(self) -> None:
        """Close this client's idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for sock in idle:
            sock.close()

    def _in_parts(self, asked: dict[str, Any], first: list[Content], contents: list[Content], *, deadline: float) -> list[Frame]:
        """Ask for a long list request by request, each led by ``first``; all answers are one model's."""
        while True:
            frames: list[Frame] = []
            for part in _parts(contents):
                packed = Packed(dict(asked))
                packed.header["contents"] = pack_contents(packed, [*first, *part])
                frames.append(self._call(packed, deadline=deadline))
            models = {(told["precision"], told["revision"]) for told in (frame.header["model"] for frame in frames)}
            if len(models) == 1:
                return frames
            # The engine ran out of memory on the way and stepped down a precision, where it stays.

    def _call(self, packed: Packed, *, deadline: float) -> Frame:
        for _ in range(3):
            try:
                frame = self._exchange(self._pooled() or self._launcher.connect(), packed, deadline=deadline)
            except _NotTakenError:
                frame = None
            # An ending engine has not begun with the call, so its successor may be asked instead.
            if frame is not None and frame.header.get("error") != RETIRED:
                return _checked(frame)
            self.close()
        raise EngineDiedError(DIED)

    def _call_running(self, packed: Packed, *, deadline: float) -> Frame | None:
        greeted = self._launcher.find()
        if greeted is None:
            return None
        try:
            # Whichever engine runs was asked; a call that computes must find out first whether it is the right one.
            frame = self._exchange(greeted.sock, packed, deadline=deadline, keep=False)
        except _NotTakenError:
            return None
        return None if frame.header.get("error") == RETIRED else _checked(frame)

    def _exchange(self, sock: socket.socket, packed: Packed, *, deadline: float, keep: bool = True) -> Frame:
        seconds = max(0.0, deadline - time.monotonic())
        with self._returning(sock, keep=keep):
            sock.settimeout(seconds + _GRACE_SECONDS)
            try:
                wire.send(sock, {**packed.header, "timeout_s": seconds}, packed.blobs)
            except BrokenPipeError as error:
                raise _NotTakenError from error
            except TimeoutError as error:
                raise EngineError(HUNG) from error
            try:
                frame = wire.receive(sock)
            except TimeoutError as error:
                raise EngineError(HUNG) from error
            except (OSError, WireError) as error:
                raise EngineDiedError(DIED) from error
            if frame is None:
                raise EngineDiedError(DIED)
            return frame

    @contextmanager
    def _returning(self, sock: socket.socket, *, keep: bool) -> Iterator[None]:
        """Keep the connection for the next call, unless something went wrong on it (an interrupt too)."""
        try:
            yield
        except EngineError:
            # The kernel closes a dead process's sockets one by one; those that look alive yet are of no more use.
            sock.close()
            self.close()
            raise
        except BaseException:
            sock.close()
            raise
        with self._lock:
            if keep and len(self._idle) < MOST_IDLE_SOCKETS:
                self._idle.append(sock)
                return
        sock.close()

    def _pooled(self) -> socket.socket | None:
        """Return an idle connection that is still good."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                sock = self._idle.pop()
            watched = select.poll()
            watched.register(sock, select.POLLIN | select.POLLHUP)
            if not watched.poll(0):
                return sock
            sock.close()


def _remote(key: str, precision: str) -> RemoteModel | None:
    """Return the servers that take a call instead of the engine (ENGINE_URL), None where the engine does."""
    from core.engine.remote import routes

    return routes.find(key, precision)


def _model(key: str, precision: str, max_pixels: int | None) -> dict[str, Any]:
    """Tell the caller's settings with the call, so that programs with different ones can share an engine."""
    chosen = settings()
    return {
        "key": key,
        "precision": precision,
        "preferred": chosen.precision,
        "max_pixels": chosen.max_pixels if max_pixels is None else max_pixels,
    }


def _parts(contents: list[Content]) -> Iterator[list[Content]]:
    """Cut a list into requests; at least one, so that even no content says which model it was for."""
    part: list[Content] = []
    size = 0
    for content in contents:
        weight = _weight(content)
        if part and (len(part) == MOST_ROWS or size + weight > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(content)
        size += weight
    yield part


def _weight(content: Content) -> int:
    """Return about how many bytes a content takes on the wire (a character at most six, escaped)."""
    weight = len(content.image or b"") + 6 * len(content.text or "")
    if weight > MOST_BYTES:
        raise InputError("내용 하나가 너무 큽니다. 그림 파일의 크기를 줄여 주세요.")
    return weight


def _checked(frame: Frame) -> Frame:
    if "error" in frame.header:
        raise error_from(frame.header)
    return frame


def _encoding(frame: Frame) -> Encoding:
    return Encoding(unpack_array(frame, frame.header["values"]), *_told(frame))


def _reranking(frame: Frame) -> Reranking:
    return Reranking(unpack_array(frame, frame.header["values"]), *_told(frame))


def _told(frame: Frame) -> tuple[dict[int, str], LoadedModel, float, float, int]:
    told = frame.header
    return (failures_from(told["failures"]), model_from(told["model"]), told["milliseconds"], told["queue_ms"],
            told["retried_fp32"])


def _joined(parts: list[Encoding]) -> Encoding:
    return Encoding(*_summed(parts, [part.vectors for part in parts]))


def _joined_scores(parts: list[Reranking]) -> Reranking:
    return Reranking(*_summed(parts, [part.scores for part in parts]))


def _summed(parts: Sequence[Encoding | Reranking], values: list[NDArray[np.float32]]) -> tuple[Any, ...]:
    """Return the fields of the result that the parts' results make together."""
    failures: dict[int, str] = {}
    start = 0
    for part, rows in zip(parts, values, strict=True):
        failures.update({start + row: reason for row, reason in part.failures.items()})
        start += len(rows)
    return (np.concatenate(values), failures, parts[-1].model, sum(part.milliseconds for part in parts),
            sum(part.queue_ms for part in parts), sum(part.retried_fp32 for part in parts))


_only: list[EngineClient] = []
_only_lock = threading.Lock()


def engine() -> EngineClient:
    """Return this process's one client, for the engine of the set data folder."""
    with _only_lock:
        if not _only:
            _only.append(EngineClient())
        return _only[0]


def stop_engine() -> None:
    """End the engine of the set data folder if one runs; for the end of a program that started it for itself."""
    engine().stop()
