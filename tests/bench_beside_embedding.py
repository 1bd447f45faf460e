"""``make bench``: what people at the dashboard feel of an embedding job: keys at the desk, and reruns of a page.

Idle first, then with the job under way, in one run and one browser. The job computes with the miniature models on this
machine's cores; on a machine with a GPU the cores are freer than here.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests import bench_labelling

RERUNS = 30
ITEMS = 30_000
"""More than the job can embed while the two are measured."""
# Presses one of these buttons that is not chosen; answers with the milliseconds until the page is drawn again.
RERUN = """async (labels) => {
  const app = document.querySelector('[data-testid=stApp]');
  const buttons = [...document.querySelectorAll('button')].filter((one) => labels.includes(one.innerText.trim()));
  const wanted = buttons.find((one) => one.getAttribute('aria-checked') !== 'true' && one.getAttribute('aria-pressed') !== 'true'
                              && !one.dataset.testid?.endsWith('Active')) ?? buttons[0];
  const start = performance.now();
  const ended = new Promise((resolve) => {
    let ran = false;
    new MutationObserver((_, observer) => {
      const running = app.getAttribute('data-test-script-state') === 'running';
      ran ||= running;
      if (ran && !running) { observer.disconnect(); resolve(performance.now() - start); }
    }).observe(app, {attributes: true});
  });
  wanted.click();
  return await ended;
}"""


def main() -> None:
    """Measure both without the job and beside it, and print them with their ratios."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "MODELS": "mini", "PYTHONPATH": str(Path.cwd())}
        from core.bench.statistics import spread
        from core.engine.client import engine, stop_engine
        from core.jobs import launching
        from core.store import close_database, jobs, open_database

        database = open_database()
        _, cookie = bench_labelling.prepare()
        _fill(Path(folder))
        engine().load("kure-v1-mini")
        try:
            with bench_labelling.served("app.py") as address, bench_labelling.desk(address, cookie) as page:
                other = page.context.new_page()
                other.goto(address)
                other.get_by_text("20개").first.wait_for()
                other.wait_for_timeout(2000)
                idle = _measured(page, other)
                job, _ = launching.start(database, ["embed", "--collection", "big", "--system", "B"], title="임베딩", asked_by="bench")
                with database.connection() as conn:
                    while jobs.get(conn, job.id).done == 0:
                        time.sleep(0.2)
                    busy = _measured(page, other)
                    still = jobs.get(conn, job.id)
                    jobs.cancel(conn, job.id)
                    while jobs.get(conn, job.id).active:
                        time.sleep(0.2)
        finally:
            stop_engine()
            close_database()
    print(f"\n임베딩 작업이 도는 동안 (문항 {still.done:,}개까지, 1초에 {still.rate or 0:.0f}개, 부하 {os.getloadavg()[0]:.1f})")
    if still.state != "running":
        print("  작업이 먼저 끝나 비교가 되지 않습니다.")
    for name, before, beside, aim in (("키 → 다음 쌍, p95", idle[0], busy[0], 2.0), ("화면 다시 그리기, p50", idle[1], busy[1], 1.5)):
        told = [getattr(spread(each), "p95" if "p95" in name else "p50") for each in (before, beside)]
        print(f"  {name:<18} {told[1]:7.1f} / {told[0]:7.1f} ms = {told[1] / told[0]:5.2f}  (목표 {aim} 이하)")


def _measured(page, other) -> tuple[list[float], list[float]]:
    page.bring_to_front()
    keys = bench_labelling.judge(page)
    other.bring_to_front()
    took = []
    for _ in range(RERUNS):
        took.append(other.evaluate(RERUN, ["10개", "20개"]))
        other.wait_for_timeout(100)
    return keys, took


def _fill(folder: Path) -> None:
    from core.items.export import write_bank
    from core.items.generator.generate import items
    from core.items.importers import import_file
    from core.store import open_database

    path = folder / "items_part01.json"
    write_bank([replace(each.item, images=()) for each in items(ITEMS, seed=5, with_figures=False)], path)
    import_file(open_database(), path, collection="big")


if __name__ == "__main__":
    main()
