"""The verdict page in a browser: it fits the window, keeps to its policy, and what is moved or chosen shows where it should."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def open_page(browser, dashboard):
    """Open addresses of the page at a window's size; what the browser refuses or asks from elsewhere fails the test."""
    contexts, refused = [], []

    def opened(query="", *, width=1440, height=900):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("request", lambda request: None if request.url.startswith((dashboard, "data:", "blob:", f"ws{dashboard[4:]}"))
                else refused.append(request.url))
        page.goto(f"{dashboard}/metrics{query}")
        page.locator(".ib-stamp").first.wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not refused


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080)])
def test_the_verdict_fits_the_window_and_names_what_is_missing(open_page, width, height):
    page = open_page(width=width, height=height)
    page.locator("tr[data-gate]").last.wait_for()
    assert page.locator(".ib-stamp").first.inner_text().strip().endswith("판정 불가")
    listed = page.locator(".ib-lack li").all_inner_texts()
    assert any("사람이 매기지 않은 등급" in each for each in listed), listed
    overflow = page.evaluate("document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth")
    assert overflow <= 0
    for table in page.locator(".ib-gates").all():
        inside = table.evaluate("node => node.parentElement.scrollWidth - node.parentElement.clientWidth")
        assert inside <= 1, "a table of gates would have to be scrolled"
    assert page.locator(".ib-stamp").first.bounding_box()["y"] < 200


def test_a_section_is_an_address_and_the_band_stays(open_page):
    page = open_page()
    page.get_by_role("radio", name="시나리오", exact=True).or_(page.get_by_role("button", name="시나리오", exact=True)).first.click()
    page.wait_for_url(re.compile("section=scenarios"))
    assert page.locator(".ib-stamp").first.is_visible()
    page.reload()
    page.locator(".ib-stamp").first.wait_for()
    assert "section=scenarios" in page.url


def test_a_slider_moves_the_assumption_and_not_what_is_registered(open_page):
    page = open_page()
    registered = page.locator('tr[data-gate="mrr"]').first
    registered.wait_for()
    before = registered.text_content()
    page.get_by_text("기준을 바꾸면 어떻게 되는지 보기").click()
    page.get_by_text("위에서 기준을 옮기면").wait_for()
    slider = page.locator("[data-testid=stSlider]", has_text="Go · MRR").get_by_role("slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.locator(".ib-verdict-assumed").wait_for()
    assert "0.6" in page.locator('.st-key-metrics-whatif tr[data-gate="mrr"]').inner_text()
    assert registered.text_content() == before


def test_the_run_panel_lists_what_there_is_to_search_for(open_page):
    page = open_page()
    page.get_by_role("button", name="평가 실행").click()
    page.locator(".ib-plan").wait_for()
    assert page.locator(".ib-plan tbody tr").count() >= 6
    page.locator(".st-key-metrics-run").get_by_text(re.compile(r"찾을 목록 [\d,]+개")).wait_for()
    page.get_by_role("button", name="평가 실행").click()
    page.locator(".st-key-metrics-run").wait_for(state="detached")
