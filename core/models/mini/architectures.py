"""The real architectures at a few million parameters, started so that they compare texts by their words from step one.

A transformer of this size learns to compare by meaning in minutes only if it can already compare by words. Hence the
lexical start: the first layer attends almost evenly to all tokens and passes their embeddings through unchanged, so the
pooled vector begins as a bag of words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from transformers import Qwen3VLForConditionalGeneration, SiglipModel, XLMRobertaModel

EAGER = "eager"
"""In training: on a CPU the backward pass of fused attention takes as long as all the rest together."""
CALM = 0.1
"""Scale of the queries in the first layer: logits near zero, attention near uniform."""


def qwen3_vl(tokenizer: Any) -> Qwen3VLForConditionalGeneration:
    """Text 256 × 3 layers with grouped-query attention, vision 128 × 3 with two deepstack taps; tied embeddings."""
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    ids = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ("image_pad", "video_pad", "vision_start", "vision_end")}
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 256,
            "intermediate_size": 640,
            "num_hidden_layers": 3,
            "num_attention_heads": 8,
            "num_key_value_heads": 4,
            "head_dim": 64,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5_000_000.0,
                "mrope_interleaved": True,
                "mrope_section": [12, 10, 10],
            },
            "pad_token_id": tokenizer.pad_token_id,
            "tie_word_embeddings": True,
        },
        vision_config={
            "depth": 3,
            "hidden_size": 128,
            "intermediate_size": 384,
            "num_heads": 4,
            "out_hidden_size": 256,
            "num_position_embeddings": 100,
            "deepstack_visual_indexes": [0, 1],
        },
        image_token_id=ids["image_pad"],
        video_token_id=ids["video_pad"],
        vision_start_token_id=ids["vision_start"],
        vision_end_token_id=ids["vision_end"],
        tie_word_embeddings=True,
        dtype="float32",
    )
    for part in (config, config.text_config, config.vision_config):
        part._attn_implementation = EAGER
    model = Qwen3VLForConditionalGeneration(config)
    text = model.model.language_model
    first = text.layers[0].self_attn
    with torch.no_grad():
        nn.init.normal_(text.embed_tokens.weight, std=256**-0.5)
        first.q_norm.weight.fill_(CALM)
        first.v_proj.weight.copy_(torch.eye(256))
        # Grouped heads: query heads 2i and 2i+1 read value head i, so each gets half of the way back.
        back = torch.zeros_like(first.o_proj.weight)
        for head in range(8):
            group = head // 2
            back[group * 64 : group * 64 + 64, head * 64 : head * 64 + 64] = 0.5 * torch.eye(64)
        first.o_proj.weight.copy_(back)
    return model


def xlm_roberta(tokenizer: Any) -> XLMRobertaModel:
    """XLM-RoBERTa, 256 × 3 layers, up to 512 tokens."""
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=640,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        bos_token_id=tokenizer.bos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        dtype="float32",
    )
    config._attn_implementation = EAGER
    model = XLMRobertaModel(config)  # with the pooler nobody reads: the real checkpoint carries it too
    first = model.encoder.layer[0].attention
    with torch.no_grad():
        nn.init.normal_(model.embeddings.word_embeddings.weight, std=1.0)
        first.self.query.weight.mul_(CALM)
        _pass_through(first.self.value, first.output.dense)
    return model


def siglip(tokenizer: Any) -> SiglipModel:
    """Two towers of 192 × 3 layers; images 160 × 160 in patches of 16, texts of 64 tokens."""
    from transformers import SiglipConfig, SiglipModel

    shared = {"hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 4}
    config = SiglipConfig(
        text_config={
            **shared,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": 64,
            "projection_size": 192,
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": tokenizer.eos_token_id,
        },
        vision_config={**shared, "image_size": 160, "patch_size": 16},
        dtype="float32",
    )
    for part in (config, config.text_config, config.vision_config):
        part._attn_implementation = EAGER
    model = SiglipModel(config)
    first = model.text_model.encoder.layers[0].self_attn
    with torch.no_grad():
        nn.init.normal_(model.text_model.embeddings.token_embedding.weight, std=1.0)
        nn.init.normal_(model.text_model.embeddings.position_embedding.weight, std=0.02)
        first.q_proj.weight.mul_(CALM)
        _pass_through(first.v_proj, first.out_proj)
        nn.init.orthogonal_(model.text_model.head.weight)
    return model


def _pass_through(value: nn.Linear, output: nn.Linear) -> None:
    value.weight.copy_(torch.eye(value.in_features))
    output.weight.copy_(torch.eye(output.in_features))


def parameters(model: nn.Module) -> int:
    """Count the weights, a tied one once."""
    return sum(weight.numel() for weight in model.parameters())
