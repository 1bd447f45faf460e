"""Whether the disk has room for what is to come."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.errors import ModelError

SPARE = 512 * 2**20
"""Bytes left free beside the models: a full disk harms more than a missing model."""


def require_room(size: int, *, at: Path, names: str) -> None:
    """Refuse before the first byte.

    Args:
        size: bytes still to come.
        at: where they go; it need not exist yet.

    Raises:
        ModelError: the disk is too small; the message says how much is needed and how much there is.
    """
    while not at.exists():
        at = at.parent
    free = shutil.disk_usage(at).free
    if size + SPARE > free:
        raise ModelError(
            f"{names}에는 {(size + SPARE) / 1e9:.1f} GB가 필요한데 디스크에 {free / 1e9:.1f} GB만 남았습니다. "
            "디스크를 비우거나 MODELS_DIR을 다른 디스크로 정해 주세요."
        )
