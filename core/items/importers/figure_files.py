"""The figures of an item, read from the image folder and from nowhere else."""

from __future__ import annotations

import hashlib
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from core.errors import InputError
from core.items import figures
from core.items.figures import ImageFacts
from core.items.validation import Refused, shown


@dataclass(frozen=True, slots=True)
class Figure:
    """A checked figure and the hash it is stored under."""

    data: bytes
    facts: ImageFacts
    sha256: str


class FigureFolder:
    """One image folder; every path is resolved, links included, and has to end inside it."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError where there is no such folder."""
        if not folder.is_dir():
            raise InputError(f"그림 폴더 '{folder}'이(가) 없습니다. 폴더 이름을 확인해 주세요.")
        self._root = folder.resolve()

    def read(self, path: str) -> Figure:
        """Return the figure at a path relative to the folder.

        Raises:
            Refused: the path leaves the folder, or there is no usable picture behind it.
        """
        found = self._find(path)
        try:
            facts = found.stat()
            if not stat.S_ISREG(facts.st_mode):
                raise Refused(f"그림이 파일이 아닙니다: {shown(path)}")
            if facts.st_size > figures.MAX_BYTES:
                raise Refused(f"그림이 {figures.MAX_BYTES // 1024 // 1024} MB를 넘습니다: {shown(path)}")
            data = found.read_bytes()
        except OSError as error:
            raise Refused(f"그림 파일을 읽을 수 없습니다: {shown(path)}") from error
        try:
            return Figure(data, figures.check(data, name=found.name), hashlib.sha256(data).hexdigest())
        except InputError as error:
            raise Refused(f"{error} ({shown(path)})") from error

    def _find(self, path: str) -> Path:
        relative = PurePosixPath(path)
        if not path or relative.is_absolute() or PureWindowsPath(path).drive or ".." in relative.parts:
            raise Refused(f"그림 경로가 그림 폴더를 벗어납니다: {shown(path)}")
        # A file system or an archive may have taken Hangul names apart.
        for spelled in dict.fromkeys((path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path))):
            try:
                found = (self._root / spelled).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):
                continue
            if not found.is_relative_to(self._root):
                raise Refused(f"그림 경로가 그림 폴더를 벗어납니다: {shown(path)}")
            return found
        raise Refused(f"그림 파일이 없습니다: {shown(path)}")
