"""Which files of a repository or folder make a model; everything else stays where it is."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import PurePosixPath

_WANTED = ("*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "README.md", "*.safetensors")
_PICKLED = ("pytorch_model*.bin",)
"""Taken only where there is nothing safer; loaded with ``weights_only``, so that no code in it runs."""
_OTHER_FORMATS = ("onnx", "openvino", "original", "coreml", "gguf", "flax", "tf")


def chosen(names: Iterable[str]) -> list[str]:
    """Return the names that belong to the model, in the order given."""
    listed = [name for name in names if _within(name)]
    safe = any(fnmatch(name, "model*.safetensors") for name in listed)
    patterns = _WANTED if safe else (*_WANTED, *_PICKLED)
    return [name for name in listed if any(fnmatch(name, pattern) for pattern in patterns)]


def _within(name: str) -> bool:
    """A name from outside may only ever lead below the model's own folder, and not to a hidden file."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and "\\" not in name and not any(part.startswith(".") for part in path.parts)
    return inside and bool(path.parts) and path.parts[0] not in _OTHER_FORMATS
