"""Whether a folder holds a whole checkpoint of the right model, from its own configuration and index, without loading it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.models.record import Kind, ModelRecord

_TYPES: dict[Kind, tuple[str, ...]] = {
    "qwen3-vl-embedding": ("qwen3_vl",),
    "qwen3-vl-reranker": ("qwen3_vl",),
    "siglip": ("siglip", "siglip2"),
}
_TOKENIZERS = ("tokenizer.json", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "vocab.json")
_IMAGES = ("preprocessor_config.json", "processor_config.json")
INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def lacking(record: ModelRecord, *, folder: Path | None = None) -> list[str]:
    """Return what is missing, cut short or of another model, in Korean; nothing when the folder is whole.

    Args:
        folder: looked at instead of the record's own place.
    """
    return list(_faults(record, folder or record.path))


def _faults(record: ModelRecord, folder: Path) -> Iterator[str]:
    config = read_json(folder / "config.json")
    if not isinstance(config, dict):
        yield "config.json 없음"
        return
    types = _TYPES.get(record.kind, ())
    if types and config.get("model_type") not in types:
        yield f"모델 종류가 {config.get('model_type')}(필요: {' 또는 '.join(types)})"
    dims = (config.get("text_config") or config).get("hidden_size")
    if record.dims and dims and dims != record.dims:
        yield f"차원이 {dims}(필요: {record.dims})"
    yield from _weights(folder)
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        yield "토크나이저 파일 없음"
    if "image" in record.modalities and not any((folder / name).is_file() for name in _IMAGES):
        yield "preprocessor_config.json 없음"
    if record.kind == "sentence-transformer":
        yield from _modules(folder)


def _weights(folder: Path) -> Iterator[str]:
    for name in INDEXES:
        index = read_json(folder / name)
        if isinstance(index, dict):
            parts = sorted(set(index.get("weight_map", {}).values()))
            yield from (fault for part in parts for fault in _weight_file(folder / Path(part).name))
            return
    whole = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if whole is None:
        yield "가중치 파일 없음"
    else:
        yield from _weight_file(whole)


def _weight_file(path: Path) -> Iterator[str]:
    if not path.is_file():
        yield f"{path.name} 없음"
    elif path.suffix == ".safetensors" and announced_size(path) != path.stat().st_size:
        yield f"{path.name}이 잘려 있음"


def announced_size(path: Path) -> int:
    """The size a safetensors file must have by its own header; -1 where it has none."""
    header = header_of(path)
    if header is None:
        return -1
    length, tensors = header
    return 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)


def header_of(path: Path) -> tuple[int, dict[str, dict[str, Any]]] | None:
    """The header's length in bytes and the tensors that it names, or None where it cannot be read."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > min(100_000_000, path.stat().st_size):
                return None
            tensors = json.loads(file.read(length))
        tensors.pop("__metadata__", None)
        return length, tensors
    except (OSError, ValueError, AttributeError):
        return None


def _modules(folder: Path) -> Iterator[str]:
    modules = read_json(folder / "modules.json")
    if not isinstance(modules, list):
        # Without it the pooling would silently be the mean.
        yield "modules.json 없음"
        return
    for module in modules:
        path = folder / module.get("path", "")
        if module.get("type", "").endswith("Pooling") and not (path / "config.json").is_file():
            yield f"{module.get('path')}/config.json 없음"


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None where it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
