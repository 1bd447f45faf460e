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

Purpose = Literal["query", "document", "rerank"]
Priority = Literal["interactive", "batch"]
PRIORITIES: tuple[Priority, ...] = ("interactive", "batch")
RETIRED = "Retired"
"""Error kind of an engine that is ending; the client goes to its successor by itself."""
PROTOCOL = 2
"""Raised with any change to the messages; both sides must have the same."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Vectors of one call.

    ``vectors`` has one row for each content, in the order given; a row named in ``failures`` (Korean reason) is NaN.
    ``milliseconds`` is computing time (tokens, images and forward passes), without loading, waiting or transport;
    ``queue_ms`` is the time until the call's first turn. Of a remote model, ``milliseconds`` is the time in which at least
    one successful request was on its way, transport included.
    """

    vectors: Vectors
    failures: dict[int, str]
    model: LoadedModel
    milliseconds: float
    queue_ms: float
    retried_fp32: int
    retries: int = 0
    """Requests to a remote server that had to be made again; their time is in no other figure."""


@dataclass(frozen=True, slots=True)
class Reranking:
    """Scores in [0, 1] of one call, in the order of the documents; NaN and a Korean reason where one failed."""

    scores: NDArray[np.float32]
    failures: dict[int, str]
    model: LoadedModel
    milliseconds: float
    queue_ms: float
    retried_fp32: int
    retries: int = 0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model in memory. Bytes; None where nobody can tell (on the CPU: all but the weights)."""

    model: LoadedModel
    weights_bytes: int | None
    calls: int
    idle_s: float
    load_s: float
    temporary: bool
    """An fp32 copy kept for retries; it leaves by itself."""
    planned_bytes: int = 0
    """What the planner expected its weights to take."""
    allocated_bytes: int | None = None
    """How much more the allocator held once it was loaded."""
    load_peak_bytes: int | None = None
    """How far the allocator's use rose while it was loading."""
    work_peak_bytes: int | None = None
    """How far it rose at most while it computed a batch."""
    last_for: Purpose | None = None
    """What its last call was for: a search's query, items to be embedded, or reading hits again; None before the first."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A GPU's memory in bytes. None where nobody can tell."""

    budget: int | None
    """What this process may take, CUDA's own share included."""
    capped: bool
    """Whether the allocator enforces the budget (GPU_BUDGET_GB); else it is the card's size."""
    context: int
    allocated: int
    reserved: int
    peak_allocated: int
    peak_reserved: int
    process: int | None
    """This process by the driver."""
    device_used: int | None
    """All processes by the driver."""
    device_total: int | None
    allocator_ooms: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the memory: a model came, went, or did not fit; or the engine itself had to start again."""

    at: float
    """Seconds since the epoch."""
    kind: Literal["loaded", "evicted", "oom", "stepped", "restarted"]
    key: str
    precision: str
    detail: str
    """One Korean sentence."""


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
    memory: Memory | None = None
    """None without a GPU: 측정 안 됨."""
    events: tuple[Event, ...] = ()
    """The last ones, oldest first."""
    calls: int = 0
    rows: int = 0
    nan_retries: int = 0
    failures: int = 0
    ooms: int = 0
    """How often memory ran out, in loading or in a call; most are mended by a smaller batch or another precision."""
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
    memory = None if told["memory"] is None else Memory(**told["memory"])
    events = tuple(Event(**entry) for entry in told["events"])
    return EngineStatus(**{**told, "loaded": loaded, "memory": memory, "events": events})


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
