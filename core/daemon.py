"""What the two daemons (the embedded PostgreSQL and the engine) share: locks, user counts, socket place, health.

Every lock here is ``flock(2)``: the kernel drops it when its holder dies, however it dies, so nothing needs repair
after ``kill -9``, a reused process id or a restarted container. Lock files are never deleted: a deleted lock file could
be held by one process while another one locks its successor.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psutil

from core.errors import UserError

SOCKET_BASES = ("/tmp", "/var/tmp", "/dev/shm")
_FIRST_WAIT, _LONGEST_WAIT = 0.005, 0.1


class FileLock:
    """An exclusive or shared lock on a file, usable as a context manager. One instance holds at most one lock.

    The descriptor is closed in child processes that are started with ``exec``, unless it is passed on purpose
    (``pass_fds=[lock.fileno()]``): then the lock lives until the last process that has it is gone, which is how a
    daemon proves that it lives. Call ``hand_over`` afterwards.
    """

    def __init__(self, path: Path, *, shared: bool = False, timeout: float | None = None) -> None:
        self.path = path
        self._mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._timeout = timeout
        self._fd: int | None = None

    def acquire(self) -> None:
        """Wait for the lock; without a timeout as long as it takes.

        Raises:
            TimeoutError: the timeout passed.
        """
        if self._timeout is None:
            self._fd = self._opened()
            fcntl.flock(self._fd, self._mode)
        elif not wait_until(self.try_acquire, seconds=self._timeout):
            raise TimeoutError(f"{self.path} stayed locked for {self._timeout} s")

    def try_acquire(self) -> bool:
        """Take the lock if it is free now; say whether it was."""
        fd = self._opened()
        try:
            fcntl.flock(fd, self._mode | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock up; does nothing when it is not held."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            fcntl.flock(fd, fcntl.LOCK_UN)
            os.close(fd)

    def hand_over(self) -> None:
        """Close this process's descriptor and leave the lock to the children that inherited it."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    @property
    def held(self) -> bool:
        """Whether this instance holds the lock."""
        return self._fd is not None

    def fileno(self) -> int:
        """Return the locked file's descriptor, to be passed to a child."""
        if self._fd is None:
            raise ValueError(f"{self.path} is not locked by this instance")
        return self._fd

    def _opened(self) -> int:
        if self._fd is not None:
            raise ValueError(f"{self.path} is already locked by this instance")
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.release()


class Users:
    """How many live processes use a daemon: each holds a shared lock on one file.

    ``register`` and ``is_last`` belong under the daemon's own exclusive lock, so that nobody joins a daemon that is
    being stopped. A user that was killed has left by itself.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: FileLock | None = None
        self._pid = 0

    @property
    def registered(self) -> bool:
        """Whether this process is counted in."""
        return self._lock is not None and self._pid == os.getpid()

    def register(self) -> None:
        """Count this process in (again and again is once)."""
        if self._lock is None:
            lock = FileLock(self._path, shared=True)
            lock.acquire()
            self._lock, self._pid = lock, os.getpid()

    def is_last(self) -> bool:
        """Say whether no other user is left; this process may be registered or not."""
        held, self._lock = self._lock, None
        if held is not None:
            held.release()
        probe = FileLock(self._path)
        alone = probe.try_acquire()
        probe.release()
        if held is not None:
            self.register()
        return alone

    def release(self) -> None:
        """Count this process out. A forked child leaves its parent's registration alone."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release() if os.getpid() == self._pid else lock.hand_over()


def socket_dir(data_dir: Path, *, owner: int | None = None) -> Path:
    """Return the private folder (mode 0700, created on need) for the Unix sockets of one data folder.

    Its path is short whatever ``data_dir`` is (a socket's path must stay below 108 bytes), the same in every process of
    the user, and does not depend on the environment. ``owner`` is the uid that the folder belongs to, by default ours.

    Raises:
        UserError: no base folder could be used, for instance because somebody else holds the name.
    """
    uid = os.geteuid() if owner is None else owner
    key = os.fsencode(f"{uid}:") + os.fsencode(data_dir.resolve())
    name = f"itembank-{hashlib.sha256(key).hexdigest()[:12]}"
    for base in SOCKET_BASES:
        path = Path(base, name)
        if _is_private(path, uid):
            return path
    raise UserError(
        "소켓을 둘 임시 폴더를 만들지 못했습니다. "
        f"{' · '.join(SOCKET_BASES)} 가운데 한 곳에 쓸 수 있게 한 뒤 다시 시작해 주세요."
    )


def _is_private(path: Path, uid: int) -> bool:
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            return False
        if found.st_uid != uid:
            if found.st_uid != os.geteuid():
                return False
            os.chown(path, uid, -1)
        if stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)
    except OSError:
        return False
    return True


def is_running(pid: int, marker: str) -> bool:
    """Say whether the process lives (a zombie does not) and its command line contains ``marker``.

    The marker tells our daemon from a stranger that was given the same process id.
    """
    if pid <= 0:
        return False
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and marker in " ".join(process.cmdline())
    except psutil.Error:
        return False


def wait_until(healthy: Callable[[], bool], *, seconds: float, gone: Callable[[], bool] = lambda: False) -> bool:
    """Ask ``healthy`` at growing intervals (5 to 100 ms) until it says yes, ``gone`` says yes or the time is over."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_WAIT
    while not healthy():
        if gone() or time.monotonic() >= deadline:
            return False
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 1.5, _LONGEST_WAIT)
    return True
