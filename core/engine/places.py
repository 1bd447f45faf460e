"""Where one data folder's engine keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.daemon import socket_dir


@dataclass(frozen=True, slots=True)
class Places:
    """Locks, notes and log of one engine. The socket lies on a short path outside the data folder."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        """Created on need."""
        path = self.data_dir / "engine"
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    @property
    def socket(self) -> Path:
        """Where the engine listens."""
        return socket_dir(self.data_dir) / "engine.sock"

    @property
    def alive(self) -> Path:
        """Locked by the engine for as long as it lives."""
        return self.folder / "alive.lock"

    @property
    def starting(self) -> Path:
        """Locked by whoever starts, replaces or stops the engine."""
        return self.folder / "starting.lock"

    @property
    def reserved(self) -> Path:
        """Locked by a measurement that has the engine with settings of its own; its fingerprint and the one set aside (JSON)."""
        return self.folder / "reserved.lock"

    @property
    def pid(self) -> Path:
        """The engine's process id; removed by an engine that ends as it should, so a left-over one tells of a crash."""
        return self.folder / "pid"

    @property
    def crashes(self) -> Path:
        """When engines ended without being asked to (JSON)."""
        return self.folder / "crashes.json"

    @property
    def log(self) -> Path:
        """What the engine says."""
        path = self.data_dir / "logs"
        path.mkdir(parents=True, exist_ok=True)
        return path / "engine.log"

    def read_pid(self) -> int:
        """Return the noted process id, 0 where there is none."""
        try:
            return int(self.pid.read_text())
        except (OSError, ValueError):
            return 0
