"""Which exact checkpoint lies on this machine, told without loading it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from core.models import completion
from core.models.completion import Completion
from core.models.download.checksum import checksum
from core.models.record import ModelRecord

_SHOWN = 12


def installed_revision(record: ModelRecord) -> str:
    """Return the commit that was downloaded; for a miniature, the beginning of its weights' SHA-256.

    A retrained miniature is another model: vectors of the old one are not searched by the new one. Neither is a checkpoint whose files
    were changed after they had arrived (another pooling, other weights) what was downloaded, or was verified: ``+`` and the beginning
    of a hash of what changed stand behind its commit. Empty where there is no checkpoint.
    """
    if not record.miniature:
        mark = completion.read(record.path)
        return mark.revision + _changes(record.path, mark) if mark else ""
    weights = record.path / "model.safetensors"
    try:
        stat = weights.stat()
    except OSError:
        return ""
    return _digest(weights, stat.st_mtime_ns, stat.st_size)


def _changes(folder: Path, mark: Completion) -> str:
    """Return what tells a changed checkpoint from the one that arrived; '' where every file is as it came.

    The mark is written last, so only what was touched after it is read; by the time of its status, which no program sets back.
    """
    written = _touched(folder / completion.NAME)
    found = []
    for name, kept in sorted(mark.files.items()):
        touched = _touched(folder / name)
        if touched > written and (now := _checksum(folder / name, touched, kept.checksum.partition(":")[0] + ":")) != kept.checksum:
            found.append(f"{name} {now}")
    return "+" + hashlib.sha256("\n".join(found).encode()).hexdigest()[:_SHOWN] if found else ""


def _touched(path: Path) -> int:
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _checksum(path: Path, _touched_ns: int, like: str) -> str:
    return checksum(path, like=like)


@lru_cache(maxsize=32)
def _digest(path: Path, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()[:_SHOWN]
