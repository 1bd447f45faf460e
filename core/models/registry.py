"""The models this product knows, and which of them a name stands for here and now."""

from __future__ import annotations

import difflib
from dataclasses import replace

from core.errors import ModelError, NotFoundError
from core.models.candidates import CANDIDATES
from core.models.record import MINI_DIR, MINI_SUFFIX, Kind, ModelRecord
from core.settings import settings

__all__ = ["CANDIDATES", "MINI", "MINI_DIR", "MINI_SUFFIX", "REAL", "RECORDS", "Kind", "ModelRecord", "record", "records", "resolve"]

REAL: tuple[ModelRecord, ...] = (
    ModelRecord(
        key="qwen3-vl-embedding-2b",
        hub_id="Qwen/Qwen3-VL-Embedding-2B",
        revision="9f2f7e710d6d81056aa5c0a4f04764fec6bb7bda",
        kind="qwen3-vl-embedding",
        dims=2048,
        max_tokens=8192,
        modalities=frozenset({"text", "image"}),
        parameters=2_127_532_032,
        licence="Apache-2.0",
        prompts={"document": "Represent the user's input.", "query": "Retrieve images or text relevant to the user's query."},
        min_pixels=4 * 32 * 32,
        max_pixels=1800 * 32 * 32,
    ),
    ModelRecord(
        key="qwen3-vl-reranker-2b",
        hub_id="Qwen/Qwen3-VL-Reranker-2B",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="qwen3-vl-reranker",
        dims=0,
        max_tokens=10240,
        modalities=frozenset({"text", "image"}),
        parameters=2_127_532_032,
        licence="Apache-2.0",
        prompts={"query": "Given a search query, retrieve relevant candidates that answer the query."},
        min_pixels=4 * 32 * 32,
        max_pixels=1800 * 32 * 32,
    ),
    ModelRecord(
        key="kure-v1",
        hub_id="nlpai-lab/KURE-v1",
        revision="d14c8a9423946e268a0c9952fecf3a7aabd73bd9",
        kind="sentence-transformer",
        dims=1024,
        max_tokens=8192,
        modalities=frozenset({"text"}),
        parameters=567_754_752,
        licence="MIT",
    ),
    ModelRecord(
        key="siglip-base",
        hub_id="google/siglip-base-patch16-256-multilingual",
        revision=None,  # not pinned by any source read; fixed at the first download
        kind="siglip",
        dims=768,
        max_tokens=64,
        modalities=frozenset({"text", "image"}),
        parameters=371_000_000,  # "371M" in public metadata; the exact count is not published there
        licence="Apache-2.0",
    ),
)


def _twin(key: str, *, parameters: int, dims: int, max_pixels: int | None = None, trained: bool = True) -> ModelRecord:
    """The miniature of a real model: what differs from it, and nothing else."""
    real = next(record for record in REAL if record.key == key)
    return replace(
        real,
        key=key + MINI_SUFFIX,
        hub_id=f"data/mini_models/{key}",
        revision=None,  # the pack is versioned with the repository
        dims=dims,
        max_tokens=min(real.max_tokens, 512),
        parameters=parameters,
        licence="이 저장소와 같음",
        max_pixels=max_pixels,
        miniature=True,
        trained=trained,
    )


MINI: tuple[ModelRecord, ...] = (
    _twin("qwen3-vl-embedding-2b", parameters=4_904_704, dims=256, max_pixels=160 * 160),
    _twin("qwen3-vl-reranker-2b", parameters=4_904_704, dims=0, max_pixels=160 * 160, trained=False),
    _twin("kure-v1", parameters=2_385_536, dims=256),
    _twin("siglip-base", parameters=2_871_298, dims=192),
)
RECORDS: tuple[ModelRecord, ...] = REAL + CANDIDATES + MINI


def records(*, candidates: bool = False) -> tuple[ModelRecord, ...]:
    """The models of systems A to E, and the candidates on wish; the SigLIP checkpoint is the one the settings name."""
    return tuple(record(each.key) for each in (REAL + CANDIDATES if candidates else REAL))


def record(key: str) -> ModelRecord:
    """Return the record of a key.

    Raises:
        NotFoundError: there is no such model; the message lists near names, or all of them.
    """
    for each in RECORDS:
        if each.key == key:
            return replace(each, hub_id=settings().siglip_id) if key == "siglip-base" else each
    known = [each.key for each in RECORDS]
    near = difflib.get_close_matches(key, known, n=3, cutoff=0.5) or known
    raise NotFoundError(f"‘{key}’이라는 모델은 없습니다. 이 가운데에서 골라 주세요: {', '.join(near)}.")


def resolve(key: str) -> ModelRecord:
    """Return the record that stands for a key here and now: the real model, or its miniature twin.

    A key that ends in ``-mini`` names the twin outright. Otherwise the setting MODELS decides: ``real`` insists,
    ``mini`` never takes the real one, ``auto`` takes it where it is installed or served (ENGINE_URL). A candidate has no
    twin: it is there or not.

    Raises:
        NotFoundError: there is no such model.
        ModelError: the model is not installed and must be (MODELS=real, or a candidate); the message names the command
            that installs it.
    """
    found = record(key)
    if found.miniature:
        return found
    wanted = settings().models
    has_twin = any(each.key == key + MINI_SUFFIX for each in MINI)
    if (found.installed or key in settings().remote_keys) and (wanted != "mini" or not has_twin):
        return found
    if wanted == "real" or not has_twin:
        raise ModelError(f"{found.hub_id} 모델이 설치되어 있지 않습니다. python -m core models download {key} 명령으로 내려받아 주세요.")
    return record(key + MINI_SUFFIX)
