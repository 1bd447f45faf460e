"""Files of items that a browser sent, kept for the import that reads them."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from core import saving
from core.settings import settings

KEPT_DAYS = 30
"""After this an import that was stopped has to be sent again. What was imported lies in the database."""


def keep(data: bytes, suffix: str) -> Path:
    """Keep an upload under its hash and return where: the same file lies there once. Those kept long enough go.

    Raises:
        InputError: the folder is closed or the disk full.
    """
    folder = settings().data_dir / "uploads"
    path = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)  # where it cannot be made, saving says so
    _sweep(folder)
    if path.exists():
        os.utime(path)
    else:
        saving.save(path, data)
    return path


def _sweep(folder: Path) -> None:
    before = time.time() - KEPT_DAYS * 24 * 3600
    with suppress(OSError):
        for each in folder.iterdir():
            if each.stat().st_mtime < before:
                each.unlink()
