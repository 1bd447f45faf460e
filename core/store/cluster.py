"""The files of the embedded PostgreSQL: a data folder made whole or not at all, its remains after a crash, its settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

import psutil

from core.daemon import is_running
from core.errors import StoreError
from core.store.binaries import MAJOR, Account

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
"""Nothing else: a PGDATA or PGOPTIONS of the caller's shell must not reach the server."""

_NO_PROCESS = 2**31 - 1
"""A process id that Linux and macOS never give out."""

_LONGEST_PATH = 900
"""Bytes; PostgreSQL keeps paths of files below its data folder in 1,024."""

_MIB = 1 << 20


def folder_argument(cluster: Path, account: Account) -> str:
    """Return what PostgreSQL is told as its data folder; its working directory is that folder.

    An account that may not walk the parent folders (``/root`` is closed to everybody else) still reaches the folder it
    was started in, through the kernel's link to it.

    Raises:
        StoreError: the path is too long, or out of reach on a system without that link.
    """
    if len(os.fsencode(cluster)) > _LONGEST_PATH:
        raise StoreError("데이터 폴더의 경로가 너무 깁니다. DATA_DIR을 더 짧은 경로로 정해 주세요.")
    if account.reaches(cluster):
        return str(cluster)
    if sys.platform == "linux":
        return "/proc/self/cwd"
    raise StoreError(f"{cluster} 폴더를 데이터베이스 계정이 열 수 없습니다. DATA_DIR을 다른 폴더로 정해 주세요.")


def ensure_cluster(cluster: Path, *, account: Account, programs: Path, log: IO[bytes]) -> None:
    """Make the data folder if there is none; give an existing one the owner and mode that PostgreSQL insists on.

    It is made under another name and renamed when it is complete and on disk: an interrupted ``initdb`` leaves nothing
    that looks like a database.

    Raises:
        StoreError: it cannot be made, or what is there is damaged or of another PostgreSQL version.
    """
    for interrupted in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(interrupted, ignore_errors=True)
    if cluster.exists() and not any(cluster.iterdir()):
        cluster.rmdir()
    if not cluster.exists():
        _make(cluster, account=account, programs=programs, log=log)
        return
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(
            f"데이터 폴더 {cluster}이(가) 손상되었습니다. 백업에서 되살리거나 폴더를 다른 곳으로 옮긴 뒤 다시 시작해 주세요."
        ) from error
    if version != str(MAJOR):
        raise StoreError(
            f"데이터 폴더 {cluster}은(는) PostgreSQL {version}의 것이라 PostgreSQL {MAJOR}(으)로 열 수 없습니다. "
            "그것을 만든 버전의 프로그램으로 백업한 뒤 옮겨 주세요."
        )
    if cluster.stat().st_uid != account.uid:
        # Root copied the folder; the stand-in account must own all of it.
        for path in (cluster, *cluster.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    cluster.chmod(0o700)


def _make(cluster: Path, *, account: Account, programs: Path, log: IO[bytes]) -> None:
    new = Path(tempfile.mkdtemp(prefix=f"{cluster.name}.new-", dir=cluster.parent))
    try:
        if account.is_other:
            os.chown(new, account.uid, account.gid)
        command = [
            str(programs / "bin" / "initdb"), "--pgdata", folder_argument(new, account), "--username", "postgres",
            "--auth-local", "trust", "--auth-host", "reject", "--encoding", "UTF8", "--locale", "C",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
        ]
        if sys.platform == "linux":
            command += ["--sync-method", "syncfs"]
        done = subprocess.run(
            command, check=False, cwd=new, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            **account.popen_options(),
        )
        if done.returncode != 0:
            raise StoreError(
                f"내장 데이터베이스를 만들지 못했습니다. 디스크의 빈 공간을 확인하고 {log.name}의 마지막 줄을 봐 주세요."
            )
        new.rename(cluster)
        _sync_folder(cluster.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def processes(cluster: Path) -> list[psutil.Process]:
    """Return the live PostgreSQL processes that work in the folder, whatever it was called when they started."""
    found = []
    for process in psutil.process_iter():
        try:
            # A zombie has no working directory: it raises and is left out.
            if process.name().startswith("postgres") and Path(process.cwd()).samefile(cluster):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def clear_remains(cluster: Path, sockets: Path, *, socket: str) -> None:
    """Remove what a server that died left behind; call only when none of this folder's processes lives.

    PostgreSQL itself would take a zombie or a stranger with the old process id for a running server, and a half-written
    ``postmaster.pid`` for a start under way.
    """
    pid_file = cluster / "postmaster.pid"
    if pid_file.exists():
        first, _, rest = pid_file.read_text(errors="replace").partition("\n")
        if first.strip().isdigit() and rest:
            # The rest names the shared memory: PostgreSQL's own guard against a forgotten child stays in force.
            pid_file.write_text(f"{_NO_PROCESS}\n{rest}")
        else:
            pid_file.unlink()
    (sockets / socket).unlink(missing_ok=True)
    (sockets / f"{socket}.lock").unlink(missing_ok=True)


def socket_holder(sockets: Path, *, socket: str) -> psutil.Process | None:
    """Return the living server that holds the socket, if there is one."""
    try:
        pid = int((sockets / f"{socket}.lock").read_text().split("\n", 1)[0])
        return psutil.Process(pid) if is_running(pid, str(sockets)) else None
    except (OSError, ValueError, psutil.Error):
        return None


def options(sockets: Path) -> list[str]:
    """Return the server's settings as command-line arguments; they outrank its configuration file."""
    memory = psutil.virtual_memory().total // _MIB
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        # A table above a quarter of this bypasses the cache; memory is taken only as data fills it.
        "shared_buffers": f"{min(max(memory // 8, 128), 2048)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 1024)}MB",
        # Huge pages would be taken whole at once, and from somebody who reserved them.
        "huge_pages": "off",
        "work_mem": "16MB",
        "random_page_cost": "1.1",
        "max_connections": "100",
        "max_logical_replication_workers": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_checkpoints": "off",
    }
    if sys.platform == "linux":
        settings["recovery_init_sync_method"] = "syncfs"
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
