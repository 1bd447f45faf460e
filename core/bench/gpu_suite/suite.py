"""The process that keeps what was measured: it starts workers, writes their figures down as they come, survives them."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import saving
from core.bench.gpu_suite.options import Options
from core.bench.gpu_suite.report import totals
from core.settings import PROJECT_DIR

RANDOM = "random weights: speed and memory only"
COMMAND = (sys.executable, "-m", "core.bench.gpu_suite.worker")
PART_SECONDS = 600.0
_TAIL = 1500
_LEAVE_SECONDS = 20
"""How long a worker that has told everything may take to end."""
Say = Callable[[str], None]


@dataclass
class Record:
    """The result as it grows, on disk after every figure."""

    out: Path
    options: Options
    parts: Sequence[str]
    content: dict[str, Any] = field(init=False)
    path: Path | None = None

    def __post_init__(self) -> None:
        self.content = {
            "suite": "gpu-suite",
            "format": 1,
            "random_weights": True,
            "note": RANDOM,
            "size": self.options.size,
            "miniature": self.options.size == "mini",
            "complete": False,
            "started": _now(),
            "finished": None,
            "device": None,
            "target_device": False,
            "target_note": None,
            "environment": None,
            "budget": None,
            "options": self.options.as_dict(),
            "parts": {part: {"status": "waiting", "seconds": None, "error": None, "results": {}} for part in self.parts},
        }

    def environment(self, value: dict[str, Any], budget: dict[str, Any] | None) -> None:
        """Take over what the first worker says of the machine; a later one says nothing new."""
        if self.content["environment"] is None:
            self.content |= {"environment": value, "budget": budget, "device": value["device"],
                             "target_device": value["target_device"], "target_note": value["target_note"]}
        self.save()

    def put(self, part: str, path: Sequence[str], value: Any) -> None:
        """Put one figure in its place."""
        place = self.content["parts"][part]["results"]
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
        self.save()

    def status(self, part: str, status: str, *, seconds: float | None = None, error: str | None = None) -> None:
        """Say how a part stands: waiting, running, done or failed."""
        self.content["parts"][part] |= {"status": status, "seconds": seconds, "error": error}
        self.save()

    def finish(self) -> Path:
        """Mark the record complete and return where it lies."""
        self.content |= {"complete": True, "finished": _now()}
        return self.save()

    def save(self) -> Path:
        """Write the whole record; a reader never sees half of one."""
        self.content |= totals(self.content)
        if self.path is None:
            self.path = self.out / f"gpu-suite_{self.options.size}_{_slug(self.content['device'])}_{_stamp()}.json"
            self.out.mkdir(parents=True, exist_ok=True)
        saving.save(self.path, (json.dumps(self.content, ensure_ascii=False, indent=1) + "\n").encode())
        return self.path


def run_suite(options: Options, parts: Sequence[str], *, out: Path, say: Say = lambda sentence: None,
              command: Sequence[str] = COMMAND, part_seconds: float = PART_SECONDS) -> tuple[dict[str, Any], Path]:
    """Measure the parts and return the record and its file.

    A part that fails, crashes its worker or takes too long is recorded as failed, with the error as text; the others go
    on in a new worker.
    """
    record = Record(out, options, tuple(parts))
    waiting = list(parts)
    while waiting:
        settled = _one_worker(record, waiting, say=say, command=command, part_seconds=part_seconds)
        waiting = [part for part in waiting if part not in settled]
    return record.content, record.finish()


def _one_worker(record: Record, parts: list[str], *, say: Say, command: Sequence[str], part_seconds: float) -> set[str]:
    """Run one worker until it ends; return the parts that are settled, at least one."""
    settled: set[str] = set()
    running, since = "", time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as spoken:
        asked = json.dumps({"parts": parts, "options": record.options.as_dict()})
        with _Worker([*command, asked], spoken) as (worker, pipe):
            for line in _lines(pipe, worker, seconds=part_seconds):
                event = json.loads(line)
                part = event.get("part", "")
                if event["event"] == "environment":
                    record.environment(event["value"], event["budget"])
                elif event["event"] == "start":
                    running, since = part, time.monotonic()
                    record.status(part, "running")
                    say(f"{part}: 재는 중입니다.")
                elif event["event"] == "put":
                    record.put(part, event["path"], event["value"])
                else:
                    seconds = time.monotonic() - since
                    record.status(part, event["event"], seconds=seconds, error=event.get("error"))
                    say(f"{part}: {'끝났습니다' if event['event'] == 'done' else '실패했습니다'} ({seconds:.0f}초).")
                    settled.add(part)
                    running = ""
        if running or not settled:
            spoken.seek(0)
            why = _why(worker.returncode, time.monotonic() - since, part_seconds, spoken.read()[-_TAIL:])
            # Before its first part a worker fails for all of them alike: no driver, a missing package.
            for part in [running] if running else parts:
                record.status(part, "failed", seconds=time.monotonic() - since, error=why)
                settled.add(part)
                say(f"{part}: 실패했습니다.")
    return settled


class _Worker:
    """A worker and the pipe it tells through; ended and reaped on the way out, whatever happened."""

    def __init__(self, command: Sequence[str], spoken: Any) -> None:
        self._read, write = os.pipe()
        try:
            self._process = subprocess.Popen([*command, str(write)], pass_fds=(write,), stdin=subprocess.DEVNULL, stdout=spoken,
                                             stderr=spoken, cwd=PROJECT_DIR, start_new_session=True)
        finally:
            os.close(write)

    def __enter__(self) -> tuple[subprocess.Popen[bytes], int]:
        return self._process, self._read

    def __exit__(self, interrupted: type[BaseException] | None, *_: object) -> None:
        os.close(self._read)
        try:
            self._process.wait(timeout=0 if interrupted else _LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(self._process)
        self._process.wait()


def _kill(worker: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        worker.kill()


def _lines(pipe: int, worker: subprocess.Popen[bytes], *, seconds: float) -> Iterator[str]:
    """Yield whole lines until the worker closes the pipe; a worker that is silent about parts for too long is ended."""
    buffer = b""
    until = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            _kill(worker)
            return
        chunk = os.read(pipe, 65536)
        if not chunk:
            return
        buffer += chunk
        *whole, buffer = buffer.split(b"\n")
        for line in whole:
            if b'"event": "start"' in line:
                until = time.monotonic() + seconds
            yield line.decode()


def _why(code: int, seconds: float, limit: float, spoken: str) -> str:
    if seconds >= limit:
        reason = f"did not finish within {limit:.0f} s"
    elif code < 0:
        reason = f"the worker was ended by signal {-code}"
    else:
        reason = f"the worker ended with exit code {code}"
    return f"{reason}; it said last: {' '.join(spoken.split())[-_TAIL:]}" if spoken.strip() else reason


def _slug(device: str | None) -> str:
    return re.sub(r"[^a-z0-9]+", "-", (device or "unknown").lower().replace("nvidia geforce", "").replace("nvidia", "")).strip("-")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
