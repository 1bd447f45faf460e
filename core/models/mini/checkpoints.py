"""Writing a miniature the way the real model lies on its hub: weights in fp16, tokenizer, processor, pooling modules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

WHITE_CENTRED = {"image_mean": [1.0, 1.0, 1.0], "image_std": [0.5, 0.5, 0.5]}
"""A figure is mostly white paper: centring on white makes paper zero and ink the signal."""


def save_qwen3_vl(model: Any, tokenizer: Any, folder: Path, *, embedder: bool) -> None:
    """The embedder with its sentence-transformers modules, or the reranker as a plain checkpoint."""
    _save_model(model, folder)
    _save_tokenizer(tokenizer, folder)
    _write(
        folder / "preprocessor_config.json",
        {
            "image_processor_type": "Qwen2VLImageProcessorFast",
            "size": {"shortest_edge": 4096, "longest_edge": 25600},
            "patch_size": 16,
            "temporal_patch_size": 2,
            "merge_size": 2,
            **WHITE_CENTRED,
        },
    )
    if not embedder:
        return
    forward = {"method": "forward", "method_output_name": "last_hidden_state"}
    _write(
        folder / "sentence_bert_config.json",
        {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": forward, "image": forward, "message": {**forward, "format": "structured"}},
            "module_output_name": "token_embeddings",
            "processing_kwargs": {"chat_template": {"add_generation_prompt": True}},
            "unpad_inputs": False,
        },
    )
    _save_modules(folder, pooling="pooling_mode_lasttoken", dims=256)


def save_xlm_roberta(model: Any, tokenizer: Any, folder: Path) -> None:
    """KURE's layout: XLM-RoBERTa, CLS pooling, normalising."""
    _save_model(model, folder)
    _save_tokenizer(tokenizer, folder)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    _save_modules(folder, pooling="pooling_mode_cls_token", dims=256)


def save_siglip(model: Any, tokenizer: Any, folder: Path) -> None:
    """SigLIP's layout: both towers, a SentencePiece model, a square image."""
    _save_model(model, folder)
    _save_tokenizer(tokenizer, folder)
    _write(
        folder / "preprocessor_config.json",
        {
            "image_processor_type": "SiglipImageProcessor",
            "processor_class": "SiglipProcessor",
            "do_resize": True,
            "do_rescale": True,
            "do_normalize": True,
            "resample": 3,
            "rescale_factor": 1 / 255,
            "size": {"height": 160, "width": 160},
            **WHITE_CENTRED,
        },
    )


def _save_model(model: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: weight.detach().to(torch.float16).contiguous() for name, weight in model.state_dict().items()}
    if not all(torch.isfinite(weight).all() for weight in half.values()):
        raise ValueError("a weight does not fit in fp16")
    if getattr(model.config, "tie_word_embeddings", False):
        half.pop("lm_head.weight", None)  # it is the embedding matrix; as a copy it would only take up space
    model.save_pretrained(folder, state_dict=half)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "model.safetensors").chmod(0o644)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for part in ("text_config", "vision_config"):
        config.get(part, {}).pop("dtype", None)
    _write(folder / "config.json", {**config, "dtype": "float16"})


def _save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Save without what the last call in training left in it: padding, truncation, where it was read from."""
    tokenizer.save_pretrained(folder)
    for name, left in (("tokenizer.json", ("padding", "truncation")), ("tokenizer_config.json", ("is_local", "local_files_only"))):
        path = folder / name
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            kept = {key: value for key, value in content.items() if key not in left}
            _write(path, {**kept, **({"padding": None, "truncation": None} if name == "tokenizer.json" else {})})


def _save_modules(folder: Path, *, pooling: str, dims: int) -> None:
    legacy = "sentence_transformers.models"
    _write(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": f"{legacy}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{legacy}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{legacy}.Normalize"},
        ],
    )
    modes = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")
    chosen = {f"pooling_mode_{mode}": f"pooling_mode_{mode}" == pooling for mode in modes}
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": dims, **chosen, "include_prompt": True})
    _write(folder / "2_Normalize" / "config.json", {})
    _write(folder / "config_sentence_transformers.json", {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"})


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
