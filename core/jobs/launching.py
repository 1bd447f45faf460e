"""Starting a job: its row first, then its process, which goes on whatever becomes of the one that asked."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from core.errors import InputError, StoreError
from core.jobs.verbs import TAKES_ENGINE, found
from core.settings import PROJECT_DIR, settings
from core.store import jobs
from core.store.database import Database
from core.store.jobs import Job

_TAIL_BYTES = 20_000
STILL = "이 작업은 아직 끝나지 않았거나, 같은 작업이 이미 돌고 있습니다. 작업 목록에서 확인해 주세요."


def start(database: Database, arguments: Sequence[str], *, title: str, asked_by: str) -> tuple[Job, bool]:
    """Start a verb as a job; the same arguments under way already are joined.

    Returns:
        The job, and whether it was started now.

    Raises:
        InputError: the verb cannot be a job.
        StoreError: no process can be started.
    """
    verb = found(arguments)
    if verb is None:
        raise InputError(f"'{' '.join(arguments[:1])}' 명령은 작업으로 돌릴 수 없습니다. 쓸 수 있는 명령: {', '.join(TAKES_ENGINE)}.")
    with database.connection() as conn:
        job, new = jobs.add(conn, arguments, title=title, takes_engine=TAKES_ENGINE[verb], asked_by=asked_by)
    if new:
        _launch(database, job)
    return job, new


def resume(database: Database, job_id: int) -> Job:
    """Run an ended job's verb again; what it stored before is not done again.

    Raises:
        NotFoundError: there is no such job.
        InputError: it has not ended, or the same work is under way.
    """
    with database.connection() as conn:
        job = jobs.again(conn, job_id)
    if job is None:
        raise InputError(STILL)
    _launch(database, job)
    return job


def log_path(job_id: int) -> Path:
    """Return where a job's process writes what it prints."""
    return settings().data_dir / "logs" / "jobs" / f"{job_id}.log"


def log_tail(job_id: int, *, lines: int = 40) -> list[str]:
    """Return the last lines a job printed; empty where it printed nothing on this machine."""
    try:
        with log_path(job_id).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    # A progress bar draws over its own line; only what stood there last is worth reading.
    return [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").splitlines()][-lines:]


def _launch(database: Database, job: Job) -> None:
    path = log_path(job.id)
    command = [sys.executable, "-m", "core", *job.arguments, "--job", str(job.id)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as out:
            process = subprocess.Popen(command, cwd=PROJECT_DIR, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True)
    except OSError as error:
        message = "작업을 시작하지 못했습니다. 디스크의 빈 공간과 데이터 폴더의 쓰기 권한을 확인해 주세요."
        with database.connection() as conn:
            jobs.end(conn, job.id, "failed", error=message)
        raise StoreError(message) from error
    # Somebody has to wait for it, or it stays a zombie for as long as this process lives.
    threading.Thread(target=process.wait, name=f"job:{job.id}:wait", daemon=True).start()
