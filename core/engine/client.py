"""The callers' side of the engine. Imports no torch; safe in threads; nothing here computes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engine import parts, reserve
from core.engine.launch import COMMAND, Launcher
from core.engine.messages import (
    Encoding,
    EngineStatus,
    Packed,
    Priority,
    Reranking,
    model_from,
    pack_contents,
    status_from,
)
from core.engine.sockets import Sockets
from core.engine.wire import Frame
from core.models.contract import Content, LoadedModel, Role
from core.settings import settings

if TYPE_CHECKING:
    from core.engine.remote.model import RemoteModel


class EngineClient:
    """Calls the engine of one data folder, starting it on first need. One call uses one pooled connection."""

    def __init__(self, *, data_dir: Path | None = None, launcher: Launcher | None = None) -> None:
        self._launcher = launcher or Launcher(data_dir or settings().data_dir, command=COMMAND)
        self._sockets = Sockets(self._launcher)

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
        return parts.encoding(self._in_parts(asked, [], contents, deadline=deadline))

    def rerank(self, model_key: str, query: Content, documents: Sequence[Content], *, precision: str = "auto",
               max_pixels: int | None = None, priority: Priority = "interactive", timeout: float = 120.0) -> Reranking:
        """Score documents against a query, higher is better; errors as in :meth:`encode`."""
        remote = _remote(model_key, precision)
        if remote is not None:
            return remote.rerank(query, documents, precision=precision, max_pixels=max_pixels, priority=priority,
                                 timeout=timeout)
        deadline = time.monotonic() + timeout
        parts.weigh(query)
        asked = {"op": "rerank", **_model(model_key, precision, max_pixels), "priority": priority}
        return parts.reranking(self._in_parts(asked, [query], documents, deadline=deadline))

    def load(self, model_key: str, *, precision: str = "auto", max_pixels: int | None = None,
             timeout: float = 600.0) -> LoadedModel:
        """Bring a model into memory and say what it is there; of a remote one, say what its servers serve."""
        remote = _remote(model_key, precision)
        if remote is not None:
            return remote.load(precision=precision, max_pixels=max_pixels, timeout=timeout)
        packed = Packed({"op": "load", **_model(model_key, precision, max_pixels), "priority": "interactive"})
        return model_from(self._sockets.ask(packed, deadline=time.monotonic() + timeout).header["model"])

    def evict(self, model_key: str | None = None, *, timeout: float = 120.0) -> int:
        """Drop a model (all of them without a key) from memory; return how many left. Starts no engine."""
        packed = Packed({"op": "evict", "key": model_key, "priority": "interactive"})
        frame = self._sockets.ask_running(packed, deadline=time.monotonic() + timeout)
        return 0 if frame is None else int(frame.header["count"])

    def status(self, *, timeout: float = 10.0) -> EngineStatus:
        """Look at the engine without starting one or disturbing its work."""
        frame = self._sockets.ask_running(Packed({"op": "status"}), deadline=time.monotonic() + timeout)
        return EngineStatus(running=False) if frame is None else status_from(frame.header["status"])

    def reset_peaks(self, *, timeout: float = 10.0) -> None:
        """Let the peaks of the GPU's memory begin anew. Starts no engine."""
        self._sockets.ask_running(Packed({"op": "reset_peaks"}), deadline=time.monotonic() + timeout)

    def stop(self) -> None:
        """End the engine; waiting calls fail with one sentence. The next call starts a new one."""
        self.close()
        self._launcher.stop()

    @contextmanager
    def reserved(self, *, instead_of: str) -> Iterator[None]:
        """Keep the engine with this process's settings from programs that have others.

        Args:
            instead_of: the fingerprint of the settings that were set aside; programs that have them share the engine.

        Raises:
            EngineError: another process has it.
        """
        own = self._launcher.wanted()
        if own == instead_of:
            yield
            return
        with reserve.held(self._launcher.places, own=own, instead_of=instead_of):
            yield

    def close(self) -> None:
        """Close this client's idle connections."""
        self._sockets.close()

    def _in_parts(self, asked: dict[str, Any], first: list[Content], contents: Sequence[Content], *,
                  deadline: float) -> list[Frame]:
        """Ask for a long list request by request, each led by ``first``; all answers are one model's."""
        while True:
            frames: list[Frame] = []
            for part in parts.cut(contents):
                packed = Packed(dict(asked))
                packed.header["contents"] = pack_contents(packed, [*first, *part])
                frames.append(self._sockets.ask(packed, deadline=deadline))
            models = {(told["precision"], told["revision"]) for told in (frame.header["model"] for frame in frames)}
            if len(models) == 1:
                return frames
            # The engine ran out of memory on the way and stepped down a precision, where it stays.


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
