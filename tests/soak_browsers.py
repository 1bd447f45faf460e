"""Who looks on in ``make soak``: viewers of the pages, two of them in Chromium."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

from tests.bench_beside_embedding import RERUN
from tests.fixtures_browser import CHROMIUM, PATIENCE, QUIET
from tests.soak_people import Person
from tests.soak_tab import PageError

_DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
_CHOICES = {"metrics": ["판정", "쿼리별", "오류 사례"], "compare": ["10개", "20개"], "performance": ["시스템 견주기", "잰 것 모두"]}
LOOKING = (2.0, 6.0)
"""Seconds between two reruns."""
VIEWED = {"metrics": ("", "section=queries"), "compare": ("q=확률&systems=A,D", "q=일차함수의 그래프&systems=B,C,E"),
          "performance": ("", "view=all")}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


class Viewer(Person):
    """Looks at pages: opens one, lets it run again a few times, goes on to the next."""

    async def work(self, until: float) -> None:
        page = self.random.choice(sorted(VIEWED))
        await self.open(page, self.random.choice(VIEWED[page]))
        for _ in range(self.random.randint(3, 8)):
            await asyncio.sleep(min(self.random.uniform(*LOOKING), max(0.0, until - time.monotonic())))
            if time.monotonic() >= until:
                return
            self.told.add(f"다시 그리기 /{page}", await self.tab.rerun())


class Spectator(Viewer):
    """A viewer in Chromium; what a page asks from elsewhere, a dialog or an error on a page is noted."""

    def __init__(self, address: str, name: str, browser: Browser) -> None:
        super().__init__(address, name)
        self.browser = browser
        self.page: Page | None = None

    async def log_in(self) -> None:
        await super().log_in()
        context = await self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        await context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in self.http.cookies.items()])
        self.page = await context.new_page()
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: self.note(PageError("a dialog opened")))

    def _asked(self, request: object) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:", f"ws{self.address[4:]}/")):
            self.note(PageError(f"asked elsewhere: {request.url}"))

    async def work(self, until: float) -> None:
        name = self.random.choice(sorted(VIEWED))
        begun = time.perf_counter()
        await self.page.goto(f"{self.address}/{name}?{self.random.choice(VIEWED[name])}")
        await self.page.get_by_text(_CHOICES[name][0], exact=True).first.wait_for()
        await self.page.locator(_DONE).wait_for()
        self.told.add(f"Chromium: 화면 열기 /{name}", 1000 * (time.perf_counter() - begun))
        for _ in range(self.random.randint(2, 5)):
            await asyncio.sleep(min(self.random.uniform(*LOOKING), max(0.0, until - time.monotonic())))
            if time.monotonic() >= until:
                return
            if await self.page.locator(".ib-trouble, [data-testid=stException]").count():
                raise PageError(f"/{name}: {await self.page.locator('.ib-trouble').first.inner_text()}")
            self.told.add(f"Chromium: 다시 그리기 /{name}", await self.page.evaluate(RERUN, _CHOICES[name]))

    async def finish(self) -> None:
        await self.page.context.close()
        await super().finish()
