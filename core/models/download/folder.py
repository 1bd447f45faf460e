"""Installing from a folder: a disk that was carried in, another machine's models folder, the hub's own cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.models import completion
from core.models.completion import Completion, KeptFile
from core.models.download.checksum import checksum, from_etag
from core.models.download.fetching import require_whole, working
from core.models.download.room import require_room
from core.models.download.selection import chosen
from core.models.download.whole import lacking
from core.models.record import ModelRecord

_CHUNK = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Copied:
    """What was installed, and how many of its files could be held against a checksum known from elsewhere."""

    revision: str
    files: int
    checked: int


def found_in(folder: Path, record: ModelRecord) -> Path:
    """Return the folder that holds the model: the one given, or one below it that is named after the model.

    Raises:
        ModelError: there is none.
    """
    name = record.hub_id.split("/")[-1]
    cached = folder / f"models--{record.hub_id.replace('/', '--')}"
    for place in (folder, folder / record.key, folder / record.hub_id, folder / name, folder / "hub" / cached.name, cached):
        snapshots = sorted(place.glob("snapshots/*/config.json"), key=lambda path: path.stat().st_mtime)
        if (place / "config.json").is_file():
            return place
        if snapshots:
            return snapshots[-1].parent
    raise ModelError(f"{folder}에서 {record.hub_id}의 config.json을 찾지 못했습니다. 모델 파일이 든 폴더를 정해 주세요.")


def copied(record: ModelRecord, folder: Path, *, told: Callable[[int], None] = lambda done: None) -> Copied:
    """Copy a checkpoint into its place, check that it is whole, and mark it.

    A folder that already is the model's place is only checked and marked.

    Raises:
        ModelError: not found, not whole, not this model, changed since it was downloaded, or the disk is too small.
    """
    source = found_in(folder, record)
    wrong = lacking(record, folder=source)
    if wrong:
        raise ModelError(f"{source}의 파일이 {record.hub_id}에 맞지 않습니다: {', '.join(wrong[:3])}. 폴더를 확인해 주세요.")
    mark = completion.read(source)
    if mark is not None and mark.hub_id != record.hub_id:
        raise ModelError(f"{source}에는 {mark.hub_id} 모델이 들어 있습니다. {record.hub_id}의 폴더를 정해 주세요.")
    names = chosen(sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()))
    total = sum((source / name).stat().st_size for name in names)
    same = record.path.is_dir() and record.path.samefile(source)
    if not same:
        require_room(total, at=record.path, names=record.hub_id)
    kept: dict[str, KeptFile] = {}
    checked, before = 0, 0
    with working(record):
        for name in names:
            expected = _known(source, name, mark)
            if not same:
                _copy(source / name, record.path / name, told=lambda here, before=before: told(before + here))
            actual = checksum(record.path / name, like=expected or "sha256:")
            if expected is not None and actual != expected:
                raise ModelError(f"{source}의 {name}이 내려받은 뒤에 바뀌었습니다. 그 파일을 다시 받아 주세요.")
            checked += expected is not None
            before += (source / name).stat().st_size
            kept[name] = KeptFile((record.path / name).stat().st_size, actual)
            told(before)
        require_whole(record)
        revision = _revision(source, mark) or f"folder-{_fingerprint(kept)}"
        completion.write(record.path, Completion(record.hub_id, revision, str(source), kept))
    return Copied(revision, len(names), checked)


def _known(source: Path, name: str, mark: Completion | None) -> str | None:
    """A checksum known before this copy: from our own mark, from the hub tool's notes, or from the name in its cache."""
    if mark is not None and name in mark.files:
        return mark.files[name].checksum
    notes = _notes(source, name)
    return from_etag(notes[1]) if len(notes) > 1 else from_etag((source / name).resolve().name)


def _notes(source: Path, name: str) -> list[str]:
    path = source / ".cache" / "huggingface" / "download" / f"{name}.metadata"
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def _revision(source: Path, mark: Completion | None) -> str:
    if mark is not None:
        return mark.revision
    if source.parent.name == "snapshots":
        return source.name
    return (_notes(source, "config.json") or [""])[0]


def _fingerprint(kept: dict[str, KeptFile]) -> str:
    return hashlib.sha256("\n".join(f"{name} {file.checksum}" for name, file in sorted(kept.items())).encode()).hexdigest()[:12]


def _copy(source: Path, target: Path, *, told: Callable[[int], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with source.open("rb") as read, part.open("wb") as written:
        while chunk := read.read(_CHUNK):
            written.write(chunk)
            told(written.tell())
    part.replace(target)

