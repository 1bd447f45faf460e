"""VRAM 모니터: honest about a machine without a card, follows the clock without flicker, asks before it takes a model away."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.moments import clock
from tests.fixtures_browser import PATIENCE, served

pytestmark = pytest.mark.slow


def test_it_follows_the_clock_without_taking_its_chart_away_and_keeps_what_was_seen(browser, dashboard, prepared):
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{dashboard}/vram")
    page.locator("canvas").first.wait_for()
    page.get_by_text("GPU 없음: CPU 모드").wait_for()
    page.locator(".ib-vram-tiles", has_text="컴퓨터 RAM").first.wait_for()
    names, values = (page.locator(f".ib-vram-tiles {tag}").all_inner_texts() for tag in ("span", "b"))
    tiles = dict(zip(names, values, strict=True))
    assert tiles["VRAM"] == "측정 안 됨" and "GiB" in tiles["컴퓨터 RAM"]
    # The very elements stay in the page while what they show goes on.
    page.evaluate("""() => {
      window.kept = [document.querySelector('canvas'), document.querySelector('.ib-vram-tiles')];
      window.gone = 0;
      const watched = document.querySelector('.stMain');
      new MutationObserver((all) => { for (const one of all) for (const node of one.removedNodes)
        if (window.kept.some((each) => node === each || node.contains?.(each))) window.gone += 1;
      }).observe(watched, {childList: true, subtree: true});
      window.drawn = 0;
      const draw = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (...words) { window.drawn += 1; return draw.apply(this, words); };
    }""")
    page.wait_for_function("() => window.drawn > 0")
    page.wait_for_timeout(4000)
    assert page.evaluate("window.gone === 0 && window.kept.every((each) => each.isConnected)")
    page.wait_for_function("() => document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth")
    page.context.close()


def test_a_model_in_use_is_asked_about_before_it_is_taken_down(browser, dashboard, prepared):
    from core.engine.client import engine

    key = "kure-v1-mini"
    engine().load(key)
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{dashboard}/vram")
    row = page.locator(f".st-key-vram-model-{key}")
    down = row.get_by_role("button", name="내리기")
    down.and_(page.locator(":not([disabled])")).wait_for()
    engine().encode(key, [_words()], role="query", precision="auto", max_pixels=None)
    down.click()
    page.get_by_role("button", name="그대로 두기").click()
    assert key in {each.model.key for each in engine().status().loaded}
    engine().encode(key, [_words()], role="query", precision="auto", max_pixels=None)  # lately, however long that took
    down.click()
    page.get_by_role("button", name="그래도 하기").click()
    row.get_by_text("내려와 있음").wait_for()
    assert key not in {each.model.key for each in engine().status().loaded}
    row.get_by_role("button", name="올리기").click()
    row.get_by_text("fp32", exact=True).first.wait_for()
    assert key in {each.model.key for each in engine().status().loaded}
    for standing in ("올리기", "정밀도 바꾸기"):
        row.get_by_role("button", name=standing).and_(page.locator(":disabled")).wait_for()
    row.get_by_role("combobox").click()
    page.get_by_role("option", name="bf16").click()
    row.get_by_role("button", name="정밀도 바꾸기").click()
    changed, anyway = row.locator(".ib-vram-now").get_by_text("bf16", exact=True), page.get_by_role("button", name="그래도 하기")
    changed.or_(anyway).first.wait_for()
    if anyway.is_visible():  # another test's job is still under way in the shared database
        anyway.click()
    changed.wait_for()
    assert [each.model.precision for each in engine().status().loaded if each.model.key == key] == ["bf16"], "one stands, not two"
    engine().evict(key)
    page.context.close()


DRAWN = """() => {
  window.words = new Set();
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (...all) { window.words.add(String(all[0])); return draw.apply(this, all); };
}"""


def test_two_cards_are_looked_at_with_marks_and_the_budget_line_and_without_flicker(browser, prepared, tmp_path):
    with served({}, tmp_path / "log", launcher=[str(Path(__file__).with_name("served_cards.py"))]) as (address, _):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(PATIENCE)
        page.add_init_script(f"({DRAWN})()")
        page.goto(f"{address}/vram")
        page.locator("canvas").nth(1).wait_for()
        page.wait_for_function("() => ['+', '−', '!', '↓', '↻', '예산 8.0 GiB'].every((each) => window.words.has(each))")
        minutes = [clock(time.time() - 60 * each)[:5] for each in range(6)]
        page.wait_for_function("(minutes) => minutes.some((each) => window.words.has(each))", arg=minutes)  # by Korean clocks
        page.evaluate("window.kept = [...document.querySelectorAll('canvas')]")
        tile = page.locator(".ib-vram-tiles b").first
        before = tile.inner_text()
        page.wait_for_function(f"() => document.querySelector('.ib-vram-tiles b').innerText !== {before!r}")
        assert page.evaluate("window.kept.length === 2 && window.kept.every((each) => each.isConnected)")
        if folder := os.environ.get("SCREENSHOTS"):
            for width, height in ((1440, 900), (1920, 1080)):
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(1500)
                page.screenshot(path=f"{folder}/vram-{width}.png")
        page.locator(".st-key-vram-model-qwen3-vl-embedding-2b").get_by_role("button", name="내리기").click()
        page.get_by_role("dialog").get_by_text("5초 전에 검색어를 읽는 데 쓰였습니다.").wait_for()
        page.get_by_role("button", name="그대로 두기").click()
        page.get_by_role("dialog").wait_for(state="detached")
        page.get_by_text("GPU 1 · NVIDIA GeForce GTX 1080").click()
        page.wait_for_function("() => document.querySelector('.ib-vram-tiles b').innerText.startsWith('1.00 / 8.00')")
        page.context.close()


def test_the_job_that_computes_is_named_with_who_started_it_and_others_are_not(database):
    from core.store import jobs
    from pages.monitoring import controls

    with database.connection() as conn:
        known = [(job.id, job.state) for job in jobs.listing(conn)]
        computing, _ = jobs.add(conn, ["embed", "--vram-test"], title="임베딩", takes_engine=True, asked_by="김선생")
        reading, _ = jobs.add(conn, ["models", "--vram-test"], title="내려받기", takes_engine=False, asked_by="이선생")
        assert {job.id for job in jobs.listing(conn)} - {each for each, _ in known} == {computing.id, reading.id}
    assert not any("김선생" in said for said in controls._working())  # it only waits for its turn
    with database.connection() as conn:
        jobs.begin(conn, computing.id)
        jobs.begin(conn, reading.id)
    try:
        said = controls._working()
        assert [each for each in said if "김선생" in each] == ["작업 ‘임베딩’을(를) 하는 중입니다. 시작한 사람: 김선생"]
        assert not any("이선생" in each for each in said)
    finally:
        with database.connection() as conn:
            for job in (computing, reading):
                jobs.end(conn, job.id, "cancelled")


def _words():
    from core.models.contract import Content

    return Content(text="두 직선이 만나는 점")
