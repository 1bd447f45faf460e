"""How far each download is, in one small file a model below the data folder, so that any process can look."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from core.daemon import is_running
from core.settings import settings

Phase = Literal["waiting", "running", "done", "failed", "stopped"]
_EVERY = 0.25
"""Seconds between two writes."""
_START_SECONDS = 60.0
"""A download that was asked for and has not begun after this long never will."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page or a person may know of one download."""

    key: str
    phase: Phase
    done: int = 0
    total: int = 0
    """Bytes; 0 until the hub has answered."""
    pid: int = 0
    """Of the process that downloads; 0 until it has begun."""
    updated: float = 0.0
    """Seconds since the epoch."""
    error: str = ""
    """The Korean sentence, when it failed."""

    @property
    def active(self) -> bool:
        """Whether bytes may still be arriving."""
        return self.phase in ("waiting", "running")


def progress(names: Iterable[str]) -> dict[str, Progress]:
    """Return the state of each download that was ever begun here; one whose process is gone is ``stopped``."""
    return {key: state for key in names if (state := _read(key)) is not None}


def write(state: Progress) -> None:
    """Keep a state, all at once, with the time."""
    path = _path(state.key)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(replace(state, updated=time.time())), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


class Ledger:
    """Writes the state of the download that this process does, not more often than anybody could read it."""

    def __init__(self, key: str, *, total: int = 0) -> None:
        self._state = Progress(key, "running", total=total, pid=os.getpid())
        self._written = time.monotonic()
        write(self._state)

    def tell(self, done: int) -> None:
        """So many bytes are here."""
        self._state = replace(self._state, done=done)
        if time.monotonic() - self._written >= _EVERY:
            self._written = time.monotonic()
            write(self._state)

    def end(self, phase: Phase, *, error: str = "") -> None:
        """The download is over, one way or another."""
        done = self._state.total if phase == "done" else self._state.done
        write(replace(self._state, phase=phase, done=done, error=error))


def _path(key: str) -> Path:
    return settings().data_dir / "downloads" / f"{key}.json"


def _read(key: str) -> Progress | None:
    try:
        state = Progress(**json.loads(_path(key).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if not state.active:
        return state
    late = state.pid == 0 and time.time() - state.updated > _START_SECONDS
    gone = state.pid != 0 and not is_running(state.pid, "python")
    return replace(state, phase="stopped") if late or gone else state
