"""Files on disk: whole, or not there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from core.errors import InputError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def save(path: Path, data: bytes) -> None:
    """Write a file in one stroke: whoever reads it finds the old content or the new one, never a part.

    Raises:
        InputError: the folder is missing or closed, or the disk is full; nothing is left behind and an older file stays.
    """
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Lend a file to write piece by piece; it takes its name when all of it is on the disk, and is gone where anything failed.

    Raises:
        InputError: as of ``save``.
    """
    draft = path.with_name(f".{uuid4().hex}.writing")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def save_all(files: dict[Path, bytes]) -> None:
    """Write files that belong together, the last when all others are there; where one fails, those that are new are taken back.

    Raises:
        InputError: as of ``save``.
    """
    new: list[Path] = []
    try:
        for path, data in files.items():
            there = path.exists()
            save(path, data)
            if not there:
                new.append(path)
    except InputError:
        for path in new:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def save_beside(path: Path, data: bytes, beside: Mapping[str, bytes]) -> None:
    """Write a file and, before it, what it names by paths from its own folder, such as ``charts/a.svg``.

    Raises:
        InputError: as of ``save``.
    """
    try:
        for name in beside:
            # Not its parents too: a mistyped path is an error, not a new folder.
            (path.parent / name).parent.mkdir(exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error
    save_all({path.parent / name: own for name, own in beside.items()} | {path: data})


def _refused(path: Path, error: OSError) -> InputError:
    if error.errno in _FULL:
        return InputError(f"디스크가 가득 차 '{path}'에 쓰지 못했습니다. 자리를 비운 뒤 다시 해 주세요.")
    return InputError(f"'{path}'에 쓸 수 없습니다. 폴더가 있는지, 쓸 권한이 있는지 확인해 주세요.")
