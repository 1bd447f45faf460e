"""Takes the pictures of the labelling guide, from a dashboard of its own with the shipped sample and the miniature models.

    python docs/pictures/take.py [FOLDER]

Makes a data folder for the time it takes, two accounts, a practice round and a round, serves them, and plays a rater in a headless
Chromium of 1440 × 900. Pictures are cropped to what matters and reduced to 128 colours. FOLDER: where they go (here).
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
sys.path.insert(0, str(PROJECT))
if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RATER, SENIOR, PASSWORD = "김하나", "이두리", "그림 찍는 날 2026"
# The practice is the guidelines' own example, and three pairs with figures.
PRACTICE = (("Q065", "MATH_042", 3), ("Q065", "MATH_076", 2), ("Q065", "MATH_003", 1), ("Q065", "MATH_060", 0),
            ("Q042", "MATH_091", 3), ("Q042", "MATH_071", 2), ("Q042", "MATH_054", 1))
MISTAKEN = ("Q065", "MATH_076")
SHOWN = (("desk", "Q032", "MATH_042"), ("figures", "Q095", "MATH_061"))
COLOURS = 128
PATIENCE = 60_000


def core(*words: str, said: str = "") -> None:
    """Run one command of ours; what it needs to know comes on standard input."""
    subprocess.run([sys.executable, "-m", "core", *words], cwd=PROJECT, input=said, text=True, check=True, stdout=subprocess.DEVNULL)


def furnish() -> None:
    """Prepare the sample, the people and the rounds."""
    core("prepare")
    core("labels", "calibrate", "--name", "연습", "--by", SENIOR,
         *(word for query, item, grade in PRACTICE for word in ("--pair", query, item, str(grade))))
    core("labels", "pool", "--stage", "1", "--name", "1차", "--by", SENIOR, "--random", "1", "--metadata", "3", "--depth", "4",
         *(word for query in ("Q032", "Q095", "Q012", "Q069") for word in ("--query", query)))
    for name, role in ((RATER, "rater"), (SENIOR, "senior")):
        core("users", "add", name, "--role", role, "--password-stdin", said=f"{PASSWORD}\n")


@contextmanager
def served() -> Iterator[str]:
    """Serve the data folder at a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "core", "serve", "--port", str(port)], cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=2).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


class Camera:
    """Takes pictures of parts of one page into a folder."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder

    def take(self, name: str, *parts: Locator, around: int = 14, height: int | None = None) -> None:
        """Take the smallest rectangle that holds all parts, at most ``height`` pixels high."""
        from PIL import Image

        self.page.mouse.move(1435, 895)  # nothing looks pointed at
        self.page.wait_for_timeout(700)  # what fades and slides has come to rest
        boxes = [box for part in parts if (box := part.bounding_box())]
        left, top = (max(0, min(box[side] for box in boxes) - around) for side in ("x", "y"))
        right = min(1440, max(box["x"] + box["width"] for box in boxes) + around)
        bottom = min(900, max(box["y"] + box["height"] for box in boxes) + around)
        shot = self.page.screenshot(clip={"x": left, "y": top, "width": right - left,
                                          "height": min(bottom - top, height or bottom - top)})
        few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"label_{name}.png", optimize=True)


def entries(round_name: str) -> list[tuple[str, str]]:
    """Return the open pairs of the rater in their order, from the database."""
    from core.labels import queue, rounds
    from core.settings import settings
    from core.store import collections, open_database

    with open_database().connection() as conn:
        found = next(each for each in rounds.listing(conn, collections.get(conn, settings().collection).id) if each.name == round_name)
        return [(each.query_id, each.item_id) for each in queue.hand_out(conn, found.id, RATER, ahead=60) if each.state == "open"]


def settled(page: Page) -> None:
    """Wait until a pair is shown and everything is saved."""
    page.locator(".ib-pair:visible").wait_for()
    page.locator('.ib-saved[data-state="saved"]').wait_for()


def photograph(page: Page, address: str, folder: Path) -> None:
    """Play a rater from the first login on."""
    camera = Camera(page, folder)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/login")
    page.locator("input:visible").first.fill(RATER)
    camera.take("login", page.locator("main"), around=30)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".ib-pair:visible").wait_for()
    _practise(page, camera)
    _rate(page, camera)
    page.goto(f"{address}/label?section=queries")
    page.get_by_text("문항 고르기").first.wait_for()
    camera.take("queries", page.locator("[data-testid=stMainBlockContainer]"), around=0, height=640)


def _practise(page: Page, camera: Camera) -> None:
    settled(page)
    agreed = {(query, item): grade for query, item, grade in PRACTICE}
    for pair in entries("연습"):
        page.keyboard.press(str(agreed[pair] + (1 if pair == MISTAKEN else 0)))
    page.get_by_text("연습 결과").wait_for()
    camera.take("practice", page.locator(".ib-desk"), page.locator(".st-key-label-practice"))


def _rate(page: Page, camera: Camera) -> None:
    page.get_by_role("combobox", name="라운드").click()
    page.get_by_role("option", name="1차").click()
    page.locator(".ib-pair:visible").wait_for()
    settled(page)
    page.locator(".ib-count").click()  # away from the list
    waiting = entries("1차")
    for name, query, item in SHOWN:
        while waiting[0] != (query, item):
            page.keyboard.press("ArrowRight")
            waiting.append(waiting.pop(0))
        page.wait_for_timeout(300)
        camera.take(name, page.locator(".ib-desk"), page.locator(".ib-group:visible"))
    page.get_by_role("button", name="판정 기준").click()
    camera.take("guidelines", page.locator("[data-testid=stPopoverBody]"), around=0)
    page.keyboard.press("Escape")
    page.locator(".ib-count").click()
    page.keyboard.press("n")
    page.get_by_label("메모", exact=True).fill("그림은 비슷하지만 묻는 것이 달라서 2로 보았습니다")
    camera.take("note", page.locator(".ib-desk"))
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    camera.take("flag", page.locator(".ib-desk"))
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    for key in ("3", "2", "1"):
        page.keyboard.press(key)
    page.locator('.ib-saved[data-state="offline"]').wait_for()
    camera.take("offline", page.locator(".ib-desk"))
    page.context.set_offline(False)
    page.locator('.ib-saved[data-state="saved"]').wait_for()


def main() -> None:
    """Take all pictures."""
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="itembank-pictures-"))
    os.environ |= {"DATA_DIR": str(data), "MODELS": "mini", "OMP_NUM_THREADS": "1", "DATABASE_URL": ""}
    from core.engine.client import stop_engine
    from core.store import close_database

    try:
        furnish()
        with served() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
            photograph(browser.new_context(viewport={"width": 1440, "height": 900}).new_page(), address, folder)
            browser.close()
    finally:
        stop_engine()
        close_database()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
