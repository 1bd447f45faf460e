"""A running dashboard and a headless Chromium, one of each for the session."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from core.settings import PROJECT_DIR

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 120_000
"""Milliseconds; a first search loads the models, and the machine may be busy with much else."""
_PORTS = range(20_000, 32_000)
"""Below those that Linux gives to connections going out: what is free here stays so until a server has come up."""


@pytest.fixture(scope="session")
def dashboard(prepared, tmp_path_factory) -> Iterator[str]:
    """The address of a running dashboard over the session's database and engine."""
    with served({}, tmp_path_factory.mktemp("dashboard") / "log") as (address, _):
        yield address


@contextmanager
def served(environment: dict[str, str], log: Path, *,
           launcher: Sequence[str] = ("-m", "streamlit")) -> Iterator[tuple[str, subprocess.Popen]]:
    port = free_port()
    command = [sys.executable, *launcher, "run", str(PROJECT_DIR / "app.py"), "--server.port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=PROJECT_DIR, env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
                                  stdout=out, stderr=out)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health", server, log)
            yield address, server
        finally:
            server.terminate()
            server.wait(timeout=120)


def free_port() -> int:
    """Return a port where nobody listens, and which a test beside this one will not choose."""
    share = len(_PORTS) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    first = _PORTS.start + share * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = random.randrange(first, first + share)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # it answers; with accounts it wants a login first
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the dashboard did not start: {log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser, dashboard):
    """Open addresses of the dashboard, each in a context of its own; whatever a page asks from elsewhere fails the test."""
    contexts, elsewhere, scripted = [], [], []

    def opened(path="", **parameters):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: None if request.url.startswith((f"{dashboard}/", "data:", "blob:", f"ws{dashboard[4:]}"))
                else elsewhere.append(request.url))
        page.on("websocket", lambda socket: None if socket.url.startswith(f"ws{dashboard[4:]}/") else elsewhere.append(socket.url))
        page.on("dialog", lambda dialog: (scripted.append(dialog.message), dialog.dismiss()))
        page.goto(f"{dashboard}/{path}?{urlencode(parameters, doseq=True)}")
        page.get_by_role("textbox", name="검색어").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not elsewhere
    assert not scripted
