"""From a record to a model in memory: the one door, for real and miniature checkpoints alike."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from core.errors import ModelError, UserError
from core.models import quantised, sizes
from core.models.contract import Encoder, LoadedModel, Reranker
from core.models.precision import Placement, place, quantisable, threads
from core.models.registry import Kind, ModelRecord
from core.models.revision import installed_revision

_log = logging.getLogger(__name__)


def load(record: ModelRecord, *, precision: str = "auto", device: str = "auto", max_pixels: int | None = None) -> Encoder | Reranker:
    """Load a model from its folder on this machine; nothing is downloaded and no code of a checkpoint is run.

    Args:
        precision: ``auto`` (the setting; then fp16 on a GPU, fp32 on a CPU), ``fp32``, ``fp16``, ``bf16`` or ``nf4``.
        device: ``auto`` (the setting; then a GPU where there is one), ``cpu`` or ``cuda``.
        max_pixels: image budget of a Qwen3-VL model; the setting where None, never above the record's ceiling.

    Raises:
        ModelError: the model is not installed, is damaged, does not fit (then caused by the out-of-memory error; the
            engine goes on from there), or cannot have that precision.
    """
    if not record.installed:
        raise ModelError(f"{record.hub_id} 모델이 설치되어 있지 않습니다. {_remedy(record)}")
    import torch
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    torch.set_num_threads(threads())
    placement = place(precision, device, quantisable=quantisable(record))
    info = LoadedModel(
        key=record.key,
        id=record.hub_id,
        revision=installed_revision(record),
        precision=placement.precision,
        device=placement.device,
        dims=record.dims,
        max_pixels=None,
        miniature=record.miniature,
        notes=placement.notes,
    )
    try:
        return _LOADERS[record.kind](record, placement, info, max_pixels)
    except UserError:
        raise
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{record.hub_id} 모델이 GPU 메모리에 들어가지 않습니다. 정밀도를 auto나 nf4로 정하거나 다른 모델을 내려 주세요."
        ) from error
    except Exception as error:
        _log.exception("loading %s from %s failed", record.key, record.path)
        raise ModelError(f"{record.hub_id} 모델을 불러오지 못했습니다. {_remedy(record)}") from error


def _remedy(record: ModelRecord) -> str:
    if record.miniature:
        return "make mini-models 명령으로 축소 모델을 다시 만들어 주세요."
    return f"python -m core models download {record.key} 명령으로 내려받아 주세요."


def _qwen3_vl_embedding(record: ModelRecord, placement: Placement, info: LoadedModel, max_pixels: int | None) -> Encoder:
    from transformers import AutoModel

    from core.models.qwen3_vl import Prompter, budget
    from core.models.qwen3_vl_embedding import Qwen3VLEmbedder

    model = _ready(AutoModel.from_pretrained(record.path, **placement.model_kwargs()), record, placement)
    info = replace(info, max_pixels=budget(record, max_pixels))
    prompter = Prompter(record, max_pixels=info.max_pixels or 0)
    return Qwen3VLEmbedder(record, model=model, prompter=prompter, placement=placement, info=info)


def _qwen3_vl_reranker(record: ModelRecord, placement: Placement, info: LoadedModel, max_pixels: int | None) -> Reranker:
    from transformers import Qwen3VLForConditionalGeneration

    from core.models.qwen3_vl import Prompter, budget
    from core.models.qwen3_vl_reranker import Qwen3VLReranker

    model = _ready(Qwen3VLForConditionalGeneration.from_pretrained(record.path, **placement.model_kwargs()), record, placement)
    info = replace(info, max_pixels=budget(record, max_pixels))
    prompter = Prompter(record, max_pixels=info.max_pixels or 0)
    return Qwen3VLReranker(record, model=model, prompter=prompter, placement=placement, info=info)


def _sentence_transformer(record: ModelRecord, placement: Placement, info: LoadedModel, max_pixels: int | None) -> Encoder:
    from sentence_transformers import SentenceTransformer

    from core.models.sentence_transformer import TextEmbedder

    options = placement.model_kwargs()
    model = SentenceTransformer(
        str(record.path),
        device=placement.device,
        local_files_only=options.pop("local_files_only"),
        trust_remote_code=options.pop("trust_remote_code"),
        model_kwargs=options,
    )
    model.max_seq_length = min(model.max_seq_length or record.max_tokens, record.max_tokens)
    return TextEmbedder(record, model=_ready(model, record, placement), info=info)


def _siglip(record: ModelRecord, placement: Placement, info: LoadedModel, max_pixels: int | None) -> Encoder:
    from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

    from core.models.siglip import SiglipEncoder

    local = {"local_files_only": True, "trust_remote_code": False}
    return SiglipEncoder(
        record,
        model=_ready(AutoModel.from_pretrained(record.path, **placement.model_kwargs()), record, placement),
        tokenizer=AutoTokenizer.from_pretrained(record.path, **local),
        images=AutoImageProcessor.from_pretrained(record.path, backend="pil", **local),
        placement=placement,
        info=info,
    )


def _ready(model: Any, record: ModelRecord, placement: Placement) -> Any:
    known = sizes.shape(record)
    quantised.check(model, linears=known.linears if known else None, precision=placement.precision, name=record.hub_id)
    return model.eval()


_LOADERS: dict[Kind, Any] = {
    "qwen3-vl-embedding": _qwen3_vl_embedding,
    "qwen3-vl-reranker": _qwen3_vl_reranker,
    "sentence-transformer": _sentence_transformer,
    "siglip": _siglip,
}
