"""``serve``: what it starts, it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from core.settings import PROJECT_DIR
from tests.fake_engine import wait_until
from tests.fixtures_browser import free_port


def answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def living(folder: Path) -> list[psutil.Process]:
    """Return the processes that work for a data folder, but for the engine: it waits some minutes with its models for the next."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("DATA_DIR") == str(folder) and "core.engine" not in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def _hears_interrupts() -> None:
    """What a shell starts in the background inherits that Ctrl-C is none of its business; so would what the test starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_ending_the_command_ends_the_dashboard_and_the_database(tmp_path, told):
    folder = tmp_path / "data"
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        serving = subprocess.Popen([sys.executable, "-m", "core", "serve", "--port", str(port)], cwd=PROJECT_DIR, stdout=log, stderr=log,
                                   env=os.environ | {"DATA_DIR": str(folder)}, preexec_fn=_hears_interrupts)
    try:
        assert wait_until(lambda: answers(f"http://127.0.0.1:{port}"), seconds=120), (tmp_path / "log").read_text()
        assert len(living(folder)) >= 2
        serving.send_signal(told)
        assert serving.wait(60) is not None
        assert wait_until(lambda: not living(folder), seconds=60), [process.cmdline() for process in living(folder)]
    finally:
        for process in living(folder):
            process.kill()
        subprocess.run([sys.executable, "-c", "from core.engine.client import stop_engine; stop_engine()"], cwd=PROJECT_DIR,
                       env=os.environ | {"DATA_DIR": str(folder)}, check=True)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
