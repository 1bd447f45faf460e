"""A real engine process over pretended models (``tests/fake_engine.py``), and what tests ask of it."""

from __future__ import annotations

import sys
from pathlib import Path

from core.daemon import wait_until
from core.engine.client import EngineClient
from core.engine.launch import Launcher
from core.models.contract import Content

SCRIPT = Path(__file__).with_name("fake_engine.py")


def client_of(data_dir: Path, *arguments: str, fingerprint: str = "f1") -> EngineClient:
    command = [sys.executable, str(SCRIPT), "--fingerprint", fingerprint, *arguments]
    return EngineClient(launcher=Launcher(data_dir, command=command, own_fingerprint=lambda: fingerprint))


def encode(client: EngineClient, *texts: str, **options):
    return client.encode("fake", [Content(text) for text in texts], role="query", **options)


def waits(client: EngineClient, *, interactive: int = 0, batch: int = 0) -> None:
    """Wait until the engine computes and so many calls wait."""

    def there() -> bool:
        status = client.status()
        return (status.waiting_interactive, status.waiting_batch) == (interactive, batch) and status.activity == "계산 중"

    assert wait_until(there, seconds=30)
