"""Random weights written the way a downloaded model lies on the disk.

Through files, although the weights could be made in place: then the ordinary loader loads them, its time and its peak of
memory are measured, and NF4 quantises them while it reads, exactly as it will the real ones.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.bench.gpu_suite.architectures import KURE, QWEN, SIGLIP, Architecture, Size, architecture, skeleton
from core.bench.gpu_suite.vocabulary import write_tokenizer
from core.models.registry import ModelRecord, record

FOLDERS = {"qwen3-vl-embedding-2b": QWEN, "qwen3-vl-reranker-2b": QWEN, "kure-v1": KURE, "siglip-base": SIGLIP}
REVISION = "random-weights"
SPREAD = 0.02
"""Standard deviation of the random weights, the models' own initialisation: activations stay inside fp16."""
_SEED = 3
_ROOM = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomRecord(ModelRecord):
    """A record of the registry whose checkpoint lies somewhere else."""

    folder: Path

    @property
    def path(self) -> Path:
        """Where the random checkpoint lies."""
        return self.folder

    @property
    def installed(self) -> bool:
        """Whether it is whole: the mark is written last."""
        return (self.folder / ".complete").is_file()


def random_record(key: str, *, size: Size, scratch: Path, device: str = "cpu") -> RandomRecord:
    """Return the record of a model with random weights, writing its checkpoint first where it is not there yet."""
    made = architecture(FOLDERS[key], size)
    folder = scratch / f"{made.name}-{size}"
    real = record(key)
    known = {field.name: getattr(real, field.name) for field in fields(ModelRecord)}
    known.update(hub_id=f"{real.hub_id} (random weights)", revision=REVISION, miniature=size == "mini",
                 parameters=made.parameters, dims=made.dims if real.dims else 0)
    random = RandomRecord(**known, folder=folder)
    if not random.installed:
        write(made, folder, device=device)
    return random


def write(wanted: Architecture, folder: Path, *, device: str) -> None:
    """Write one checkpoint: weights in fp16, configuration, tokenizer, processor, pooling; the completion mark last.

    Raises:
        OSError: the disk is full or the folder cannot be written.
        ValueError: the architecture does not have the number of parameters it should.
    """
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = wanted.parameters * 2 * _ROOM, shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(f"{folder} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed: choose another --scratch")
    model = skeleton(wanted)
    counted = sum(weight.numel() for weight in model.parameters())
    if counted != wanted.parameters:
        raise ValueError(f"{wanted.name}: {counted:,} parameters, not {wanted.parameters:,}")
    _write_weights(model, folder / "model.safetensors", device=device)
    model.config.architectures = [wanted.model_class]
    model.config.save_pretrained(folder)
    write_tokenizer(wanted, folder)
    if wanted.name == KURE:
        _write_pooling(folder, dims=wanted.dims)
    else:
        _write_json(folder / "preprocessor_config.json", _processor(wanted))
    (folder / ".complete").write_text(REVISION + "\n", encoding="utf-8")


def _write_weights(model: Any, path: Path, *, device: str) -> None:
    import torch
    from safetensors.torch import save_file

    random = torch.Generator(device).manual_seed(_SEED)
    weights = {}
    for name, shape in ((name, weight.shape) for name, weight in model.named_parameters()):
        if "norm" in name and name.endswith("weight"):
            made = torch.ones(shape, dtype=torch.float16)
        elif name.endswith("bias"):
            made = torch.zeros(shape, dtype=torch.float16)
        else:
            made = torch.empty(shape, dtype=torch.float16, device=device).normal_(0, SPREAD, generator=random).cpu()
        weights[name] = made
    save_file(weights, path, metadata={"format": "pt"})


def _processor(wanted: Architecture) -> dict[str, Any]:
    half = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    if wanted.name == QWEN:
        return {"image_processor_type": "Qwen2VLImageProcessorFast", "size": {"shortest_edge": 4096, "longest_edge": 1_843_200},
                "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, **half}
    return {"image_processor_type": "SiglipImageProcessor", "do_resize": True, "do_rescale": True, "do_normalize": True,
            "resample": 3, "rescale_factor": 1 / 255, "size": {"height": wanted.image_side, "width": wanted.image_side}, **half}


def _write_pooling(folder: Path, *, dims: int) -> None:
    kind = "sentence_transformers.models"
    _write_json(folder / "modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": f"{kind}.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kind}.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kind}.Normalize"}])
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    _write_json(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": dims, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    _write_json(folder / "2_Normalize" / "config.json", {})


def _write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
