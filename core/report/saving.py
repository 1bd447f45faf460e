"""Files on disk: whole, or not there."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from core.errors import InputError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def save(path: Path, data: bytes) -> None:
    """Write a file in one stroke: whoever reads it finds the old content or the new one, never a part.

    Raises:
        InputError: the folder is missing or closed, or the disk is full; nothing is left behind and an older file stays.
    """
    draft = path.with_name(f".{uuid4().hex}.writing")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise InputError(f"디스크가 가득 차 '{path}'에 쓰지 못했습니다. 자리를 비운 뒤 다시 해 주세요.") from error
        raise InputError(f"'{path}'에 쓸 수 없습니다. 폴더가 있는지, 쓸 권한이 있는지 확인해 주세요.") from error
