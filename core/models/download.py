"""Fetch a real model from the hub into the models folder; a half download never counts as installed."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass

from core.errors import ModelError
from core.models.registry import ModelRecord

_log = logging.getLogger(__name__)
PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "LICENSE*", "README.md")
COMPLETE = ".complete"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a download would bring: the exact commit and its size in bytes."""

    record: ModelRecord
    revision: str
    size: int


def offer(record: ModelRecord) -> Offer:
    """Ask the hub what it would send.

    Raises:
        ModelError: the hub cannot be reached or does not have the model, or the disk is too small.
    """
    from huggingface_hub import HfApi

    try:
        info = HfApi().model_info(record.hub_id, revision=record.revision, files_metadata=True)
    except Exception as error:
        _log.warning("the hub did not describe %s", record.hub_id, exc_info=True)
        raise _unreachable(record) from error
    wanted = [file for file in info.siblings or [] if _matches(file.rfilename)]
    size = sum(file.size or 0 for file in wanted)
    record.path.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(record.path).free
    if size > free:
        raise ModelError(f"{record.hub_id}에는 {size / 1e9:.1f} GB가 필요한데 디스크에 {free / 1e9:.1f} GB만 남았습니다. "
                         "디스크를 비우거나 MODELS_DIR을 다른 디스크로 정해 주세요.")
    return Offer(record, info.sha or record.revision or "", size)


def fetch(wanted: Offer) -> None:
    """Download an offer (going on where an earlier try stopped) and mark the checkpoint complete, last of all.

    Raises:
        ModelError: the download broke off; what has arrived stays and the same command goes on from there.
    """
    from huggingface_hub import snapshot_download

    record = wanted.record
    (record.path / COMPLETE).unlink(missing_ok=True)
    try:
        snapshot_download(record.hub_id, revision=wanted.revision, local_dir=record.path, allow_patterns=list(PATTERNS))
    except Exception as error:
        _log.warning("downloading %s broke off", record.hub_id, exc_info=True)
        raise _unreachable(record) from error
    (record.path / COMPLETE).write_text(wanted.revision + "\n", encoding="utf-8")


def _matches(name: str) -> bool:
    from fnmatch import fnmatch

    return any(fnmatch(name, pattern) for pattern in PATTERNS)


def _unreachable(record: ModelRecord) -> ModelError:
    return ModelError(f"{record.hub_id}를 허브에서 받지 못했습니다. 인터넷 연결을 확인하거나, 미러가 있으면 HF_ENDPOINT를 정하거나, "
                      f"파일을 {record.path}에 직접 두고 같은 명령을 다시 실행해 주세요.")
