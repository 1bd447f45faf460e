"""Where backups lie: one folder, a name that says when and why, and how many nightly ones stay."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from core.errors import InputError
from core.settings import settings

Reason = Literal["", "nightly", "before-restore"]
NIGHTLY: Reason = "nightly"
BEFORE: Reason = "before-restore"
REASONS: dict[Reason, str] = {"": "직접", "nightly": "매일 밤", "before-restore": "되살리기 전"}
FOLDER = "backups"
_NAME = re.compile(r"itembank-(\d{8}-\d{6})(?:-(nightly|before-restore))?(?:\.\d+)?\.backup")
_FORSAKEN = 600.0
"""Seconds after which a file that was being written, and is not any more, is a killed backup's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder."""

    path: Path
    at: datetime
    """When it was begun, by the clock of this machine."""
    reason: Reason
    size: int


def folder() -> Path:
    """Return where backups are kept."""
    return settings().backup_dir or settings().data_dir / FOLDER


def new(where: Path, reason: Reason = "", *, now: datetime | None = None) -> Path:
    """Return the path for a backup that is made now; the folder is made, and forsaken halves in it are removed.

    Raises:
        InputError: the folder cannot be used.
    """
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"백업 폴더 '{where}'을(를) 만들 수 없습니다. 쓰기 권한을 주거나 BACKUP_DIR을 바꿔 주세요.") from error
    for half in where.glob(".*.writing"):
        with suppress(OSError):
            if time.time() - half.stat().st_mtime > _FORSAKEN:
                half.unlink()
    stem = f"itembank-{now or datetime.now():%Y%m%d-%H%M%S}" + (f"-{reason}" if reason else "")
    return next(path for number in range(1000)
                if not (path := where / f"{stem}{f'.{number}' if number else ''}.backup").exists())


def listing(where: Path) -> list[Kept]:
    """Return the backups of a folder, newest first; other files are none of ours."""
    found = []
    with suppress(OSError):
        for path in where.iterdir():
            if match := _NAME.fullmatch(path.name):
                with suppress(OSError, ValueError):
                    found.append(Kept(path, datetime.strptime(match[1], "%Y%m%d-%H%M%S"), match[2] or "", path.stat().st_size))
    return sorted(found, key=lambda kept: (kept.at, kept.path.name), reverse=True)


def prune(where: Path, keep: int) -> list[Path]:
    """Remove all but the newest nightly backups; what people made themselves stays. Returns what was removed."""
    gone = []
    for kept in [each for each in listing(where) if each.reason == NIGHTLY][keep:]:
        with suppress(OSError):
            kept.path.unlink()
            gone.append(kept.path)
    return gone
