"""Several servers of one model: who takes a request, what happens when one dies, how long to wait in between.

Every pause and every failed attempt lies outside the time that is reported; they are counted instead.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.engine.messages import Priority
from core.engine.remote.replica import Policy, Replica, ReplicaStatus, Reply, UnreachableError
from core.errors import EngineBusyError, EngineDiedError, EngineError

log = logging.getLogger(__name__)
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
AWAY = frozenset({502, 503, 504})
"""Of these, the ones by which a proxy says that the server behind it is gone."""
CONTENT = frozenset({400, 413, 422})
"""Statuses that are about what was sent."""
NO_KEY = "원격 서버 {server}이(가) 접근을 거절했습니다. ENGINE_API_KEY를 확인해 주세요."
NO_MODEL = "원격 서버 {server}에 필요한 기능이나 모델이 없습니다(HTTP {status}). docs/scale.md의 명령으로 서버를 시작해 주세요."
NONE_ANSWERS = "원격 서버가 모두 응답하지 않습니다({servers}). 서버를 켜거나 ENGINE_URL을 비워 이 컴퓨터에서 계산해 주세요."
BROKEN = "원격 서버가 계산하지 못하고 오류를 냈습니다(HTTP {status}). 서버의 로그를 확인하고 다시 시도해 주세요."
LATE = "원격 서버가 시간 안에 답하지 않았습니다. 잠시 뒤에 다시 시도해 주세요."
STOPPED = "다른 요청이 실패하여 멈추었습니다. 다시 시도해 주세요."


class RefusedError(EngineError):
    """A server will not take this content; the others would not either."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"원격 서버가 이 내용을 받아들이지 않았습니다(HTTP {status}). 내용을 줄여 다시 시도해 주세요.")
        self.status, self.reason = status, reason


class UnreachableFleetError(EngineBusyError):
    """No server answers now; later one may."""


class BrokenFleetError(EngineDiedError):
    """Servers answer, but only with errors to this request, which may be what causes them."""


@dataclass(slots=True)
class Call:
    """What the requests of one call share: until when, how urgent, and what they have cost so far."""

    deadline: float
    priority: Priority
    retries: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of every successful attempt, on the monotonic clock."""
    stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def failed(self) -> None:
        """Count an attempt that has to be made again."""
        with self._lock:
            self.retries += 1

    def succeeded(self, start: float, end: float) -> None:
        """Note a successful attempt."""
        with self._lock:
            self.spans.append((start, end))

    @property
    def milliseconds(self) -> float:
        """The time in which at least one successful attempt was under way."""
        total, reached = 0.0, float("-inf")
        for start, end in sorted(self.spans):
            total += max(0.0, end - max(start, reached))
            reached = max(reached, end)
        return total * 1000

    @property
    def first_start(self) -> float | None:
        """When the first successful attempt began."""
        return min((start for start, _ in self.spans), default=None)


class Fleet:
    """The servers of one model. Safe in threads."""

    def __init__(self, urls: Sequence[str], *, policy: Policy, trusted: Callable[[Replica], bool] = lambda replica: True) -> None:
        """Args: trusted: asked of a server that was away before it is used again; it may have become another model."""
        self.replicas = tuple(Replica(url, policy=policy) for url in urls)
        self._policy, self._trusted = policy, trusted
        self._lock = threading.Lock()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The machines, without ports."""
        return tuple(dict.fromkeys(replica.host for replica in self.replicas))

    def places(self, priority: Priority) -> int:
        """How many requests of a priority can be on their way together."""
        each = self._policy.batch_slots if priority == "batch" else self._policy.interactive_slots
        return each * max(1, sum(replica.well for replica in self.replicas))

    def status(self) -> tuple[ReplicaStatus, ...]:
        """Return a look at every server."""
        return tuple(replica.status() for replica in self.replicas)

    def answers(self, host: str) -> bool:
        """Whether any server of a machine is up."""
        return any(replica.alive() for replica in self.replicas if replica.host == host)

    def ask(self, path: str, body: Callable[[Replica], bytes], call: Call) -> tuple[dict[str, Any], Replica]:
        """Send a request until a server answers it; return the answer and who gave it.

        Raises:
            RefusedError: the content is refused.
            BrokenFleetError: every attempt ended in a server's error.
            UnreachableFleetError: no server answers.
            EngineBusyError: the deadline came first.
            EngineError: a server refuses access or does not serve this.
        """
        last: Reply | None = None
        rounds = 0
        while rounds < self._policy.rounds:
            if rounds:
                self._pause(self._backoff(rounds, last), call)
            tried: set[Replica] = set()
            while (replica := self._choose(tried)) is not None:
                tried.add(replica)
                reply = self._attempt(replica, path, body, call)
                if reply is not None and reply.status == 200:
                    return reply.body, replica
                last = reply or last
            if tried or not any(replica.checking for replica in self.replicas):
                rounds += 1
            else:  # another request is finding out whether a server is back: that costs this one no attempt
                self._pause(self._policy.first_pause_s, call)
        if last is None:
            raise UnreachableFleetError(NONE_ANSWERS.format(servers=", ".join(self.hosts)))
        raise BrokenFleetError(BROKEN.format(status=last.status))

    def _attempt(self, replica: Replica, path: str, body: Callable[[Replica], bytes], call: Call) -> Reply | None:
        """One attempt at one server; None where it did not answer, or died while this waited for its turn there."""
        with replica.slot(call.priority, deadline=call.deadline):
            if call.stopped.is_set():
                raise EngineError(STOPPED)
            if not replica.well:
                return None
            data = body(replica)
            start = time.monotonic()
            try:
                reply = replica.post(path, data, seconds=max(0.001, call.deadline - start))
            except UnreachableError:
                call.failed()
                replica.rest()
                return None
            if reply.status == 200:
                call.succeeded(start, time.monotonic())
                return reply
        self._judge(replica, reply)
        call.failed()
        return reply

    def _judge(self, replica: Replica, reply: Reply) -> None:
        if reply.status in AWAY:
            replica.rest()
        elif reply.status not in AGAIN:
            log.warning("%s answered %d: %.500s", replica.url, reply.status, reply.body)
            if reply.status in CONTENT:
                raise RefusedError(reply.status, str(reply.body.get("error") or reply.body.get("message") or ""))
            if reply.status in (401, 403):
                raise EngineError(NO_KEY.format(server=replica.host))
            raise EngineError(NO_MODEL.format(server=replica.host, status=reply.status))

    def _choose(self, tried: set[Replica]) -> Replica | None:
        """The least busy server that is well; one that was away comes back through a check; with none well, any."""
        while True:
            with self._lock:
                left = [replica for replica in self.replicas if replica not in tried]
                due = [replica for replica in left
                       if not (replica.well or replica.checking) and replica.rest_until <= time.monotonic()]
                if not due:
                    well = [replica for replica in left if replica.well]
                    return min(well, key=lambda replica: replica.in_flight, default=None)
                back = due[0]
                back.checking = True
            try:
                if back.alive() and self._trusted(back):
                    log.info("%s is back", back.url)
                    back.recovered()
                else:
                    back.rest()
            finally:
                back.checking = False
            if not back.well:
                tried = tried | {back}

    def _backoff(self, rounds: int, last: Reply | None) -> float:
        """Seconds to wait after so many rounds: longer each time, and never two clients in step."""
        longest = self._policy.longest_pause_s
        pause = random.uniform(0.5, 1.0) * min(longest, self._policy.first_pause_s * 2 ** (rounds - 1))
        return max(pause, min(longest, max(self._soonest(), last.retry_after_s if last else 0.0)))

    def _pause(self, seconds: float, call: Call) -> None:
        """Wait; not beyond the deadline, nor when the call has failed elsewhere."""
        if time.monotonic() + seconds >= call.deadline:
            raise EngineBusyError(LATE)
        if call.stopped.wait(seconds):
            raise EngineError(STOPPED)

    def _soonest(self) -> float:
        """Seconds until a server may be tried at all: none where one is well, else until the first has rested enough."""
        if any(replica.well for replica in self.replicas):
            return 0.0
        return max(0.0, min(replica.rest_until for replica in self.replicas) - time.monotonic())
