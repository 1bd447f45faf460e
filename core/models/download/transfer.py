"""One file over the network: on from where it broke off, and kept only when its checksum is right.

The hub's own download no longer goes on with a half-written file of an earlier process, and a model is gigabytes; so the
half file is kept here and only the request itself (ranges, retries, redirects to the hub's storage) is the hub library's.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from core.models.download.checksum import checksum
from core.models.download.offer import Offer, RemoteFile

_log = logging.getLogger(__name__)


class _Counted(io.FileIO):
    """A file that tells after every write how long it is."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        super().__init__(path, "r+" if path.exists() else "w+")
        self.seek(0, io.SEEK_END)
        self._told = told

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[super().write(rest) :]
        self._told(self.tell())
        return len(data)


def bring(wanted: Offer, file: RemoteFile, *, told: Callable[[int], None]) -> None:
    """Make sure that one file of an offer is here and right.

    Args:
        told: is given the bytes of this file that are here, again and again.

    Raises:
        ModelError: what came is not what the hub announced; it is thrown away.
        Exception: whatever the network raises; what has arrived stays.
    """
    final = wanted.record.path / file.name
    part = final.with_name(f"{final.name}.part")
    if final.is_file() and _right(final, file):
        told(file.size)
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    if part.is_file() and part.stat().st_size > file.size:
        part.unlink()
    gone_on = part.is_file()
    _request(wanted, file, part, told)
    if gone_on and not _right(part, file):  # the half file was of another commit: begin anew, once
        part.unlink()
        _request(wanted, file, part, told)
    if not _right(part, file):
        part.unlink()
        _log.warning("%s of %s has another checksum than announced", file.name, wanted.record.hub_id)
        raise ModelError(f"받은 파일 {file.name}의 체크섬이 허브가 알린 값과 달라 버렸습니다. 같은 명령을 다시 실행해 주세요.")
    part.replace(final)
    told(file.size)


def _right(path: Path, file: RemoteFile) -> bool:
    return path.stat().st_size == file.size and checksum(path, like=file.checksum) == file.checksum


def _request(wanted: Offer, file: RemoteFile, part: Path, told: Callable[[int], None]) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    with _Counted(part, told) as out:
        http_get(
            hf_hub_url(wanted.record.hub_id, file.name, revision=wanted.revision, endpoint=wanted.endpoint),
            out,
            resume_size=out.tell(),
            # Unpacked on the way, a half file could not be gone on with.
            headers=build_hf_headers() | {"accept-encoding": "identity"},
            expected_size=file.size,
            displayed_filename=file.name,
        )
