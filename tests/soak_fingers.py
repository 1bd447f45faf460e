"""Hands in a browser: the same page, filled in and pressed as a person does it, by the keys its source gives to fields and buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as LateError

_OPEN = "() => document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary').forEach(each => each.click())"
_KEYS = ("() => [...document.querySelectorAll('[class*=st-key-]')].flatMap(each => [...each.classList])"
         ".filter(name => name.startsWith('st-key-'))")
_FORM = "[data-testid=stForm]:has(input[type=text])"
_DRAWN = 5_000
"""Milliseconds in which a field that is there has drawn its options."""
_QUIET = 0.3
"""Seconds in which a press has made its page run, at the most; whoever only looks at the end of a run may look before it began."""
_LOOKS = 2
"""A page that is drawn slowly may be looked at between two runs of it."""


class AbsentError(AssertionError):
    """What was to be pressed or filled in is not on the page."""


class Fingers:
    """A page in a browser, with what ``tests.hands.Hands`` can do that the writes ask for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.buttons: list[str] = []
        """Keys of the page, with every sign that is no letter, digit or dash a dot."""

    async def fill(self, key: str, value: str | bool | float | Sequence[str]) -> None:
        """Give a field a value; chosen options are their words as they are drawn."""
        place = await self._place(key)
        box = place.locator("input[role=combobox]")
        if isinstance(value, bool):
            await place.locator("label").first.click()
        elif not isinstance(value, str | float):
            option = place.get_by_text(value[0], exact=True)
            try:
                await option.first.click(timeout=_DRAWN)
            except LateError as error:
                raise AbsentError(value[0]) from error
        elif await box.count():
            await box.fill(str(value))
            await box.press("Enter")
        else:
            field = place.locator("input, textarea").first
            await field.fill(f"{value:g}" if isinstance(value, float) else value)
            await field.press("Control+Enter")
        await self.settle()

    async def click(self, key: str) -> None:
        """Press a button; the first whose key begins so."""
        await (await self._place(key)).locator("button").first.click()
        await self.settle()

    async def settle(self) -> None:
        """Wait until the page was run to its end, and open what is folded."""
        await asyncio.sleep(_QUIET)
        for _ in range(2):
            await self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
            await self.page.evaluate(_OPEN)
            await asyncio.sleep(_QUIET)
        self.buttons = [name.removeprefix("st-key-").replace("-", ".") for name in await self.page.evaluate(_KEYS)]

    async def _place(self, key: str) -> Locator:
        for _ in range(_LOOKS):
            found = await self._found(key)
            if await found.count():
                return found.first
            await asyncio.sleep(1)
            await self.settle()
        raise AbsentError(key)

    async def _found(self, key: str) -> Locator:
        if key == "None":  # a form's field of no name: its last
            return self.page.locator(_FORM).locator("[data-testid=stTextInput]").last
        found = self.page.locator(f'[class*="st-key-{re.sub("[^a-zA-Z0-9_-]", "-", key)}"]')
        for button in [] if await found.count() else await self.page.locator("[data-testid=stMain] [data-testid=stPopover] button").all():
            await button.click()
            await asyncio.sleep(_QUIET)
            if await found.count():
                break
            await self.page.keyboard.press("Escape")
        return found
