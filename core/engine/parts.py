"""Lists that are too long for one request: cut into several, and their answers put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.messages import Encoding, Reranking, failures_from, model_from, unpack_array
from core.engine.wire import Frame
from core.errors import InputError
from core.models.contract import Content

MOST_ROWS, MOST_BYTES = 256, 64 * 2**20
"""Of one request; longer lists are sent one request after the other."""


def cut(contents: Sequence[Content]) -> Iterator[list[Content]]:
    """Cut a list into requests; at least one, so that even no content says which model it was for.

    Raises:
        InputError: one content alone is too big to send.
    """
    part: list[Content] = []
    size = 0
    for content in contents:
        weight = weigh(content)
        if part and (len(part) == MOST_ROWS or size + weight > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(content)
        size += weight
    yield part


def weigh(content: Content) -> int:
    """Return about how many bytes a content takes on the wire (a character at most six, escaped).

    Raises:
        InputError: more than one request takes.
    """
    weight = len(content.image or b"") + 6 * len(content.text or "")
    if weight > MOST_BYTES:
        raise InputError("내용 하나가 너무 큽니다. 그림 파일의 크기를 줄여 주세요.")
    return weight


def encoding(frames: Sequence[Frame]) -> Encoding:
    """Return what the answers to all parts say together; they are of one model."""
    return Encoding(*_summed(frames))


def reranking(frames: Sequence[Frame]) -> Reranking:
    """Return what the answers to all parts say together; they are of one model."""
    return Reranking(*_summed(frames))


def _summed(frames: Sequence[Frame]) -> tuple[NDArray[np.float32], dict[int, str], Any, float, float, int]:
    """Return the fields of a result: rows one below the other, failures by their row there, times and counts added."""
    values = [unpack_array(frame, frame.header["values"]) for frame in frames]
    told = [frame.header for frame in frames]
    failures: dict[int, str] = {}
    start = 0
    for rows, each in zip(values, told, strict=True):
        failures.update({start + row: reason for row, reason in failures_from(each["failures"]).items()})
        start += len(rows)
    return (values[0] if len(values) == 1 else np.concatenate(values), failures, model_from(told[-1]["model"]),
            sum(each["milliseconds"] for each in told), sum(each["queue_ms"] for each in told),
            sum(each["retried_fp32"] for each in told))
