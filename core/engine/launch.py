"""Finding, starting, replacing and stopping the engine of a data folder. Everything under one file lock."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.daemon import FileLock, is_running, wait_until
from core.engine import fingerprint, reserve, wire
from core.engine.messages import PROTOCOL, RETIRED, error_from
from core.engine.places import Places
from core.errors import EngineError, UserError
from core.settings import PROJECT_DIR, settings

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "core.engine")
START_SECONDS = 60.0
HELLO_SECONDS = 10.0
STOP_SECONDS = 30.0
"""Longer than an engine takes that finishes its work first; then it is ended by signal."""
LOOP_SECONDS, LOOP_CRASHES = 120.0, 5
"""That many crashes within that time are a loop, and starting again would not help."""
LOG_BYTES = 8 * 2**20

CRASH_LOOP = "계산 엔진이 짧은 시간에 {count}번 멈췄습니다. {log} 파일을 보고 {seconds:.0f}초 뒤에 다시 시도해 주세요."
NOT_STARTED = "계산 엔진을 시작하지 못했습니다. 이유는 {log} 파일의 끝에 있습니다."
OTHER_PROGRAM = "프로그램이 새 버전으로 바뀌었습니다. 이 대시보드(또는 명령)를 다시 시작해 주세요."
OTHER_SETTINGS = "설정이 다른 두 프로그램이 한 엔진을 번갈아 바꾸고 있습니다. 하나를 끝내거나 DATA_DIR을 나눠 주세요."


class Greeted(NamedTuple):
    """A socket and what the engine behind it said of itself."""

    sock: socket.socket
    pid: int
    protocol: int
    fingerprint: str


class Launcher:
    """One per client. Safe in threads and across processes."""

    def __init__(self, data_dir: Path, *, command: Sequence[str] = COMMAND,
                 own_fingerprint: Callable[[], str] = fingerprint.current) -> None:
        self.places = Places(data_dir.resolve())
        self._command, self._fingerprint = tuple(command), own_fingerprint
        self._child: subprocess.Popen[bytes] | None = None
        self._replaced: list[float] = []

    def connect(self) -> tuple[socket.socket, bool]:
        """Return a connection to the right engine, starting or replacing one if need be, and whether later calls may use it too.

        They may not where a measurement lends its engine: at its end the right one is another.

        Raises:
            EngineError: it does not start, or crashes again and again.
        """
        greeted = self.find()
        wanted = self.wanted()
        if greeted is None or not self._suits(greeted, wanted):
            greeted = self._connect_alone(greeted, wanted)
        if greeted.protocol != PROTOCOL:
            greeted.sock.close()
            raise EngineError(OTHER_PROGRAM)
        return greeted.sock, greeted.fingerprint == wanted

    def wanted(self) -> str:
        """Return the fingerprint of an engine with this program's code and settings."""
        return self._fingerprint()

    def _suits(self, greeted: Greeted, wanted: str) -> bool:
        try:
            return greeted.fingerprint == wanted or reserve.lends(self.places, running=greeted.fingerprint, wanted=wanted)
        except EngineError:
            greeted.sock.close()
            raise

    def find(self) -> Greeted | None:
        """Return a connection to the engine that runs, whichever it is, or None."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(HELLO_SECONDS)
        try:
            sock.connect(str(self.places.socket))
            if wire.peer_uid(sock) != os.geteuid():
                raise EngineError("계산 엔진의 소켓을 다른 사용자가 열고 있어 쓰지 않았습니다. 관리자에게 알려 주세요.")
            wire.send(sock, {"op": "hello"})
            frame = wire.receive(sock)
            if frame is not None:
                told = frame.header
                if "error" in told and told["error"] != RETIRED:
                    raise error_from(told)
                return Greeted(sock, int(told["pid"]), int(told["protocol"]), str(told["fingerprint"]))
        except (OSError, wire.WireError, KeyError, TypeError, ValueError):
            log.debug("no engine answers", exc_info=True)
        except UserError:
            sock.close()
            raise
        sock.close()
        return None

    def stop(self) -> None:
        """End the engine if one runs, and wait until it is gone."""
        with self._alone():
            greeted = self.find()
            if greeted is not None:
                self._ask(greeted, "stop")
            self._wait_gone()

    def _alone(self) -> FileLock:
        return FileLock(self.places.starting, timeout=START_SECONDS + STOP_SECONDS)

    def _connect_alone(self, greeted: Greeted | None, wanted: str) -> Greeted:
        if greeted is not None:
            greeted.sock.close()
        try:
            with self._alone():
                greeted = self.find()
                if greeted is not None and self._suits(greeted, wanted):
                    return greeted
                if greeted is not None:
                    self._count_replacement()
                    log.info("replacing the engine %d: its code or settings are others", greeted.pid)
                    self._ask(greeted, "retire")
                self._wait_gone()
                return self._start()
        except TimeoutError as error:
            raise EngineError(NOT_STARTED.format(log=self.places.log)) from error

    def _ask(self, greeted: Greeted, operation: str) -> None:
        try:
            with greeted.sock as sock:
                wire.send(sock, {"op": operation})
                wire.receive(sock)
        except (OSError, wire.WireError):
            log.warning("the engine %d did not take %r", greeted.pid, operation, exc_info=True)

    def _wait_gone(self) -> None:
        """Wait for the engine's end, then insist by signal: an engine nobody can talk to must not block the next."""
        if self._none_alive():
            return
        pid = self.places.read_pid()
        if wait_until(self._none_alive, seconds=STOP_SECONDS):
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if is_running(pid, str(self.places.data_dir)):
                log.warning("ending the engine %d with %s", pid, number.name)
                os.kill(pid, number)
            if wait_until(self._none_alive, seconds=HELLO_SECONDS):
                return
        raise EngineError(NOT_STARTED.format(log=self.places.log))

    def _none_alive(self) -> bool:
        probe = FileLock(self.places.alive)
        free = probe.try_acquire()
        probe.release()
        return free

    def _start(self) -> Greeted:
        restarts = self._note_crash()
        self._reap()
        with _log_file(self.places.log) as output:
            child = self._child = subprocess.Popen(
                [*self._command, "--data-dir", str(self.places.data_dir), "--restarts", str(restarts)],
                cwd=PROJECT_DIR,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        found: list[Greeted] = []

        def healthy() -> bool:
            greeted = self.find()
            found.extend([greeted] if greeted is not None else [])
            return bool(found)

        if not wait_until(healthy, seconds=START_SECONDS, gone=lambda: child.poll() is not None):
            if child.poll() is None:
                child.kill()
            log.error("the engine did not start (exit code %s)", child.poll())
            raise EngineError(NOT_STARTED.format(log=self.places.log))
        return found[0]

    def _reap(self) -> None:
        if self._child is not None:
            self._child.poll()

    def _note_crash(self) -> int:
        """Return how many engines have crashed so far, this one included; refuse to go on in a loop."""
        total, recent = self._crashes()
        if self.places.pid.exists():
            total, recent = total + 1, [*recent, time.time()]
            self.places.pid.unlink(missing_ok=True)
            self.places.crashes.write_text(json.dumps({"total": total, "recent": recent}))
            log.warning("an engine ended without being asked to (%d so far)", total)
        if len(recent) >= LOOP_CRASHES:
            left = max(1.0, recent[-LOOP_CRASHES] + LOOP_SECONDS - time.time())
            raise EngineError(CRASH_LOOP.format(count=len(recent), log=self.places.log, seconds=left))
        return total

    def _crashes(self) -> tuple[int, list[float]]:
        try:
            noted = json.loads(self.places.crashes.read_text())
            since = time.time() - LOOP_SECONDS
            return int(noted["total"]), [float(when) for when in noted["recent"] if since <= when <= time.time()]
        except (OSError, ValueError, KeyError, TypeError):
            return 0, []

    def _count_replacement(self) -> None:
        now = time.monotonic()
        self._replaced = [when for when in self._replaced if now - when < LOOP_SECONDS] + [now]
        if len(self._replaced) >= LOOP_CRASHES:
            raise EngineError(OTHER_SETTINGS)


def _environment() -> dict[str, str]:
    """The settings that are the engine's own, as this process has them; what a call says itself is left out."""
    chosen = settings()
    own = {name.upper(): str(getattr(chosen, name))
           for name in ("data_dir", "models_dir", "device", "torch_threads", "gpu_budget_gb", "siglip_id", "log_level")}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in {"PRECISION", "MAX_PIXELS"}}
    # Nothing is downloaded by an engine; a hub that cannot be reached must not delay or decide anything.
    return {**kept, **own, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}


def _log_file(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")
