"""Asking the hub what a download would bring: the exact commit, its files, their sizes and checksums, the licence."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import ModelError
from core.models.download.selection import chosen
from core.models.record import ModelRecord

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as the hub describes it."""

    name: str
    size: int
    checksum: str
    """``sha256:…`` or ``git:…``."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a download would bring."""

    record: ModelRecord
    revision: str
    endpoint: str
    licence_on_hub: str
    """As the model's page says today; empty where it says nothing."""
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    @property
    def remaining(self) -> int:
        """Bytes that are not on this machine yet."""
        return self.size - sum(min(arrived(self.record, file), file.size) for file in self.files)


def arrived(record: ModelRecord, file: RemoteFile) -> int:
    """How many bytes of a file an earlier try has left here."""
    for path in (record.path / file.name, record.path / f"{file.name}.part"):
        if path.is_file():
            return path.stat().st_size
    return 0


def address(endpoint: str | None = None) -> str:
    """The hub's address: what is given, else HF_ENDPOINT, else the hub itself."""
    return (endpoint or os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def offer(record: ModelRecord, *, endpoint: str | None = None) -> Offer:
    """Ask the hub (or its mirror) for the pinned commit, or the newest where none is pinned.

    Raises:
        ModelError: the hub is out of reach, does not have the model or wants its terms accepted first.
    """
    from huggingface_hub import HfApi

    where = address(endpoint)
    try:
        info = HfApi(endpoint=where).model_info(record.hub_id, revision=record.revision, files_metadata=True, timeout=30)
    except Exception as error:
        _log.warning("%s did not describe %s", where, record.hub_id, exc_info=True)
        raise refusal(record, where, error) from error
    files = tuple(_files(info.siblings or []))
    if not info.sha or not any(file.name.endswith((".safetensors", ".bin")) for file in files):
        raise ModelError(f"{where}의 {record.hub_id}에는 가중치 파일이 없습니다. 모델 이름이나 미러 주소를 확인해 주세요.")
    return Offer(record, info.sha, where, str((info.card_data or {}).get("license") or ""), files)


def refusal(record: ModelRecord, where: str, error: Exception) -> ModelError:
    """Say in one sentence why the hub did not give a model."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return ModelError(
            f"{record.hub_id}은(는) 이용 조건에 동의해야 받을 수 있습니다. {where}/{record.hub_id}에서 동의한 뒤 HF_TOKEN을 정해 주세요."
        )
    if isinstance(error, (RepositoryNotFoundError, RevisionNotFoundError)):
        return ModelError(f"{where}에 {record.hub_id} 모델(또는 정한 리비전)이 없습니다. 모델 이름이나 미러 주소를 확인해 주세요.")
    return ModelError(
        f"{record.hub_id}를 {where}에서 받지 못했습니다. 인터넷 연결을 확인한 뒤 같은 명령을 다시 실행하면 이어서 받으며, "
        "미러는 --endpoint, 미리 받은 폴더는 --from-folder로 정할 수 있습니다."
    )


def _files(siblings: Iterable[Any]) -> Iterator[RemoteFile]:
    described = {each.rfilename: each for each in siblings}
    for name in chosen(described):
        each = described[name]
        checksum = f"sha256:{each.lfs.sha256}" if each.lfs else f"git:{each.blob_id}"
        yield RemoteFile(name, int((each.lfs.size if each.lfs else each.size) or 0), checksum)
