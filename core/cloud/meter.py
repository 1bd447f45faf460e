"""Adds up the hours of paid servers while this process uses them, warns at 80 % of the limit and stops at it.

A rented machine costs money while it is up, whether it computes or not. So from its first use on, as long as this process
lives, each machine that answers is noted every half minute; the store adds up the time in which any process noted it.
With CLOUD_PRICE_PER_HOUR=0 nothing is noted and nothing is asked.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping

from core.errors import EngineError
from core.settings import settings

log = logging.getLogger(__name__)
BEAT_SECONDS = 30.0
WARN_SHARE = 0.8
WARNING = "원격 GPU에 지금까지 ${spent:.2f}를 썼습니다(한도 ${limit:.2f}의 {share:.0%})."
REACHED = (
    "원격 GPU 사용액이 한도 ${limit:.2f}에 닿아 멈췄습니다(${spent:.2f}, {hours:.1f}시간). 저장된 것은 그대로이니 빌린 서버를 끄거나 "
    "CLOUD_LIMIT_USD를 올린 뒤 이어서 해 주세요."
)
Answers = Callable[[], bool]


class CloudLimitError(EngineError):
    """The paid servers have cost what they may."""


class Meter:
    """One per process. Safe in threads."""

    def __init__(self) -> None:
        self._id = uuid.uuid4()
        self._hosts: dict[str, Answers] = {}
        self._spent, self._hours, self._beaten = 0.0, 0.0, float("-inf")
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def admit(self, hosts: Mapping[str, Answers]) -> str | None:
        """Say before a call that it will use these machines; return a warning to show with the result, if one is due.

        Args:
            hosts: machines, each with a question to it whether it is up.

        Raises:
            CloudLimitError: the limit has been reached. What is under way elsewhere ends by itself.
            StoreError: the log cannot be kept, and without it the limit could not be either.
        """
        price, limit = settings().cloud_price_per_hour, settings().cloud_limit_usd
        if price == 0:
            return None
        with self._lock:
            known = hosts.keys() <= self._hosts.keys()
            self._hosts.update(hosts)
            if not known or time.monotonic() - self._beaten >= BEAT_SECONDS:
                self._beat(list(hosts))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="cloud-meter", daemon=True)
                self._thread.start()
            # Between two looks at the store, what these machines must have cost since then.
            hours_since = (time.monotonic() - self._beaten) / 3600 * len(self._hosts)
            spent, hours = self._spent + hours_since * price, self._hours + hours_since
        if spent >= limit:
            raise CloudLimitError(REACHED.format(limit=limit, spent=spent, hours=hours))
        return WARNING.format(spent=spent, limit=limit, share=spent / limit) if spent >= WARN_SHARE * limit else None

    def close(self) -> None:
        """Stop noting."""
        self._ended.set()

    def _beat(self, hosts: list[str]) -> None:
        from core.store import cloud_usage, open_database

        price = settings().cloud_price_per_hour

        def note(conn) -> list[cloud_usage.HostUsage]:
            for host in hosts:
                cloud_usage.beat(conn, host=host, client=self._id, usd_per_hour=price)
            return cloud_usage.totals(conn)

        usage = open_database().run(note)
        self._spent, self._hours = sum(each.usd for each in usage), sum(each.hours for each in usage)
        self._beaten = time.monotonic()

    def _watch(self) -> None:
        """Note the machines that are up, as long as this process lives: they cost money between two searches too."""
        while not self._ended.wait(BEAT_SECONDS):
            up = [host for host, answers in list(self._hosts.items()) if answers()]
            try:
                with self._lock:
                    self._beat(up)
            except Exception:  # the next note may succeed, and the next call says what is wrong
                log.exception("the use of paid servers could not be noted")


_only: list[Meter] = []
_guard = threading.Lock()


def meter() -> Meter:
    """Return this process's meter."""
    with _guard:
        if not _only:
            _only.append(Meter())
        return _only[0]
