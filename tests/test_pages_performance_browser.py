"""A bench seen in a browser: started from the form, looked on at, left, come back to, stopped; and its partial result says so."""

from __future__ import annotations

import re

import pytest

from core.store import measurements

pytestmark = pytest.mark.slow
_LIVE = "[class*=st-key-performance-live]"
_CANVAS = f"{_LIVE} canvas"


def _answered(page) -> int:
    return int(page.locator(f"{_LIVE} .ib-vram-tiles b").first.inner_text().replace(",", ""))


def test_a_bench_is_looked_on_at_left_come_back_to_and_stopped(conn, visit):
    before = max((each.id for each in measurements.listing(conn)), default=0)
    page = visit()
    page.get_by_role("link", name="성능", exact=True).click()
    page.get_by_test_id("stPopoverButton").filter(has_text="재기").click()
    calls = page.get_by_label("호출 수", exact=True)
    calls.fill("20000")
    calls.press("Enter")
    page.get_by_text("python -m core bench latency --system qwen3-vl --calls 20000").wait_for()
    page.get_by_role("button", name="재기 시작").click()
    page.locator(_CANVAS).wait_for()
    page.get_by_text("축소 모델").first.wait_for()
    # Samples come in while somebody looks, and the chart stays the same element.
    page.evaluate("selector => { window.kept = document.querySelector(selector) }", _CANVAS)
    page.wait_for_function("selector => Number(document.querySelector(selector).innerText.replace(',', '')) > 0",
                           arg=f"{_LIVE} .ib-vram-tiles b")
    seen = _answered(page)
    page.wait_for_function("([selector, seen]) => Number(document.querySelector(selector).innerText.replace(',', '')) > seen + 20",
                           arg=[f"{_LIVE} .ib-vram-tiles b", seen])
    assert page.evaluate("selector => window.kept === document.querySelector(selector) && window.kept.isConnected", _CANVAS)
    page.get_by_role("cell", name="글+그림").first.wait_for()
    # Elsewhere it goes on, and is there again.
    page.get_by_role("link", name="VRAM 모니터").click()
    page.wait_for_url("**/vram*")
    page.get_by_role("link", name="성능", exact=True).click()
    page.locator(_CANVAS).wait_for()
    page.wait_for_function("([selector, seen]) => Number(document.querySelector(selector)?.innerText.replace(',', '')) > seen",
                           arg=[f"{_LIVE} .ib-vram-tiles b", seen])
    # Stopped, it opens what it has, as a part.
    page.get_by_role("button", name="멈추기").first.click()
    page.wait_for_url(re.compile(r"view=one"))
    page.get_by_text(re.compile(r"중간에 끊긴 측정입니다\. [\d,]+번까지 잰 값")).wait_for()
    page.locator(_LIVE).wait_for(state="detached")
    (made,) = [each for each in measurements.listing(conn, ["latency"]) if each.id > before]
    assert made.partial and 0 < made.result["calls"] < 60_000 and f"measurement={made.id}" in page.url
