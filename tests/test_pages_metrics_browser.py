"""The verdict page in a browser: it fits the window, keeps to its policy, and what is moved or chosen shows where it should."""

from __future__ import annotations

import re

import pytest

from tests.fixtures_browser import PATIENCE

pytestmark = pytest.mark.slow


@pytest.fixture
def open_page(browser, dashboard):
    """Open addresses of the page at a window's size; what the browser refuses or asks from elsewhere fails the test."""
    contexts, refused = [], []

    def opened(query="", *, width=1440, height=900):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
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
    page.locator(".ib-stamp").first.get_by_text("판정 불가").wait_for()
    page.locator(".ib-lack li", has_text="사람이 매기지 않은 등급").first.wait_for()
    # No part has to be scrolled sideways, once the styles have come.
    page.wait_for_function("() => document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth")
    page.wait_for_function("() => [...document.querySelectorAll('.ib-gates')].every(table =>"
                           " table.parentElement.scrollWidth - table.parentElement.clientWidth <= 1)")
    page.wait_for_function("() => document.querySelector('.ib-stamp').getBoundingClientRect().y < 200")


def test_a_section_is_an_address_and_the_band_stays(open_page):
    page = open_page()
    page.get_by_role("radio", name="시나리오", exact=True).or_(page.get_by_role("button", name="시나리오", exact=True)).first.click()
    page.wait_for_url(re.compile("section=scenarios"))
    page.locator(".ib-stamp").first.wait_for()
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
    page.locator('.st-key-metrics-whatif tr[data-gate="mrr"]', has_text="0.6").wait_for()
    assert registered.text_content() == before


def test_the_run_panel_lists_what_there_is_to_search_for(open_page):
    page = open_page()
    page.get_by_role("button", name="평가 실행").click()
    page.locator(".ib-plan tbody tr").nth(5).wait_for()
    page.locator(".st-key-metrics-run").get_by_text(re.compile(r"찾을 목록 [\d,]+개")).wait_for()
    page.get_by_role("button", name="평가 실행").click()
    page.locator(".st-key-metrics-run").wait_for(state="detached")
