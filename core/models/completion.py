"""The mark of a whole download: a file written last of all, naming every other file with its size and checksum."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = ".complete"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of a checkpoint as it was when it arrived."""

    size: int
    checksum: str
    """``sha256:…``, or ``git:…``: the SHA-1 that git gives the file's content."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Where a checkpoint came from and what belongs to it."""

    hub_id: str
    revision: str
    source: str
    """The hub's address or the folder that was copied."""
    files: dict[str, KeptFile]

    def missing(self, folder: Path) -> list[str]:
        """Return the listed files that are gone from a folder or have another size."""
        return [name for name, kept in self.files.items() if _size(folder / name) != kept.size]


def read(folder: Path) -> Completion | None:
    """Return the mark of a folder, or None where there is none that can be read."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = {name: KeptFile(**kept) for name, kept in content.pop("files").items()}
        return Completion(**content, files=files) if files else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(folder: Path, mark: Completion) -> None:
    """Mark a folder as whole, all at once."""
    draft = folder / f"{NAME}.tmp"
    with draft.open("w", encoding="utf-8") as out:
        json.dump(asdict(mark), out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(folder / NAME)


def remove(folder: Path) -> None:
    """Take the mark away: from here on the folder is not whole."""
    (folder / NAME).unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
