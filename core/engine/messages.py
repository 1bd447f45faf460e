"""What travels between client and engine, and its form on the wire. Arrays are float32, C order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core import errors
from core.engine.wire import Frame, WireError
from core.models.contract import Content, LoadedModel, Vectors

Priority = Literal["interactive", "batch"]
PRIORITIES: tuple[Priority, ...] = ("interactive", "batch")
RETIRED = "Retired"
"""Error kind of an engine that is ending; the client goes to its successor by itself."""
PROTOCOL = 1
"""Raised with any change to the messages; both sides must have the same."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Vectors of one call.

    ``vectors`` has one row for each content, in the order given; a row named in ``failures`` (Korean reason) is NaN.
    ``milliseconds`` is computing time (tokens, images and forward passes), without loading, waiting or transport;
    ``queue_ms`` is the time until the call's first turn.
    """

    vectors: Vectors
    failures: dict[int, str]
    model: LoadedModel
    milliseconds: float
    queue_ms: float
    retried_fp32: int


@dataclass(frozen=True, slots=True)
class Reranking:
    """Scores in [0, 1] of one call, in the order of the documents; NaN and a Korean reason where one failed."""

    scores: NDArray[np.float32]
    failures: dict[int, str]
    model: LoadedModel
    milliseconds: float
    queue_ms: float
    retried_fp32: int


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model in memory. ``weights_bytes`` is None where the loader does not tell."""

    model: LoadedModel
    weights_bytes: int | None
    calls: int
    idle_s: float
    load_s: float
    temporary: bool
    """An fp32 copy kept for retries; it leaves by itself."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """A look at the engine. With ``running`` False everything else is empty."""

    running: bool
    pid: int | None = None
    device: str = ""
    activity: str = ""
    uptime_s: float = 0.0
    clients: int = 0
    waiting_interactive: int = 0
    waiting_batch: int = 0
    loaded: tuple[ModelStatus, ...] = ()
    rss_bytes: int = 0
    cuda_allocated_bytes: int | None = None
    cuda_reserved_bytes: int | None = None
    calls: int = 0
    rows: int = 0
    nan_retries: int = 0
    failures: int = 0
    restarts: int = 0
    """Engines of this data folder that ended without being asked to."""


@dataclass(slots=True)
class Packed:
    """A header under construction and the blobs it points into."""

    header: dict[str, Any] = field(default_factory=dict)
    blobs: list[bytes | memoryview] = field(default_factory=list)

    def add(self, blob: bytes | memoryview) -> int:
        """Append a blob and return its number."""
        self.blobs.append(blob)
        return len(self.blobs) - 1


def pack_contents(packed: Packed, contents: Sequence[Content]) -> list[dict[str, Any]]:
    """Return the contents as JSON; images go into the blobs."""
    return [
        {"text": content.text, "image": None if content.image is None else packed.add(content.image)}
        for content in contents
    ]


def unpack_contents(frame: Frame, rows: Any) -> list[Content]:
    """Return the contents of a request.

    Raises:
        WireError: they are not what :func:`pack_contents` makes.
    """
    try:
        return [
            Content(_text(row["text"]), None if row["image"] is None else bytes(frame.blobs[row["image"]]))
            for row in rows
        ]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise WireError(f"malformed contents: {error}") from error


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("text must be a string")
    return value


def pack_array(packed: Packed, values: NDArray[np.float32]) -> dict[str, Any]:
    """Return an array's shape and blob number."""
    plain = np.ascontiguousarray(values, dtype="<f4")
    return {"shape": list(plain.shape), "blob": packed.add(memoryview(plain).cast("B") if plain.size else b"")}


def unpack_array(frame: Frame, told: dict[str, Any]) -> NDArray[np.float32]:
    """Return a writable float32 array."""
    return np.frombuffer(frame.blobs[told["blob"]], dtype="<f4").reshape(told["shape"]).copy()


def model_from(told: dict[str, Any]) -> LoadedModel:
    """Return the model a reply names."""
    return LoadedModel(**{**told, "notes": tuple(told["notes"])})


def failures_from(told: dict[str, str]) -> dict[int, str]:
    """Return reasons by row (JSON has only string keys)."""
    return {int(row): reason for row, reason in told.items()}


def status_to(status: EngineStatus) -> dict[str, Any]:
    """Return a status as JSON."""
    return asdict(status)


def status_from(told: dict[str, Any]) -> EngineStatus:
    """Return the status a reply carries."""
    loaded = tuple(ModelStatus(**{**entry, "model": model_from(entry["model"])}) for entry in told["loaded"])
    return EngineStatus(**{**told, "loaded": loaded})


_TRAVELLING: dict[str, type[errors.UserError]] = {
    kind.__name__: kind
    for kind in (errors.InputError, errors.NotFoundError, errors.ModelError, errors.EngineError, errors.EngineBusyError)
}


def error_to(error: errors.UserError) -> dict[str, Any]:
    """Return an error as JSON; a kind that does not travel arrives as an EngineError."""
    name = type(error).__name__
    return {"error": name if name in _TRAVELLING else "EngineError", "message": str(error)}


def error_from(told: dict[str, Any]) -> errors.UserError:
    """Return the error a reply carries."""
    return _TRAVELLING.get(told["error"], errors.EngineError)(told["message"])
