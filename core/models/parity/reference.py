"""The published rules carried out by hand: prompt, tokens, pixels, one forward of the bare model, pooling, normalising.

Nothing here comes from our loaders; of transformers only the model classes are used. Slow and plain on purpose.
"""

from __future__ import annotations

from typing import Any

from core.models.parity.qwen_reference import Embedder, Reranker
from core.models.parity.rule import Pooling, Rule
from core.models.parity.siglip_reference import Siglip
from core.models.parity.text_reference import Text
from core.models.record import ModelRecord


def load(record: ModelRecord, *, dtype: str, device: str) -> Any:
    """Return the bare transformers model of a checkpoint, on one device in one number format (``float32``, ``float16`` …)."""
    import torch
    from transformers import AutoModel, Qwen3VLForConditionalGeneration

    kind = Qwen3VLForConditionalGeneration if record.kind == "qwen3-vl-reranker" else AutoModel
    model = kind.from_pretrained(
        record.path, dtype=getattr(torch, dtype), attn_implementation="sdpa", local_files_only=True, trust_remote_code=False
    )
    return model.to(device).eval()


def reference(record: ModelRecord, rule: Rule, *, model: Any, max_pixels: int | None, honest: Pooling | None = None) -> Text:
    """Return what runs a model by a rule; the model may serve several rules.

    Args:
        honest: the published pooling, where the rule has another.
    """
    if record.kind == "siglip":
        return Siglip(record, rule, model=model, honest=honest)
    if record.kind == "sentence-transformer":
        return Text(record, rule, model=model, honest=honest)
    kind = Reranker if record.kind == "qwen3-vl-reranker" else Embedder
    return kind(record, rule, model=model, honest=honest, max_pixels=max_pixels or 0)
