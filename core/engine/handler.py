"""One client connection: reads requests, waits for their results, answers. Computes nothing."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from core.engine import rows, wire
from core.engine.host import Host
from core.engine.lanes import BUSY, Job, Steps
from core.engine.messages import (
    PRIORITIES,
    PROTOCOL,
    RETIRED,
    Packed,
    Priority,
    error_to,
    pack_array,
    status_to,
    unpack_contents,
)
from core.engine.slots import Wanted
from core.engine.wire import Frame, WireError
from core.errors import EngineBusyError, UserError

log = logging.getLogger(__name__)
_LONGEST_TIMEOUT = 24 * 3600.0
_LOOKS = ("hello", "status")


class PeerGoneError(Exception):
    """The client left while its call was waiting."""


class Connection(threading.Thread):
    """Serves one socket until it closes, one request at a time."""

    def __init__(self, sock: socket.socket, host: Host, *, closed: Callable[[Connection], None]) -> None:
        super().__init__(name="connection", daemon=True)
        self._sock, self._host, self._closed = sock, host, closed
        self.only_looked = True
        """Whether nothing was asked of it but how the engine is."""

    def run(self) -> None:
        """Answer requests."""
        try:
            while (frame := wire.receive(self._sock)) is not None:
                with self._host.answering():
                    self._answer(frame)
        except (OSError, PeerGoneError):
            log.debug("a client left", exc_info=True)
        except WireError as error:
            log.warning("a client was cut off: %s", error)
        except Exception:
            log.exception("a connection failed")
        finally:
            self._sock.close()
            self._closed(self)

    def hear_no_more(self) -> None:
        """Answer what has arrived, then close; a client that sends now learns at once that nobody took it."""
        # Already closed is as good.
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RD)

    def _answer(self, frame: Frame) -> None:
        operation = _OPERATIONS.get(frame.header.get("op", ""))
        if operation is None:
            raise WireError(f"unknown operation {frame.header.get('op')!r}")
        self.only_looked &= frame.header["op"] in _LOOKS
        try:
            reply = operation(self, frame)
        except UserError as error:
            reply = Packed(error_to(error))
        except (KeyError, TypeError, ValueError) as error:
            raise WireError(f"malformed request: {error!r}") from error
        wire.send(self._sock, reply.header, reply.blobs)

    def _hello(self, frame: Frame) -> Packed:
        host = self._host
        if host.ending:
            return Packed({"error": RETIRED, "message": ""})
        return Packed({"protocol": PROTOCOL, "fingerprint": host.fingerprint, "pid": host.pid})

    def _status(self, frame: Frame) -> Packed:
        return Packed({"status": status_to(self._host.status())})

    def _reset_peaks(self, frame: Frame) -> Packed:
        self._host.reset_peaks()
        return Packed({})

    def _stop(self, frame: Frame) -> Packed:
        self._host.end(polite=False)
        return Packed({"pid": self._host.pid})

    def _retire(self, frame: Frame) -> Packed:
        self._host.end(polite=True)
        return Packed({"pid": self._host.pid})

    def _load(self, frame: Frame) -> Packed:
        shelf, wanted = self._host.bench.shelf, _wanted(frame)
        return self._wait(frame, lambda: _once(lambda: shelf.get(wanted)[1]), _loaded)

    def _evict(self, frame: Frame) -> Packed:
        shelf, key = self._host.bench.shelf, frame.header["key"]
        return self._wait(frame, lambda: _once(lambda: shelf.evict(key)), lambda job: Packed({"count": job.result}))

    def _encode(self, frame: Frame) -> Packed:
        role = frame.header["role"]
        if role not in ("query", "document"):
            raise ValueError(f"role {role!r}")
        contents, bench, wanted = unpack_contents(frame, frame.header["contents"]), self._host.bench, _wanted(frame)
        return self._wait(frame, lambda: rows.encode(bench, wanted, contents, role=role), _computed)

    def _rerank(self, frame: Frame) -> Packed:
        query, *documents = unpack_contents(frame, frame.header["contents"])
        bench, wanted = self._host.bench, _wanted(frame)
        return self._wait(frame, lambda: rows.rerank(bench, wanted, query, documents), _computed)

    def _wait(self, frame: Frame, make_steps: Callable[[], Steps], pack: Callable[[Job], Packed]) -> Packed:
        """Queue a call and wait for its end, its deadline or the client's leaving, whichever is first."""
        if self._host.ending:
            return Packed({"error": RETIRED, "message": ""})
        seconds = min(max(float(frame.header["timeout_s"]), 0.0), _LONGEST_TIMEOUT)
        job = Job(make_steps, priority=_priority(frame), deadline=time.monotonic() + seconds)
        try:
            self._host.lanes.put(job)
            if not self._ended(job):
                raise EngineBusyError(self._why_late())
            if job.error is not None:
                raise job.error
            return pack(job)
        finally:
            job.leave()

    def _ended(self, job: Job) -> bool:
        watched = select.poll()
        watched.register(job.done_fd, select.POLLIN)
        watched.register(self._sock, select.POLLIN | select.POLLHUP)
        events = dict(watched.poll(max(0.0, job.deadline - time.monotonic()) * 1000))
        if job.done_fd in events:
            return True
        if events:  # a client says nothing while it waits: it has closed, or does not keep to the protocol
            raise PeerGoneError
        return False

    def _why_late(self) -> str:
        loading = self._host.bench.shelf.loading
        if loading:
            return f"모델 {loading}을(를) 불러오는 중이라 아직 계산하지 못했습니다. 잠시 뒤에 다시 시도해 주세요."
        return BUSY


_OPERATIONS: dict[str, Callable[[Connection, Frame], Packed]] = {
    "hello": Connection._hello,
    "status": Connection._status,
    "reset_peaks": Connection._reset_peaks,
    "stop": Connection._stop,
    "retire": Connection._retire,
    "load": Connection._load,
    "evict": Connection._evict,
    "encode": Connection._encode,
    "rerank": Connection._rerank,
}


def _wanted(frame: Frame) -> Wanted:
    told = frame.header
    pixels = told["max_pixels"]
    return Wanted(str(told["key"]), str(told["precision"]), None if pixels is None else int(pixels), str(told.get("preferred", "auto")))


def _priority(frame: Frame) -> Priority:
    priority = frame.header["priority"]
    if priority not in PRIORITIES:
        raise ValueError(f"priority {priority!r}")
    return priority


def _once(action: Callable[[], Any]) -> Steps:
    """Work of a single step."""
    return action()
    yield


def _loaded(job: Job) -> Packed:
    return Packed({"model": asdict(job.result)})


def _computed(job: Job) -> Packed:
    work: rows.Work = job.result
    packed = Packed({
        "failures": work.failures,
        "model": asdict(work.model),
        "milliseconds": work.seconds * 1000,
        "queue_ms": job.queue_ms,
        "retried_fp32": work.retried,
    })
    packed.header["values"] = pack_array(packed, work.values)
    return packed
