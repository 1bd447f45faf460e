"""One server: HTTP to it, whether it is well, what it has done."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3

from core.engine.messages import Priority
from core.engine.remote.addresses import host
from core.errors import EngineBusyError
from core.settings import settings

log = logging.getLogger(__name__)
FULL = "원격 서버의 차례가 시간 안에 오지 않았습니다. 잠시 뒤에 다시 시도해 주세요."


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the client is. Seconds, and numbers of requests."""

    connect_s: float = 3.0
    read_s: float = 60.0
    probe_s: float = 2.0
    rounds: int = 6
    """How often every server is tried for one request; between two rounds there is a pause."""
    first_pause_s: float = 0.25
    longest_pause_s: float = 8.0
    first_rest_s: float = 1.0
    """A server that did not answer is left alone for so long, doubling up to the longest."""
    longest_rest_s: float = 60.0
    interactive_slots: int = 4
    """Requests on their way to one server. Batch work has slots of its own, so that a search never waits behind it."""
    batch_slots: int = 12


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer; ``body`` is empty where it was no JSON object."""

    status: int
    body: dict[str, Any]
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """A look at one server."""

    url: str
    well: bool
    in_flight: int
    requests: int
    failures: int


class UnreachableError(Exception):
    """No answer: refused, broken off, or too late."""


class Replica:
    """One server of a model. Safe in threads."""

    def __init__(self, url: str, *, policy: Policy) -> None:
        self.url, self.host, self.served = url, host(url), ""
        self.well, self.checking, self.rest_until = True, False, 0.0
        self._policy, self._rests = policy, 0
        self._requests, self._failures, self._in_flight = 0, 0, 0
        self._lock = threading.Lock()
        self._slots = {
            "interactive": threading.BoundedSemaphore(policy.interactive_slots),
            "batch": threading.BoundedSemaphore(policy.batch_slots),
        }
        self._pool = urllib3.connection_from_url(url, maxsize=policy.interactive_slots + policy.batch_slots, retries=False)
        self._base = url.removeprefix(f"{self._pool.scheme}://").partition("/")[2]

    @property
    def in_flight(self) -> int:
        """Requests on their way now."""
        return self._in_flight

    def status(self) -> ReplicaStatus:
        """Return the numbers of this server."""
        return ReplicaStatus(self.url, self.well, self._in_flight, self._requests, self._failures)

    @contextmanager
    def slot(self, priority: Priority, *, deadline: float) -> Iterator[None]:
        """Hold one of the places of a priority, waiting for it until the deadline.

        Raises:
            EngineBusyError: the deadline came first.
        """
        slots = self._slots[priority]
        if not slots.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise EngineBusyError(FULL)
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
            slots.release()

    def post(self, path: str, body: bytes, *, seconds: float) -> Reply:
        """Send one request.

        Raises:
            UnreachableError: there was no answer within so many seconds.
        """
        with self._lock:
            self._requests += 1
        return self._send("POST", path, body, seconds=min(self._policy.read_s, seconds))

    def get(self, path: str) -> Reply:
        """Ask for something small.

        Raises:
            UnreachableError: there was no answer within the time of a probe.
        """
        return self._send("GET", path, None, seconds=self._policy.probe_s)

    def alive(self) -> bool:
        """Whether the server answers and says that it is healthy."""
        try:
            return self.get("/health").status == 200
        except UnreachableError:
            return False

    def recovered(self) -> None:
        """It has answered: requests go to it again."""
        with self._lock:
            self.well, self._rests = True, 0

    def rest(self) -> None:
        """It has not answered: leave it alone for a while, longer each time."""
        with self._lock:
            self._failures += 1
            if self.well or time.monotonic() >= self.rest_until:  # of many requests that fail together, one counts
                pause = min(self._policy.longest_rest_s, self._policy.first_rest_s * 2**self._rests)
                self._rests, self.rest_until = self._rests + 1, time.monotonic() + pause
                log.warning("%s does not answer, leaving it alone for %.1f s", self.url, pause)
            self.well = False

    def _send(self, method: str, path: str, body: bytes | None, *, seconds: float) -> Reply:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key := settings().engine_api_key.get_secret_value():
            headers["Authorization"] = f"Bearer {key}"
        timeout = urllib3.Timeout(connect=min(self._policy.connect_s, seconds), read=seconds)
        try:
            # A redirect is not followed: the token must not travel to where somebody else points.
            answer = self._pool.request(method, f"/{self._base.strip('/')}{path}" if self._base else path, body=body,
                                        headers=headers, timeout=timeout, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            log.info("%s %s%s: %s", method, self.url, path, error)
            raise UnreachableError(str(error)) from error
        return Reply(answer.status, _object(answer.data), _seconds(answer.headers.get("Retry-After")))


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
