"""``make bench``: from a key to the next pair on the screen, 50 labels, the desk beside Streamlit's own buttons.

Both run in one session over the same items and database, one after the other in the same browser; a time ends with the
frame that shows the next pair, so nothing is quicker than a frame (16.7 ms at 60 Hz) unless it lands in the running one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

LABELS = 50
GAP_MS = 150
PROBE = """() => {
  const current = () => [...document.querySelectorAll('.ib-pair')].find((one) => one.offsetParent !== null)?.dataset.ref;
  window.took = [];
  window.addEventListener('keydown', (event) => {
    if (!event.code.startsWith('Digit')) return;
    const start = performance.now(), before = current();
    const look = () => {
      const now = current();
      if (now !== undefined && now !== before) window.took.push(performance.now() - start);
      else if (performance.now() - start < 5000) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def main() -> None:
    """Measure both and print them."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "MODELS": "mini", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
        from core.bench.statistics import spread
        from core.store import close_database

        round_id, cookie = prepare()
        os.environ["BENCH_ROUND"] = str(round_id)
        try:
            told = {}
            for name, script in (("라벨링 화면", "app.py"), ("Streamlit 버튼", "tests/native_labelling.py")):
                with served(script) as address, desk(address, cookie if script == "app.py" else None) as page:
                    told[name] = spread(judge(page))
        finally:
            close_database()
    load = os.getloadavg()[0]
    print(f"\n키를 누르고 다음 쌍이 보일 때까지 (쌍 {LABELS}개, 부하 {load:.1f})")
    for name, found in told.items():
        print(f"  {name:<14} n {found.calls:>3}  p50 {found.p50:6.1f} ms  p95 {found.p95:6.1f} ms")
    ours, native = told.values()
    print(f"  비율 (라벨링 화면 / 버튼)  p50 {ours.p50 / native.p50:.2f}  p95 {ours.p95 / native.p95:.2f}")


def prepare() -> tuple[int, str]:
    from core.accounts import logins
    from core.items.importers import import_file
    from core.labels.exchange.importing import import_ground_truth
    from core.labels.pooling import pool
    from core.labels.pooling.pool_plan import PoolRequest
    from core.settings import PROJECT_DIR, settings
    from core.store import open_database

    database, sample = open_database(), PROJECT_DIR / "data"
    import_file(database, sample / "items.json", images=sample, collection=settings().collection)
    import_ground_truth(database, sample / "ground_truth.json", images=sample, collection=settings().collection)
    plan = pool.plan(database, None, settings().collection, PoolRequest(name="bench", overlap=3))
    return pool.open_round(database, plan, by="bench"), logins.begin("bench", picked=True, db=database)


@contextmanager
def desk(address: str, cookie: str | None):
    """Open the page on which pairs are judged, at its first pair, the probe in place."""
    from playwright.sync_api import sync_playwright

    from core.accounts import logins
    from tests.fixtures_browser import CHROMIUM, QUIET

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        if cookie:
            context.add_cookies([{"name": logins.COOKIE, "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/label" if cookie else address)
        begin = page.get_by_role("button", name="판정 시작")
        begin.or_(page.locator(".ib-pair:visible").first).wait_for()
        if begin.is_visible():
            begin.click()
        page.locator(".ib-pair:visible").first.wait_for()
        page.wait_for_timeout(2000)
        page.evaluate(PROBE)
        yield page
        browser.close()


def judge(page) -> list[float]:
    """Judge ``LABELS`` pairs; return the milliseconds from each key to the next pair."""
    before = page.evaluate("window.took.length")
    for place in range(LABELS):
        page.keyboard.press(f"Digit{place % 4}")
        page.wait_for_function("wanted => window.took.length >= wanted", arg=before + place + 1, timeout=20_000)
        page.wait_for_timeout(GAP_MS)
    return page.evaluate("window.took")[before:]


@contextmanager
def served(script: str):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


if __name__ == "__main__":
    main()
