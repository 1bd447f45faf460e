"""What a server answers, checked before it is believed: count, dimensions, finite, in range."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError

NOT_FINITE = "원격 서버가 이 내용에 쓸 수 없는 벡터(NaN·무한대·0)를 냈습니다. 서버를 bf16이나 fp32로 다시 시작해 주세요."


class NotFiniteError(ModelError):
    """One content's vector cannot be used; the others can."""


def vector(reply: dict[str, Any], *, dims: int, server: str) -> NDArray[np.float32]:
    """Return the vector of a reply to a single conversation, normalised in fp32, shape (dims,).

    Raises:
        ModelError: the reply is not one vector of these dimensions.
        NotFiniteError: it is NaN, infinite or zero.
    """
    try:
        (entry,) = reply["data"]
        found = _numbers(entry["embedding"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ModelError(f"원격 서버 {server}의 답이 임베딩의 꼴이 아닙니다. vLLM의 임베딩 서버가 맞는지 확인해 주세요.") from error
    if found.shape != (dims,):
        raise ModelError(
            f"원격 서버 {server}이(가) {dims}차원이 아닌 {found.size}차원의 벡터를 냈습니다. 서버가 올린 모델을 확인해 주세요."
        )
    norm = float(np.linalg.norm(found.astype(np.float64)))
    if not 0.0 < norm < np.inf:
        raise NotFiniteError(NOT_FINITE)
    return (found / np.float32(norm)).astype(np.float32)


def scores(reply: dict[str, Any], *, count: int, server: str) -> NDArray[np.float32]:
    """Return one score for each document in the order asked, shape (count,); NaN where the server gave no finite one.

    Raises:
        ModelError: the reply does not score every document once, or a score is outside [0, 1].
    """
    try:
        rows = {int(entry["index"]): entry["relevance_score"] for entry in reply["results"]}
        complete = len(reply["results"]) == count and rows.keys() == set(range(count))
        found = np.array([np.nan if rows[row] is None else rows[row] for row in range(count)], dtype=np.float32) if complete else None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"원격 서버 {server}의 답이 재정렬의 꼴이 아닙니다. vLLM의 재정렬 서버가 맞는지 확인해 주세요.") from error
    if found is None:
        raise ModelError(f"원격 서버 {server}이(가) 문항 {count}개의 점수를 다 주지 않았습니다. 서버를 다시 시작해 주세요.")
    finite = found[np.isfinite(found)]
    if ((finite < 0) | (finite > 1)).any():
        raise ModelError(f"원격 서버 {server}의 점수가 0과 1 사이가 아닙니다. docs/scale.md의 명령으로 서버를 다시 시작해 주세요.")
    return found


def prompt_tokens(reply: dict[str, Any]) -> int | None:
    """Return how many tokens the server says the prompt had, None where it does not tell."""
    usage = reply.get("usage")
    told = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return told if isinstance(told, int) else None


def _numbers(embedding: str | list[float]) -> NDArray[np.float32]:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    return np.asarray(embedding, dtype=np.float32)
