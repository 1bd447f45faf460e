"""What an engine's answers depend on beside the request: code, packages, settings.

Where the fingerprints of client and engine differ, the engine is replaced.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from pathlib import Path

from core.settings import PROJECT_DIR, settings

_PACKAGES = (
    "torch", "transformers", "sentence-transformers", "tokenizers", "safetensors", "bitsandbytes", "numpy", "pillow",
)
_SETTINGS = ("device", "torch_threads", "gpu_budget_gb", "models_dir", "siglip_id")


def current() -> str:
    """Return the fingerprint of what lies on disk now (some milliseconds: taken once per connection)."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _sources():
        digest.update(path.relative_to(PROJECT_DIR).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for package in _PACKAGES:
        digest.update(f"{package}={_version(package)}\n".encode())
    for name in _SETTINGS:
        digest.update(f"{name}={getattr(settings(), name)}\n".encode())
    return digest.hexdigest()


def _sources() -> list[Path]:
    core = PROJECT_DIR / "core"
    rooms = [path for room in ("models", "engine") for path in (core / room).glob("*.py")]
    return sorted([*rooms, core / "daemon.py", core / "errors.py", core / "pictures.py", core / "settings.py"])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"
