"""The file of a backup: a ZIP of parts with their manifest, and over all its bytes one hash at the very end.

The hash is the ZIP's comment, so any ZIP program opens the file, and one changed, missing or added byte anywhere is found.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from core import saving
from core.backup import manifest as manifests
from core.backup.manifest import Manifest, Part
from core.errors import InputError

_MAGIC = "itembank-backup"
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 16 << 20
_CHUNK = 1 << 20
_SEAL = 64
"""Bytes of the hash, in hexadecimal, at the end."""
_PACKED_ALREADY = frozenset({"embeddings", "images", "reports"})
"""Vectors are noise to a packer, pictures and PDF are packed."""
UNTOUCHED = "데이터베이스는 그대로입니다."
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, OSError)


class Hash(Protocol):
    """What hashlib gives."""

    def update(self, data: bytes, /) -> None:
        """Take bytes in."""

    def hexdigest(self) -> str:
        """Return the hash so far."""


class Writer:
    """Takes parts, then the manifest that names them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        archive.writestr(_MAGIC, f"{manifests.FORMAT}\n")

    def add(self, name: str, table: str, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Write a part piece by piece; return its bytes and their SHA-256."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if table in _PACKED_ALREADY else zipfile.ZIP_DEFLATED
        size, hashed = 0, hashlib.sha256()
        with self._archive.open(entry, "w", force_zip64=True) as file:
            for chunk in _gathered(chunks):
                file.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
        return size, hashed.hexdigest()

    def close(self, manifest: Manifest) -> None:
        """Write the manifest."""
        self._archive.writestr(_MANIFEST, manifest.dump())


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Lend the writer of a new backup; the file takes its name when it is whole, and is readable by its owner alone.

    Raises:
        InputError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    with saving.writing(path) as file:
        os.fchmod(file.fileno(), 0o600)
        sealed = _Sealed(file)
        with zipfile.ZipFile(sealed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.comment = b"0" * _SEAL
            yield Writer(archive)
        file.seek(-_SEAL, os.SEEK_END)
        file.write(sealed.seal.encode())


class Reader:
    """A backup that is whole: its manifest, and its parts as they were."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self.manifest = _manifest(archive)

    def chunks(self, part: Part) -> Iterator[bytes]:
        """Yield a part's bytes.

        Raises:
            InputError: they are not the ones that were written.
        """
        size, hashed = 0, hashlib.sha256()
        try:
            with self._archive.open(part.name) as file:
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
                    if size > part.bytes:
                        raise ValueError("more than was written")
                    hashed.update(chunk)
                    yield chunk
        except _BROKEN as error:
            raise damaged(self.path, part.table) from error
        if size != part.bytes or hashed.hexdigest() != part.sha256:
            raise damaged(self.path, part.table)


@contextmanager
def opened(path: Path, *, looked: Callable[[int], None] = lambda done: None) -> Iterator[Reader]:
    """Lend the reader of a backup, all of whose bytes were looked at first.

    Args:
        looked: told the bytes that were looked at so far.

    Raises:
        InputError: there is no such file, it is no backup, or it is damaged.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"백업 파일 '{path}'을(를) 열 수 없습니다. 경로와 읽기 권한을 확인해 주세요.") from error
    with file:
        start = file.read(30 + len(_MAGIC))
        if start[:4] != b"PK\x03\x04" or start[30:] != _MAGIC.encode():
            raise InputError(f"'{path.name}'은(는) 이 프로그램이 만든 백업이 아니거나 첫머리가 손상되었습니다. {UNTOUCHED}")
        if not _sealed(file, looked):
            raise damaged(path, _where(path))
        try:
            archive = zipfile.ZipFile(file)
            reader = Reader(path, archive)
        except _BROKEN as error:
            raise InputError(f"'{path.name}'은(는) 더 새로운 프로그램의 백업이라 읽을 수 없습니다. 프로그램을 최신으로 올려 주세요. "
                             f"{UNTOUCHED}") from error
        with archive:
            yield reader


def damaged(path: Path, where: str = "") -> InputError:
    """Return the error for a file that is not what was written."""
    return InputError(f"백업 파일 '{path.name}'이(가) 손상되었습니다{f'({where})' if where else ''}. 다른 백업을 써 주세요. {UNTOUCHED}")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(_MANIFEST) as file:
        return manifests.load(file.read(_LARGEST_MANIFEST))


def _where(path: Path) -> str:
    """Return the first table whose bytes are not the ones that were written, "" where that cannot be told."""
    try:
        with zipfile.ZipFile(path) as archive:
            reader = Reader(path, archive)
            for part in reader.manifest.parts:
                try:
                    for _ in reader.chunks(part):
                        pass
                except InputError:
                    return part.table
    except _BROKEN:
        pass
    return ""


def _sealed(file: BinaryIO, looked: Callable[[int], None]) -> bool:
    end = file.seek(0, os.SEEK_END) - _SEAL
    if end <= 0:
        return False
    file.seek(0)
    hashed, left = _hash(), end
    while left and (chunk := file.read(min(_CHUNK, left))):
        hashed.update(chunk)
        left -= len(chunk)
        looked(end - left)
    return file.read(_SEAL) == hashed.hexdigest().encode()


def _hash() -> Hash:
    return hashlib.blake2b(digest_size=_SEAL // 2)


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the rows that come one by one as pieces worth packing."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= _CHUNK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


class _Sealed:
    """Hashes what goes by, but for the last bytes, where the hash will stand. It cannot seek, so each byte goes by once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hashed, self._held = file, _hash(), b""

    @property
    def seal(self) -> str:
        """The hash of all but the last bytes."""
        return self._hashed.hexdigest()

    def write(self, data: bytes) -> int:
        """Pass bytes on."""
        if len(data) >= _SEAL:
            self._hashed.update(self._held)
            self._hashed.update(memoryview(data)[:-_SEAL])
            self._held = bytes(data[-_SEAL:])
        else:
            block = self._held + bytes(data)
            self._hashed.update(block[:-_SEAL])
            self._held = block[-_SEAL:]
        return self._file.write(data)

    def flush(self) -> None:
        """Pass it on."""
        self._file.flush()
