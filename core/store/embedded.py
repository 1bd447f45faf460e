"""The embedded PostgreSQL of a data folder: started on first need, shared by processes, stopped by the last one.

Three lock files in the data folder carry everything that must survive a killed process:

    postgres.lock    held while somebody starts or stops the server
    postgres.users   shared by every process that uses it; a killed one has left
    postgres.alive   inherited by the server and its children: free means that none of them lives, whatever
                     postmaster.pid says (it may name a dead, reused or half-written process id)

Connections go through a Unix socket in a short private folder; no port is opened.
"""

from __future__ import annotations

import logging
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
from psycopg import pq
from psycopg.conninfo import make_conninfo

from core.daemon import FileLock, Users, is_running, socket_dir, wait_until
from core.errors import StoreError
from core.store import cluster
from core.store.binaries import account_for, programs_for

SILENT_SECONDS = 30.0
"""How long a living server may not answer at all; one that says it is recovering gets thirty times as long."""

_LOCK_SECONDS = 300.0
_LARGEST_LOG = 5_000_000
_SOCKET = ".s.PGSQL.5432"
_SHUTDOWN = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
"""Fast (clients are cut off, data is written), immediate (the next start recovers), forced; with seconds to wait."""

_log = logging.getLogger(__name__)
_children: list[subprocess.Popen[bytes]] = []
"""Servers this process started, kept so that they can be reaped when they end, whoever ended them."""


class EmbeddedServer:
    """One data folder's server as this process sees it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.log_path = data_dir / "postgresql.log"
        self._folder = data_dir / "postgres"
        self._alive_path = data_dir / "postgres.alive"
        self._users = Users(data_dir / "postgres.users")
        self._sockets: Path | None = None

    @property
    def conninfo(self) -> str:
        """How to connect, once ``start`` has returned."""
        if self._sockets is None:
            raise ValueError("the server was not started")
        return make_conninfo(host=str(self._sockets), port=5432, user="postgres", dbname="postgres", connect_timeout=5)

    def start(self) -> None:
        """Join the running server or start it, and count this process as a user.

        Raises:
            StoreError: it cannot be started; the message says what to do, the server's log says why.
        """
        with self._exclusively():
            self._ensure_running()
            self._users.register()

    def ensure_running(self) -> None:
        """Start the server again if it is gone, for as long as this process uses it.

        Raises:
            StoreError: as in ``start``.
        """
        if not self._users.registered:
            raise StoreError("데이터베이스를 이미 닫았습니다. 프로그램을 다시 시작해 주세요.")
        with self._exclusively():
            self._ensure_running()

    def leave(self) -> None:
        """Stop using the server, and stop it if nobody else uses it."""
        if not self.data_dir.exists():
            self._users.release()
            return
        with self._exclusively():
            last = self._users.is_last()
            self._users.release()
            if last:
                self._stop()

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Hold the start lock; what the file system refuses becomes a sentence."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(self.data_dir / "postgres.lock", timeout=_LOCK_SECONDS):
                yield
        except TimeoutError as error:
            raise StoreError(
                "다른 프로세스가 데이터베이스를 켜거나 끄는 일을 마치지 않았습니다. 잠시 뒤 다시 시작해 주세요."
            ) from error
        except OSError as error:
            raise StoreError(
                f"데이터 폴더 {self.data_dir}을(를) 쓸 수 없습니다. 쓰기 권한과 빈 공간을 확인하거나 DATA_DIR을 다른 폴더로 정해 주세요."
            ) from error

    def _ensure_running(self) -> None:
        _reap()
        account = account_for(self._folder)
        self._sockets = socket_dir(self._folder, owner=account.uid)
        alive = FileLock(self._alive_path)
        try:
            if not alive.try_acquire() and self._answers_or_ends(alive, self._sockets):
                return
            self._evict_strangers(self._sockets)
            programs = programs_for(account)
            with self._opened_log() as log:
                cluster.ensure_cluster(self._folder, account=account, programs=programs, log=log)
                cluster.clear_remains(self._folder, self._sockets, socket=_SOCKET)
                command = [
                    str(programs / "bin" / "postgres"), "-D", cluster.folder_argument(self._folder, account),
                    *cluster.options(self._sockets),
                ]
                child = subprocess.Popen(
                    command, cwd=self._folder, env=cluster.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, start_new_session=True, pass_fds=[alive.fileno()], **account.popen_options(),
                )
            _children.append(child)
            alive.hand_over()
            if not self._wait_for_answer(gone=lambda: child.poll() is not None):
                child.kill()
                raise self._start_error()
        finally:
            alive.release()

    def _answers_or_ends(self, alive: FileLock, sockets: Path) -> bool:
        """Wait for the living server: True when it answers, False when it is gone and ``alive`` is ours.

        A server without a way in (its folder was moved, its socket deleted, its postmaster killed) is ended, and so
        is one that hangs.
        """
        def gone() -> bool:
            if alive.held or alive.try_acquire():
                return True
            return cluster.socket_holder(sockets, socket=_SOCKET) is None

        if self._wait_for_answer(gone=gone):
            return True
        if not alive.held:
            _log.warning("the database server in %s lives but does not answer; ending it", self._folder)
            self._end(alive)
        if not alive.held:
            raise StoreError(
                f"데이터 폴더 {self.data_dir}을(를) 다른 컨테이너나 계정의 데이터베이스가 쓰고 있습니다. 그쪽을 먼저 꺼 주세요."
            )
        return False

    def _wait_for_answer(self, *, gone: Callable[[], bool]) -> bool:
        """Wait until the server accepts connections, for as long as it shows signs of life."""
        for _ in range(30):
            if wait_until(lambda: self._ping() == pq.Ping.OK, seconds=SILENT_SECONDS, gone=gone):
                return True
            last = self._ping()
            if last != pq.Ping.REJECT:
                return last == pq.Ping.OK
        return False

    def _ping(self) -> int:
        return pq.PGconn.ping(self.conninfo.encode())

    def _evict_strangers(self, sockets: Path) -> None:
        """End a server that outlived a deleted folder of the same name; refuse to join one that is not ours."""
        holder = cluster.socket_holder(sockets, socket=_SOCKET)
        if holder is not None:
            _log.warning("ending database server %d, whose folder is gone", holder.pid)
            for number, seconds in _SHUTDOWN[1:]:
                _signal([holder], number)
                if wait_until(lambda: not is_running(holder.pid, str(sockets)), seconds=seconds):
                    break
        if others := cluster.processes(self._folder):
            raise StoreError(
                f"다른 프로그램이 켠 PostgreSQL(프로세스 {others[0].pid})이 데이터 폴더를 쓰고 있습니다. 그것을 먼저 꺼 주세요."
            )

    def _stop(self) -> None:
        alive = FileLock(self._alive_path)
        try:
            if not alive.try_acquire():
                self._end(alive)
            if alive.held and self._sockets is not None and self._sockets.exists():
                with suppress(OSError):
                    self._sockets.rmdir()
            elif not alive.held:
                _log.error("the database server in %s could not be stopped", self._folder)
        finally:
            alive.release()
        _reap()

    def _end(self, alive: FileLock) -> None:
        """Shut the server down, then less and less gently, until ``alive`` could be taken."""
        for number, seconds in _SHUTDOWN:
            # The postmaster passes the word on; children that outlived theirs are told themselves.
            working = cluster.processes(self._folder)
            pids = {process.pid for process in working}
            _signal([process for process in working if _parent(process) not in pids], number)
            if wait_until(alive.try_acquire, seconds=seconds if working else 1.0):
                return

    def _opened_log(self) -> IO[bytes]:
        if self.log_path.exists() and self.log_path.stat().st_size > _LARGEST_LOG:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return self.log_path.open("ab")

    def _start_error(self) -> StoreError:
        tail = self.log_path.read_text(errors="replace")[-2000:]
        _log.error("the database server did not start; the end of its log:\n%s", tail)
        if "No space left on device" in tail:
            return StoreError("디스크가 가득 차 데이터베이스를 켜지 못했습니다. 빈 공간을 만든 뒤 다시 시작해 주세요.")
        return StoreError(f"내장 데이터베이스를 켜지 못했습니다. {self.log_path}의 마지막 줄을 보고 다시 시작해 주세요.")


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]
