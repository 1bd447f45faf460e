"""Items and their figures in one ZIP file, unpacked into a folder that is gone afterwards.

What an archive says of itself is not believed: names are checked before anything is written, and bytes are counted as they come.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.errors import InputError
from core.items.validation import shown

MOST_FILES = 200_000
MOST_BYTES = 8 * 2**30
MOST_RATIO = 200
"""Unpacked over packed bytes; pictures do not shrink, and JSON of items shrinks about tenfold."""
_FREE_BYTES = 64 * 2**20
"""Below this the ratio is not asked for: a small text may well repeat itself."""
_CHUNK = 1 << 20
_ITEMS = (".json", ".jsonl")
_ENCRYPTED, _UTF8 = 0x1, 0x800


@contextmanager
def opened(path: Path) -> Iterator[tuple[Path, Path | None]]:
    """Give the item file and the folder its figures are in; of a file that is no archive, itself and None.

    Raises:
        InputError: the archive is broken, too large, encrypted, leads out of its folder, or has not exactly one item file.
    """
    if path.suffix.lower() != ".zip":
        yield path, None
        return
    with tempfile.TemporaryDirectory(prefix="itembank-import-") as folder:
        found = _unpacked(path, Path(folder))
        yield found, found.parent


def _unpacked(path: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(each, _name(each)) for each in archive.infolist() if not each.is_dir()]
            members = [(each, name) for each, name in members if "__MACOSX" not in PurePosixPath(name).parts]
            _check(path, members)
            files = [name for _, name in members if PurePosixPath(name).suffix.lower() in _ITEMS]
            if len(files) != 1:
                raise InputError(f"ZIP 파일에 문항 파일(JSON)이 {len(files)}개 있습니다. 하나만 넣어 다시 올려 주세요.")
            left = MOST_BYTES
            for each, name in members:
                left -= _copied(archive, each, folder / name, left, packed=path.stat().st_size)
    except FileNotFoundError as error:
        raise InputError(f"'{path}' 파일이 없습니다. 경로를 확인해 주세요.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError("ZIP 파일이 깨졌거나 지원하지 않는 방식으로 묶였습니다. 다시 묶어 올려 주세요.") from error
    return folder / files[0]


def _check(path: Path, members: list[tuple[zipfile.ZipInfo, str]]) -> None:
    if len(members) > MOST_FILES:
        raise InputError(f"ZIP 파일에 파일이 {len(members):,}개 있습니다. {MOST_FILES:,}개까지 받습니다. 나누어 올려 주세요.")
    seen: set[str] = set()
    for each, name in members:
        parts = PurePosixPath(name)
        if parts.is_absolute() or PureWindowsPath(name).drive or ".." in parts.parts or "\\" in name or "\0" in name:
            raise InputError(f"ZIP 파일 안의 경로가 폴더를 벗어납니다: {shown(name)}. 폴더 안의 파일만 넣어 다시 묶어 주세요.")
        if each.flag_bits & _ENCRYPTED:
            raise InputError("암호가 걸린 ZIP 파일은 받지 않습니다. 암호 없이 다시 묶어 주세요.")
        if stat.S_ISLNK(each.external_attr >> 16):
            raise InputError(f"ZIP 파일 안에 다른 곳을 가리키는 링크가 있습니다: {shown(name)}. 파일 자체를 넣어 주세요.")
        if name in seen:
            raise InputError(f"ZIP 파일 안에 같은 이름이 두 번 있습니다: {shown(name)}. 하나만 넣어 주세요.")
        seen.add(name)
    _check_size(sum(each.file_size for each, _ in members), path.stat().st_size)


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MOST_BYTES or (unpacked > _FREE_BYTES and unpacked > MOST_RATIO * packed):
        raise InputError("ZIP 파일을 풀면 지나치게 커집니다. 문항 파일과 그림만 넣어 나누어 올려 주세요.")


def _copied(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, left: int, *, packed: int) -> int:
    """Write one member; returns its real size, whatever its header said."""
    to.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as source, to.open("xb") as target:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > left:
                _check_size(MOST_BYTES + 1, packed)
            target.write(chunk)
    return size


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Korean Windows packs names in its own code page and does not say so."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return member.filename
