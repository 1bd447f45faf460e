"""Random checkpoints, a few kilobytes each, laid out as the candidates' repositories are: for what no miniature covers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from core.models import registry
from core.models.parity.samples import QUERY, samples
from core.models.record import MINI_DIR, ModelRecord


def siglip2(folder: Path) -> ModelRecord:
    """SigLIP 2: SigLIP's towers behind a Gemma tokenizer, which knows neither lower-casing nor the length of 64."""
    import torch
    from transformers import GemmaTokenizer, SiglipConfig, SiglipModel

    torch.manual_seed(0)
    record = registry.record("siglip2-base")
    texts = "".join(sample.content.text or "" for sample in samples(record)) + (QUERY.text or "")
    letters = sorted(set((texts.lower() + texts).replace(" ", "▁")))
    vocab = {token: number for number, token in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *letters])}
    tokenizer = GemmaTokenizer(vocab=vocab, merges=[], add_bos_token=False, add_eos_token=True, padding_side="right")
    tokenizer.save_pretrained(folder)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    control = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    model = SiglipModel(SiglipConfig(
        text_config={**tower, **control, "vocab_size": len(tokenizer), "max_position_embeddings": 64, "projection_size": 32},
        vision_config={**tower, "image_size": 64, "patch_size": 16},
    ))
    model.save_pretrained(folder)
    preparation = json.loads((MINI_DIR / "siglip-base" / "preprocessor_config.json").read_text())
    preparation |= {"size": {"height": 64, "width": 64}, "image_mean": [0.5] * 3, "resample": 2}
    (folder / "preprocessor_config.json").write_text(json.dumps(preparation))
    return replace(record, dims=32, parameters=sum(weight.numel() for weight in model.parameters()))


def qwen3_embedding(folder: Path) -> ModelRecord:
    """Qwen3-Embedding: a decoder whose last token is pooled, with the instruction kept in the hub's configuration."""
    import torch
    from transformers import Qwen3Config, Qwen3Model

    torch.manual_seed(0)
    record = registry.record("qwen3-embedding-0.6b")
    source = MINI_DIR / "qwen3-vl-embedding-2b"
    for name in ("tokenizer.json", "tokenizer_config.json", "modules.json"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name)
    for name in ("1_Pooling", "2_Normalize"):
        shutil.copytree(source / name, folder / name)
    size = max(json.loads((source / "tokenizer.json").read_text())["added_tokens"], key=lambda token: token["id"])["id"] + 1
    model = Qwen3Model(Qwen3Config(
        vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        head_dim=16,
    ))
    model.save_pretrained(folder)
    stored = {"prompts": {**record.prompts, "document": ""}, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(stored))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 512, "do_lower_case": False}))
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text()) | {"word_embedding_dimension": 32}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return replace(record, dims=32, parameters=sum(weight.numel() for weight in model.parameters()))
