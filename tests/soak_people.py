"""Who judges in ``make soak``: raters at the desk, each in a browser of its own."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2

from tests.soak_tab import PageError, Tab

THINKING = (0.4, 3.0)
"""Seconds a rater takes for a pair; brisk on purpose."""
RELOADS = (60.0, 150.0)
"""Seconds between two reloads of the desk."""
ARRIVING = 0.05
"""Share of the time over which people come in."""
AT_ONCE, MORE_BELOW = 50, 25
"""As in ``label_outbox.js`` and ``label.js``."""
LOST = 0.02
"""Share of sendings whose answer never reaches the browser."""
PASSWORD = "soak-password-1"
_SHORTER = 2.0
"""Seconds; the server drops an idle connection after five, and a browser would send again by itself what falls into that moment."""


@dataclass
class Told:
    """What one person found: milliseconds by what was waited for, errors by their words."""

    took: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, milliseconds: float) -> None:
        self.took.setdefault(name, []).append(milliseconds)


class Person(ABC):
    """A login and a tab that is open until it is reloaded."""

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name = address, name
        self.random = random.Random(name)
        self.told = Told()
        self.tab: Tab | None = None
        self.http = httpx2.AsyncClient(base_url=address, headers={"Origin": address}, timeout=30.0,
                                        limits=httpx2.Limits(keepalive_expiry=_SHORTER))

    async def log_in(self) -> None:
        answer = await self.http.post("/login", data={"name": self.name, "password": PASSWORD})
        if answer.status_code != 303:
            raise PageError(f"/login: {answer.status_code}")
        self.cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def open(self, page: str, query: str = "") -> None:
        """Open an address as a browser does: the page's frame, then its socket."""
        await self.leave()
        for path in (f"/{page}", "/_stcore/health", "/_stcore/host-config"):
            (await self.http.get(path, headers={"Accept": "text/html"})).raise_for_status()
        self.tab = Tab(self.address, self.cookie, page, query)
        self.told.add(f"화면 열기 /{page}", await self.tab.opening())

    async def leave(self) -> None:
        if self.tab is not None:
            for took in self.tab.ticks:
                self.told.add("작업 알림", took)
            for error in self.tab.failed:
                self.note(error)
            tab, self.tab = self.tab, None
            await tab.close()

    def note(self, error: Exception) -> None:
        self.told.errors[f"{type(error).__name__} {error}".strip()[:160]] += 1

    async def live(self, until: float) -> None:
        """Do what this person does until that ``time.monotonic()``; what goes wrong is noted, and the page opened again."""
        await asyncio.sleep(self.random.uniform(0, ARRIVING * (until - time.monotonic())))
        await self.log_in()
        while time.monotonic() < until:
            try:
                await self.work(until)
            except Exception as error:  # a socket that closed has many names
                self.note(error)
                await asyncio.sleep(1.0)
        await self.finish()
        await self.http.aclose()

    @abstractmethod
    async def work(self, until: float) -> None:
        """Use the dashboard until a moment of the monotonic clock."""

    async def finish(self) -> None:
        """Do what is left when the time is over, and close the tab."""
        with suppress(Exception):
            await self.leave()


class Rater(Person):
    """Judges pair after pair. Sends as the desk does: one request under way, again until acknowledged, the same uuids."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(address, name)
        self.sent: list[dict] = []
        self.acknowledged: list[str] = []
        self.twice = 0
        self.refused: Counter[str] = Counter()
        self.outbox: list[dict] = []
        self.pressed: dict[str, float] = {}
        self.judged: set[str] = set()
        self.states: dict[str, str] = {}
        self.order: list[str] = []
        self.token, self.offset, self.stamped = "", 0, 0
        self.figures: set[str] = set()
        self.something = asyncio.Event()
        self.posting: asyncio.Task[None] | None = None
        self.over = False

    async def work(self, until: float) -> None:
        await self.open("label")
        self.take()
        if self.posting is None:
            self.posting = asyncio.create_task(self.post_all())
        reload = min(until, time.monotonic() + self.random.uniform(*RELOADS))
        said, fetching = 0, None
        while time.monotonic() < reload:
            ref = next((ref for ref in self.order if self.states[ref] == "open"), None)
            if ref is None and fetching is not None and not fetching.done():
                await fetching
                continue
            if ref is None:
                raise PageError("/label: no pair left to judge")
            await self.look_at(ref)
            await asyncio.sleep(self.random.uniform(*THINKING))
            self.say(ref)
            said += 1
            if self.random.random() < 0.03:
                self.say(ref, "withdraw")
            left = sum(state == "open" for state in self.states.values())
            if left < MORE_BELOW and said % 5 == 0 and (fetching is None or fetching.done()):
                fetching = asyncio.create_task(self.fetch_more())
        if fetching is not None:
            await fetching

    async def finish(self) -> None:
        self.over = True
        self.something.set()
        if self.posting is not None:
            await self.posting
        await super().finish()

    async def fetch_more(self) -> None:
        try:
            self.told.add("더 가져오기", await self.tab.press("label.more"))
            self.take()
        except Exception as error:
            self.note(error)

    def take(self) -> None:
        """Read what the page tells the desk's script; what was said here since stays."""
        told = json.loads(self.tab.attribute("data-queue"))
        self.token, self.offset = told["token"], told["now"] - int(time.time() * 1000)
        before = {ref: state for ref, state in self.states.items() if ref in self.judged}
        self.order = [pair["ref"] for pair in told["pairs"]]
        self.states = {pair["ref"]: before.get(pair["ref"], pair["state"]) for pair in told["pairs"]}

    async def look_at(self, ref: str) -> None:
        """Fetch the figures of a pair's query and candidate that this browser has not seen."""
        for body in list(self.tab.markup.values()):
            if f'data-ref="{ref}"' not in body:
                continue
            sought, _, rest = body.partition('<div class="ib-candidates">')
            shown = sought + rest.partition(f'data-ref="{ref}"')[2].partition('class="ib-pair"')[0]
            for figure in set(re.findall(r"/figures/\w+", shown)) - self.figures:
                self.figures.add(figure)
                begun = time.perf_counter()
                (await self.http.get(figure)).raise_for_status()
                self.told.add("그림", 1000 * (time.perf_counter() - begun))

    def say(self, ref: str, kind: str = "") -> None:
        kind = kind or self.random.choices(("grade", "unrateable"), (19, 1))[0]
        self.stamped = max(int(time.time() * 1000) + self.offset, self.stamped + 1)
        event = {"uuid": str(uuid4()), "ref": ref, "kind": kind, "grade": self.random.randint(0, 3) if kind == "grade" else None,
                 "note": self.random.choice(("", "", "", "", "까닭 ½")), "at": self.stamped, "ms": self.random.randint(300, 3000),
                 "client": "soak"}
        self.states[ref] = {"grade": "graded", "unrateable": "unrateable", "withdraw": "open"}[kind]
        self.judged.add(ref)
        self.pressed[event["uuid"]] = time.perf_counter()
        self.sent.append(event)
        self.outbox.append(event)
        self.something.set()

    async def post_all(self) -> None:
        """Send what waits, in its order, until the shift is over and nothing waits."""
        failures = 0
        while self.outbox or not self.over:
            if not self.outbox:
                self.something.clear()
                await self.something.wait()
                continue
            try:
                await self.post(self.outbox[:AT_ONCE])
                failures = 0
            except Exception as error:
                if not isinstance(error, AnswerLost):
                    self.note(error)
                failures += 1
                if failures > 30:
                    return
                await asyncio.sleep(min(8.0, 0.25 * 2**min(failures, 6)))

    async def post(self, batch: list[dict]) -> None:
        body = json.dumps({"token": self.token, "events": batch}, ensure_ascii=False).encode()
        answer = await self.http.post("/labels/events", content=body, headers={"Content-Type": "application/json"})
        if answer.status_code != 200:
            raise PageError(f"/labels/events: {answer.status_code} {answer.text[:80]}")
        if self.random.random() < LOST:
            self.twice += len(batch)
            raise AnswerLost
        told = answer.json()
        now = time.perf_counter()
        for name in told["stored"]:
            self.acknowledged.append(name)
            self.told.add("판정 → 저장 확인", 1000 * (now - self.pressed[name]))
        self.refused.update(each["reason"] for each in told["refused"])
        settled = {*told["stored"], *(each["uuid"] for each in told["refused"])}
        self.outbox = [event for event in self.outbox if event["uuid"] not in settled]


class AnswerLost(Exception):
    """The planned loss of an answer on its way: what was sent is sent again."""
