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
    """Rows by their number in the batch, and Korean reasons for those that failed."""

    values: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    out_of_memory: bool = False


def run(compute: Compute, contents: list[Content]) -> Outcome:
    """Compute a batch; where it fails, its halves (out of memory) or each row alone.

    Raises:
        DeviceLostError: the GPU context is broken.
    """
    outcome = Outcome()
    _run(compute, contents, list(range(len(contents))), outcome)
    return outcome


def _run(compute: Compute, contents: list[Content], rows: list[int], outcome: Outcome) -> None:
    try:
        values = compute([contents[row] for row in rows])
        if len(values) != len(rows):
            raise ValueError(f"{len(rows)} contents gave {len(values)} rows")
    except Exception as error:
        if _device_lost(error):
            raise DeviceLostError from error
        _recover(error, compute, contents, rows, outcome)
        return
    outcome.values.update(zip(rows, np.asarray(values, dtype=np.float32), strict=True))


def _recover(error: Exception, compute: Compute, contents: list[Content], rows: list[int], outcome: Outcome) -> None:
    crowded = out_of_memory(error)
    outcome.out_of_memory |= crowded
    if len(rows) == 1:
        outcome.failures[rows[0]] = _reason(error)
        return
    if not isinstance(error, UserError):
        log.warning("a batch of %d failed (%s), taking it apart", len(rows), type(error).__name__)
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]) if crowded else ([row] for row in rows):
        _run(compute, contents, list(part), outcome)


def _reason(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    log.error("one content failed", exc_info=error)
    if out_of_memory(error):
        return "이 내용을 계산할 메모리가 모자랍니다. 그림 크기나 모델의 정밀도를 낮춰 주세요."
    return f"이 내용을 계산하다가 오류가 났습니다({type(error).__name__}). 자세한 내용은 엔진 로그에 있습니다."


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the device or off it (by name: torch is not imported here)."""
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or "CUDA error: out of memory" in str(error)


def _device_lost(error: BaseException) -> bool:
    # After such an error every later call on the context fails too: only a new process helps.
    return not out_of_memory(error) and (type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error))
