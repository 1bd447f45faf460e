"""How much memory a model takes, told from its configuration before a single weight is read.

Weights: fp32 4 bytes a parameter, fp16 and bf16 2. NF4 with double quantisation packs the language model's linears into
0.516 bytes a parameter (4 bits; one 8-bit scale for 64 weights; one fp32 scale for 256 scales) and leaves the embeddings,
the vision tower and the head as they are. For Qwen3-VL 2B that gives 3.96 GiB in fp16 and 2.01 GiB in NF4.

Working memory: the activations of one batch in the widest layer, which come on top of the weights while a call computes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.models.contract import Precision
from core.models.images import most_tokens
from core.models.qwen3_vl import budget
from core.models.record import MINI_SUFFIX, ModelRecord

BYTES = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0}
NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)
BATCH = 8
"""Contents computed together when the engine has the room to work at speed; smaller batches need less."""
TEXT_TOKENS = 256
"""An item with its choices and the prompt around it; for longer ones the engine cuts its batches."""
_WORKSPACE = 64 * 2**20
"""Of the matrix library, taken once."""
_SLACK = 1.25
"""Pieces of the allocator's blocks that fit nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The measures of a transformer that decide its memory. ``vision`` ones are 0 for a text model."""

    layers: int
    hidden: int
    inner: int
    linears_per_layer: int
    weights_per_layer: int
    """Weights of a layer's linears."""
    extra_linears: int = 0
    """Linears outside the layers that NF4 packs too (the pooler of XLM-RoBERTa)."""
    vision_hidden: int = 0
    vision_inner: int = 0
    tokens: int | None = None
    """Of every content, where the model pads or resizes to a fixed length."""

    @property
    def linears(self) -> int:
        """How many linears NF4 packs."""
        return self.layers * self.linears_per_layer + self.extra_linears

    @property
    def packed(self) -> int:
        """How many weights NF4 packs."""
        return self.layers * self.weights_per_layer + self.extra_linears * self.hidden**2


def weights_bytes(record: ModelRecord, precision: Precision, *, device: str = "cuda") -> int:
    """Return what a model's weights take; an upper bound for NF4 where the model's shape is not known."""
    if precision != "nf4":
        return round(record.parameters * BYTES[precision])
    known = shape(record)
    packed = known.packed if known else 0
    kept = BYTES["fp16" if device == "cuda" else "fp32"]
    return round(packed * NF4_BYTES + (record.parameters - packed) * kept)


def working_bytes(record: ModelRecord, precision: Precision, *, max_pixels: int | None = None, batch: int = BATCH,
                  device: str = "cuda") -> int:
    """Return what one batch of items with a figure each takes beside the weights."""
    known = shape(record)
    if known is None:
        return round(_SLACK * record.parameters * 0.1) + _WORKSPACE
    each = BYTES["fp32"] if precision == "fp32" or (precision == "nf4" and device == "cpu") else BYTES["fp16"]
    seen = image_tokens_of(record, max_pixels)
    if record.kind == "qwen3-vl-reranker":
        seen, text = 2 * seen, 2 * TEXT_TOKENS  # the query's and the document's
    else:
        text = TEXT_TOKENS
    read = known.tokens if known.tokens is not None else min(record.max_tokens, seen + text)
    language = read * (6 * known.hidden + 3 * known.inner)
    patches = 4 * seen if known.tokens is None else known.tokens
    vision = patches * (6 * known.vision_hidden + 2 * known.vision_inner + (1536 if known.vision_hidden else 0))
    unpacked = known.hidden * known.inner * each if precision == "nf4" else 0.0
    return round(_SLACK * batch * max(language, vision) * each + unpacked) + _WORKSPACE


def image_tokens_of(record: ModelRecord, max_pixels: int | None = None) -> int:
    """Return the most tokens a picture takes in a model's prompt under a budget; 0 where it takes none."""
    if not record.kind.startswith("qwen3-vl"):
        return 0
    return most_tokens(budget(record, max_pixels))


def shape(record: ModelRecord) -> Shape | None:
    """Return a model's shape: from its folder where there is one, else as published; None where neither is known."""
    path = record.path / "config.json"
    if path.is_file():
        try:
            return _from_config(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
    return _PUBLISHED.get(record.key.removesuffix(MINI_SUFFIX))


def _from_config(config: dict[str, Any]) -> Shape | None:
    kind = config["model_type"]
    if kind in ("qwen3_vl", "qwen3"):
        text, vision = config.get("text_config", config), config.get("vision_config", {})
        return _qwen(
            layers=text["num_hidden_layers"], hidden=text["hidden_size"], inner=text["intermediate_size"],
            heads=text["num_attention_heads"], kv_heads=text["num_key_value_heads"], head_dim=text["head_dim"],
            vision_hidden=vision.get("hidden_size", 0), vision_inner=vision.get("intermediate_size", 0),
        )
    if kind == "xlm-roberta":
        return _roberta(config["num_hidden_layers"], config["hidden_size"], config["intermediate_size"])
    if kind == "siglip":
        vision, text = config["vision_config"], config.get("text_config", {})
        patches = (vision.get("image_size", 224) // vision.get("patch_size", 16)) ** 2
        return _siglip(vision.get("num_hidden_layers", 12), vision.get("hidden_size", 768),
                       vision.get("intermediate_size", 3072), max(patches, text.get("max_position_embeddings", 64)))
    return None


def _qwen(*, layers: int, hidden: int, inner: int, heads: int, kv_heads: int, head_dim: int, vision_hidden: int = 0,
          vision_inner: int = 0) -> Shape:
    """Query, key, value, output; gate, up, down."""
    attention = 2 * hidden * heads * head_dim + 2 * hidden * kv_heads * head_dim
    return Shape(layers=layers, hidden=hidden, inner=inner, linears_per_layer=7, weights_per_layer=attention + 3 * hidden * inner,
                 vision_hidden=vision_hidden, vision_inner=vision_inner)


def _roberta(layers: int, hidden: int, inner: int) -> Shape:
    """Query, key, value, output; up, down; and the pooler behind the layers."""
    return Shape(layers=layers, hidden=hidden, inner=inner, linears_per_layer=6,
                 weights_per_layer=4 * hidden**2 + 2 * hidden * inner, extra_linears=1)


def _siglip(layers: int, hidden: int, inner: int, tokens: int) -> Shape:
    """Never packed: both towers see, and seeing suffers from 4 bits."""
    return Shape(layers=layers, hidden=hidden, inner=inner, linears_per_layer=0, weights_per_layer=0,
                 vision_hidden=hidden, vision_inner=inner, tokens=tokens)


_QWEN3_VL_2B = _qwen(layers=28, hidden=2048, inner=6144, heads=16, kv_heads=8, head_dim=128, vision_hidden=1024, vision_inner=4096)
_XLM_ROBERTA_LARGE = _roberta(24, 1024, 4096)
_SIGLIP_BASE_256 = _siglip(12, 768, 3072, 256)
_PUBLISHED: dict[str, Shape] = {
    "qwen3-vl-embedding-2b": _QWEN3_VL_2B,
    "qwen3-vl-reranker-2b": _QWEN3_VL_2B,
    "kovre": _QWEN3_VL_2B,
    "kure-v1": _XLM_ROBERTA_LARGE,
    "bge-m3": _XLM_ROBERTA_LARGE,
    "siglip-base": _SIGLIP_BASE_256,
    "siglip2-base": _SIGLIP_BASE_256,
    "qwen3-embedding-0.6b": _qwen(layers=28, hidden=1024, inner=3072, heads=16, kv_heads=8, head_dim=128),
}
