"""The four models' architectures as literals, full-size and in small, countable without a byte of weights.

Sources of the full sizes: transformers' configurations of the published checkpoints (Qwen3-VL-2B, XLM-RoBERTa large with
8,194 positions as BGE-M3 has, SigLIP base/16 at 256 pixels with the multilingual vocabulary). The parameter counts are
asserted: a wrong layer or width cannot pass for the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Size = Literal["full", "mini"]
QWEN, KURE, SIGLIP = "qwen3-vl-2b", "kure-v1", "siglip-base"
"""Names of the checkpoints. Embedder and reranker are one architecture with tied head and share one."""
QWEN_CONTROL_FROM = 151_643


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One checkpoint's class, configuration and size."""

    name: str
    model_class: str
    config_class: str
    config: dict[str, Any]
    parameters: int
    """Weights, a tied one once."""
    vocabulary: int
    dims: int
    image_side: int
    """Pixels: the budget's square for Qwen3-VL, the model's own input for SigLIP."""


def _qwen(*, text: dict[str, Any], vision: dict[str, Any], vocabulary: int, control_from: int) -> dict[str, Any]:
    return {
        "text_config": {
            "vocab_size": vocabulary,
            "max_position_embeddings": 262_144,
            "hidden_act": "silu",
            "rms_norm_eps": 1e-6,
            "tie_word_embeddings": True,
            "pad_token_id": control_from,
            **text,
        },
        "vision_config": {"patch_size": 16, "spatial_merge_size": 2, "temporal_patch_size": 2, "in_channels": 3, **vision},
        "vision_start_token_id": control_from + 9,
        "vision_end_token_id": control_from + 10,
        "image_token_id": control_from + 12,
        "video_token_id": control_from + 13,
        "tie_word_embeddings": True,
    }


def _rope(sections: list[int]) -> dict[str, Any]:
    return {"rope_type": "default", "rope_theta": 5_000_000.0, "mrope_interleaved": True, "mrope_section": sections}


def _xlm_roberta(vocabulary: int, **sizes: int) -> dict[str, Any]:
    return {"vocab_size": vocabulary, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "bos_token_id": 0, "pad_token_id": 1,
            "eos_token_id": 2, **sizes}


def _siglip(vocabulary: int, *, side: int, **tower: int) -> dict[str, Any]:
    return {
        "text_config": {**tower, "vocab_size": vocabulary, "max_position_embeddings": 64, "projection_size": tower["hidden_size"],
                        "pad_token_id": 1, "bos_token_id": 1, "eos_token_id": 1},
        "vision_config": {**tower, "image_size": side, "patch_size": 16},
    }


FULL: tuple[Architecture, ...] = (
    Architecture(
        name=QWEN, model_class="Qwen3VLForConditionalGeneration", config_class="Qwen3VLConfig",
        parameters=2_127_532_032, vocabulary=151_936, dims=2048, image_side=512,
        config=_qwen(
            text={"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16,
                  "num_key_value_heads": 8, "head_dim": 128, "rope_parameters": _rope([24, 20, 20])},
            vision={"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16, "out_hidden_size": 2048,
                    "num_position_embeddings": 2304, "deepstack_visual_indexes": [5, 11, 17]},
            vocabulary=151_936, control_from=QWEN_CONTROL_FROM),
    ),
    Architecture(
        name=KURE, model_class="XLMRobertaModel", config_class="XLMRobertaConfig",
        parameters=567_754_752, vocabulary=250_002, dims=1024, image_side=0,
        config=_xlm_roberta(250_002, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
                            max_position_embeddings=8194),
    ),
    Architecture(
        name=SIGLIP, model_class="SiglipModel", config_class="SiglipConfig",
        parameters=370_626_050, vocabulary=250_000, dims=768, image_side=256,
        config=_siglip(250_000, side=256, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12),
    ),
)
MINI: tuple[Architecture, ...] = (
    Architecture(
        name=QWEN, model_class="Qwen3VLForConditionalGeneration", config_class="Qwen3VLConfig",
        parameters=1_172_224, vocabulary=2_048, dims=128, image_side=128,
        config=_qwen(
            text={"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4,
                  "num_key_value_heads": 2, "head_dim": 32, "rope_parameters": _rope([6, 5, 5])},
            vision={"depth": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 4, "out_hidden_size": 128,
                    "num_position_embeddings": 64, "deepstack_visual_indexes": [0, 1]},
            vocabulary=2_048, control_from=2_000),
    ),
    Architecture(
        name=KURE, model_class="XLMRobertaModel", config_class="XLMRobertaConfig",
        parameters=235_264, vocabulary=2_048, dims=64, image_side=0,
        config=_xlm_roberta(2_048, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
                            max_position_embeddings=514),
    ),
    Architecture(
        name=SIGLIP, model_class="SiglipModel", config_class="SiglipConfig",
        parameters=357_122, vocabulary=2_048, dims=64, image_side=64,
        config=_siglip(2_048, side=64, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4),
    ),
)
_BY_SIZE: dict[Size, tuple[Architecture, ...]] = {"full": FULL, "mini": MINI}


def architecture(name: str, size: Size) -> Architecture:
    """Return one architecture by its checkpoint's name."""
    return next(each for each in _BY_SIZE[size] if each.name == name)


def architectures(size: Size) -> tuple[Architecture, ...]:
    """Return all of one size."""
    return _BY_SIZE[size]


def skeleton(wanted: Architecture) -> Any:
    """Build the model on torch's meta device: every name and shape, no memory."""
    import torch
    import transformers

    config = getattr(transformers, wanted.config_class)(**wanted.config, dtype="float16")
    with torch.device("meta"):
        return getattr(transformers, wanted.model_class)(config)


def parameters(model: Any) -> int:
    """Count the weights of a model, a tied one once."""
    return sum(weight.numel() for weight in model.parameters())
