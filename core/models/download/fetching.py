"""A whole download: room on the disk, every file, a last look at the whole, the mark."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.daemon import FileLock
from core.errors import ModelError, UserError
from core.models import completion
from core.models.completion import Completion, KeptFile
from core.models.download.offer import Offer, refusal
from core.models.download.room import require_room
from core.models.download.transfer import bring
from core.models.download.whole import lacking
from core.models.record import ModelRecord

_log = logging.getLogger(__name__)


def fetch(wanted: Offer, *, told: Callable[[int], None] = lambda done: None) -> None:
    """Bring an offer and mark the model as whole, last of all.

    Args:
        told: is given the bytes that are here, again and again.

    Raises:
        ModelError: no room, broken off, wrong checksum, not whole, or already being downloaded. What has arrived stays,
            and the same call goes on from there.
    """
    record = wanted.record
    require_room(wanted.remaining, at=record.path, names=record.hub_id)
    with working(record):
        from huggingface_hub.utils import disable_progress_bars

        disable_progress_bars()
        before = 0
        try:
            for file in wanted.files:
                bring(wanted, file, told=lambda here, before=before: told(before + here))
                before += file.size
        except UserError:
            raise
        except Exception as error:
            _log.warning("downloading %s broke off", record.hub_id, exc_info=True)
            raise refusal(record, wanted.endpoint, error) from error
        require_whole(record)
        files = {file.name: KeptFile(file.size, file.checksum) for file in wanted.files}
        completion.write(record.path, Completion(record.hub_id, wanted.revision, wanted.endpoint, files))


@contextmanager
def working(record: ModelRecord) -> Iterator[None]:
    """Hold a model's folder alone, without its mark.

    Raises:
        ModelError: another process is at it.
    """
    record.path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(record.path / ".lock")
    if not lock.try_acquire():
        raise ModelError(f"{record.hub_id}를 다른 창에서 이미 내려받고 있습니다. 그것이 끝나기를 기다려 주세요.")
    try:
        completion.remove(record.path)
        yield
    finally:
        lock.release()


def require_whole(record: ModelRecord) -> None:
    """Refuse a folder in which something is missing or cut short.

    Raises:
        ModelError: with the first few things that are wrong.
    """
    wrong = lacking(record)
    if wrong:
        raise ModelError(f"{record.hub_id}의 파일이 온전하지 않습니다: {', '.join(wrong[:3])}. 파일을 다시 받아 주세요.")

