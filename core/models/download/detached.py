"""The download verb in a process of its own, so that it outlives the page whose button started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable

from core.daemon import is_running
from core.models.download.state import Progress, progress, write
from core.models.registry import record
from core.settings import PROJECT_DIR, settings


def start_detached(names: Iterable[str], *, endpoint: str | None = None) -> list[str]:
    """Start downloading models in the background; return the names begun (not those under way or installed already).

    What follows is in ``progress(names)``.

    Raises:
        NotFoundError: there is no such model.
    """
    wanted = [found.key for found in map(record, names) if not found.installed]
    under_way = {key for key, state in progress(wanted).items() if state.active}
    begun = [key for key in dict.fromkeys(wanted) if key not in under_way]
    if not begun:
        return []
    for key in begun:
        write(Progress(key, "waiting"))
    logs = settings().data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "core", "models", "download", *begun, "--yes"]
    if endpoint:
        command += ["--endpoint", endpoint]
    with (logs / "download.log").open("ab") as log:
        subprocess.Popen(
            command, cwd=PROJECT_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    return begun


def stop(name: str) -> bool:
    """Break a download off; what has arrived stays. Say whether there was one."""
    state = progress([name]).get(name)
    if state is None or not state.active or not is_running(state.pid, "download"):
        return False
    os.kill(state.pid, signal.SIGTERM)
    return True
