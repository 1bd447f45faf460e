"""What fails in a batch fails alone: the others are computed without it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.models.contract import Content

log = logging.getLogger(__name__)
Compute = Callable[[list[Content]], NDArray[np.float32]]


class DeviceLostError(Exception):
    """The GPU context is broken; nothing computes in this process any more."""


@dataclass(slots=True)
class Outcome:
    """Rows by their number in the batch, Korean reasons for those that failed, and those too big even alone."""

    values: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    too_big: list[int] = field(default_factory=list)
    ooms: int = 0
    """How often memory ran out."""


def run(compute: Compute, contents: list[Content]) -> Outcome:
    """Compute a batch; where it fails, its halves (out of memory) or each row alone.

    Raises:
        DeviceLostError: the GPU context is broken.
    """
    outcome = Outcome()
    _run(compute, contents, list(range(len(contents))), outcome)
    return outcome


def _run(compute: Compute, contents: list[Content], rows: list[int], outcome: Outcome) -> None:
    error = _attempt(compute, contents, rows, outcome)
    if error is not None:
        _recover(error, compute, contents, rows, outcome)


def _attempt(compute: Compute, contents: list[Content], rows: list[int], outcome: Outcome) -> Exception | None:
    try:
        values = compute([contents[row] for row in rows])
        if len(values) != len(rows):
            raise ValueError(f"{len(rows)} contents gave {len(values)} rows")
    except Exception as error:
        if _device_lost(error):
            raise DeviceLostError from error
        return error
    outcome.values.update(zip(rows, np.asarray(values, dtype=np.float32), strict=True))
    return None


def _recover(error: Exception, compute: Compute, contents: list[Content], rows: list[int], outcome: Outcome) -> None:
    crowded = out_of_memory(error)
    outcome.ooms += crowded
    if len(rows) == 1:
        if crowded:
            log.warning("no memory for one content alone: %s", without_frames(error))
            outcome.too_big.append(rows[0])
        else:
            outcome.failures[rows[0]] = _reason(error)
        return
    if not isinstance(error, UserError):
        log.warning("a batch of %d failed (%s), taking it apart", len(rows), type(error).__name__)
    without_frames(error)
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]) if crowded else ([row] for row in rows):
        _run(compute, contents, list(part), outcome)


def without_frames(error: Exception) -> Exception:
    """Let go of the frames an error came through: they hold the very tensors that left no memory for a second try."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _reason(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    log.error("one content failed", exc_info=error)
    return f"이 내용을 계산하다가 오류가 났습니다({type(error).__name__}). 자세한 내용은 엔진 로그에 있습니다."


_CROWDED = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "DefaultCPUAllocator: can't allocate memory")


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the device or off it, here or in what caused the error (by name: no torch here)."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, MemoryError) or type(link).__name__ == "OutOfMemoryError":
            return True
        if any(words in str(link) for words in _CROWDED):
            return True
        link = link.__cause__
    return False


def _device_lost(error: BaseException) -> bool:
    # After such an error every later call on the context fails too: only a new process helps.
    return not out_of_memory(error) and (type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error))
