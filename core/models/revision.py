"""Which exact checkpoint lies on this machine, told without loading it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from core.models import completion
from core.models.record import ModelRecord

_SHOWN = 12


def installed_revision(record: ModelRecord) -> str:
    """Return the commit that was downloaded; for a miniature, the beginning of its weights' SHA-256.

    A retrained miniature is another model: vectors of the old one are not searched by the new one. Empty where there is
    no checkpoint.
    """
    if not record.miniature:
        mark = completion.read(record.path)
        return mark.revision if mark else ""
    weights = record.path / "model.safetensors"
    try:
        stat = weights.stat()
    except OSError:
        return ""
    return _digest(weights, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _digest(path: Path, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()[:_SHOWN]
