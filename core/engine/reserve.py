"""An engine that a measurement has with settings of its own: nobody replaces it before the measurement's end.

Whoever has the settings that the measurement set aside uses its engine meanwhile, ahead of it as always; others are told to wait.
Without this a search from a dashboard would end the engine in the middle of a series, and the series would count that as a failure.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.daemon import FileLock
from core.engine.places import Places
from core.errors import EngineError

_PATIENCE = 2.0
"""Seconds; who only looks holds the lock for a moment."""
TAKEN = "다른 측정이 메모리 한도나 장치를 바꾸어 재고 있습니다. 끝난 뒤에 다시 실행해 주세요."
BUSY = "다른 메모리 한도나 장치로 재는 중이라 지금은 계산할 수 없습니다. 측정이 끝난 뒤에 다시 해 주세요."


@contextmanager
def held(places: Places, *, own: str, instead_of: str) -> Iterator[None]:
    """Keep the engine with fingerprint ``own`` from those that want the one ``instead_of``. A holder that dies holds nothing.

    Raises:
        EngineError: another measurement holds it.
    """
    lock = FileLock(places.reserved, timeout=_PATIENCE)
    try:
        lock.acquire()
    except TimeoutError as error:
        raise EngineError(TAKEN) from error
    try:
        os.ftruncate(lock.fileno(), 0)
        os.pwrite(lock.fileno(), json.dumps({"own": own, "instead_of": instead_of}).encode(), 0)
        yield
    finally:
        lock.release()


def lends(places: Places, *, running: str, wanted: str) -> bool:
    """Return whether who wants an engine of one fingerprint takes the running one of another, because a measurement holds it.

    Raises:
        EngineError: a measurement holds it, and it is none for this caller.
    """
    probe = FileLock(places.reserved, shared=True)
    if probe.try_acquire():
        probe.release()
        return False
    try:
        told = json.loads(places.reserved.read_text())
        own, instead_of = told["own"], told["instead_of"]
    except (OSError, ValueError, KeyError, TypeError):  # not yet written
        return False
    if running != own or wanted == own:
        return False
    if wanted != instead_of:
        raise EngineError(BUSY)
    return True
