"""Every act by every role in a browser, by hand: ``python -m pytest tests/soak_roles.py``. It takes minutes; the same by the raw
socket is part of every run of the tests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from core.accounts.person import ROLES
from tests import test_roles_writes
from tests.apart import run
from tests.fixtures_browser import CHROMIUM, PATIENCE, QUIET
from tests.fixtures_store import fingerprint
from tests.soak_fingers import AbsentError, Fingers
from tests.test_rights import MATRIX
from tests.test_roles_writes import FIRST, THEIRS, made_ready
from tests.writes import Write

house, unguarded, address, cookies = (getattr(test_roles_writes, name) for name in ("house", "unguarded", "address", "cookies"))


@asynccontextmanager
async def opened(browser, address: str, login: str, page: str, query: str):
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    name, _, value = login.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    fingers = Fingers(await context.new_page())
    fingers.page.set_default_timeout(PATIENCE)
    await fingers.page.goto(f"{address}/{page}?{query}")
    await fingers.page.locator(".ib-person").wait_for(state="attached")
    await fingers.settle()
    yield fingers
    await context.close()


async def done(write: Write, fingers: Fingers, ready: str) -> None:
    """Do it as a person does: what the route of the judgments gets is sent by the desk's keys."""
    if write.module != "_labels":
        await write.does(fingers, ready)
        return
    if "label.begin" in fingers.buttons:
        await fingers.click("label.begin")
    if not await fingers.page.locator(".ib-queue").count():
        raise AbsentError("the desk")
    await fingers.page.keyboard.press("2")


def changed(house, before) -> set[str]:
    after = fingerprint(house)
    return {name for name in after if after[name] != before[name]}


@pytest.mark.parametrize("write", FIRST, ids=[write.act for write in FIRST])
def test_an_act_is_there_for_those_who_may_and_for_nobody_else(write, address, cookies, house):
    async def work() -> None:
        api = pytest.importorskip("playwright.async_api")
        async with api.async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page, query = ("label", "section=queue") if write.module == "_labels" else (write.page, write.query)
            for role in ROLES:
                ready = made_ready(house, write, role)
                before = fingerprint(house)
                async with opened(browser, address, cookies[role], page, query.format(ready=ready)) as fingers:
                    if write.act in MATRIX[role]:
                        await done(write, fingers, ready)
                        for _ in range(40):
                            if write.table in changed(house, before):
                                break
                            await asyncio.sleep(0.25)
                        assert write.table in changed(house, before), role
                    else:
                        with pytest.raises(AbsentError):
                            await done(write, fingers, ready)
                        own = {name for act, names in THEIRS.items() if act in MATRIX[role] for name in names}
                        assert changed(house, before) <= own, role
            await browser.close()

    run(work)
