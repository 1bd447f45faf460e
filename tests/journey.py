"""People at their browsers, for the tests that walk through the product as a team does."""

from __future__ import annotations

import os
import zipfile
from contextlib import contextmanager
from pathlib import Path

from core.settings import PROJECT_DIR
from tests.fixtures_browser import PATIENCE

PASSWORD = "맑은-가을-하늘"
PICTURES = os.environ.get("JOURNEY_PICTURES", "")
"""A folder: every stop of a journey is then kept there as a picture, in two sizes, to be looked at."""
_SIZES = ((1440, 900), (1920, 1080))


class Seat:
    """Somebody at a browser of their own, logged in."""

    def __init__(self, browser, address: str, name: str) -> None:
        self.address, self.name = address, name
        self._context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(f"{address}/login")
        self.page.get_by_label("이름").fill(name)
        self.page.get_by_label("비밀번호").fill(PASSWORD)
        self.page.get_by_role("button", name="로그인").click()
        self.page.locator(".ib-person", has_text=name).wait_for()

    def open(self, path: str):
        """Go to an address and wait until the page is drawn."""
        self.page.goto(f"{self.address}/{path}")
        self.page.locator(".ib-person", has_text=self.name).wait_for()
        self.settled()
        return self.page

    def settled(self) -> None:
        self.page.locator('[data-testid=stApp][data-test-script-state="notRunning"]').wait_for()

    def press(self, name: str) -> None:
        """Press the button of a name, once it can be pressed."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def says(self, words: str) -> None:
        """Wait until the page says something."""
        self.page.get_by_text(words).first.wait_for()

    def write(self, label: str, words: str) -> None:
        """Fill a field and leave it; one that the page just drew anew stands beside the old one until the page is done."""
        self.settled()
        field = self.page.get_by_label(label, exact=True)
        field.fill(words)
        field.press("Tab")
        self.settled()

    def save(self, button: str, folder: Path) -> Path:
        """Press a download and return the file."""
        with self.page.expect_download() as told:
            self.page.get_by_role("button", name=button, exact=True).click()
        path = folder / told.value.suggested_filename
        told.value.save_as(path)
        return path

    def look(self, name: str) -> None:
        """Keep what is on the screen in both sizes, where somebody wants to look at it."""
        if not PICTURES:
            return
        self.settled()
        for width, height in _SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(700)
            self.keep(f"{name}_{width}")
        self.page.set_viewport_size({"width": _SIZES[0][0], "height": _SIZES[0][1]})

    def keep(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}.png")

    def leave(self) -> None:
        self._context.close()


@contextmanager
def seated(browser, address: str, name: str):
    """Seat somebody for a while."""
    seat = Seat(browser, address, name)
    try:
        yield seat
    except BaseException:
        seat.keep("99_broken")
        raise
    finally:
        seat.leave()


def packed(folder: Path, count: int) -> Path:
    """Write the first of the shipped items with their figures as the ZIP file that a customer would bring."""
    import json

    told = json.loads((PROJECT_DIR / "data" / "items.json").read_text("utf-8"))
    taken = (told["items"] if isinstance(told, dict) else told)[:count]
    path = folder / "문항.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("items.json", json.dumps({"items": taken}, ensure_ascii=False))
        for name in {each["image_path"] for each in taken if each["image_path"]}:
            file.write(PROJECT_DIR / "data" / name, name)
    return path
