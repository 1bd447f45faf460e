"""The meeting's page: its addresses and slides, what it hides; keys, clock, second window and paper in the browser."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts.person import Person
from core.evaluation import assembling, naming
from core.evaluation.analysis import cases
from core.evaluation.scenarios import BASELINE, TUNED
from core.meeting import bookmarks
from core.meeting.steps import NAMES, STEPS
from core.settings import PROJECT_DIR
from pages.comparing.address import Comparing
from pages.comparing.bookmark import kept_address
from pages.measuring import data
from pages.meeting_room import deck, errors, gates
from pages.meeting_room.address import Asked, Presented, parse, presented
from pages.widgets import doors, person
from tests import evaluation_data
from tests.fixtures_browser import PATIENCE
from tests.label_data import Bank


def test_every_step_has_its_slide():
    assert tuple(deck.SLIDES) == NAMES


@pytest.mark.parametrize("asked", [
    Asked(), Asked(step="verdict", gt=3), Asked(step="errors", case="Q & 1"), Asked(step="data", view="notes"), Asked(view="handout"),
])
def test_an_address_says_where_the_meeting_is(asked):
    assert parse(parse_qs(asked.link()[1:])) == (asked, [])


def test_what_an_address_may_not_say_is_left_out_and_told():
    read, notes = parse({"step": ["<b>nowhere"], "view": ["huge"], "gt": ["-1"], "case": ["x" * 999]})
    assert (read.step, read.view, read.gt, len(read.case), len(notes)) == ("question", "", None, 200, 2)
    assert "case" not in Asked(step="data", case="Q1").parameters()


def test_the_live_search_shows_two_systems_unless_somebody_asks_for_more_and_keeps_to_its_page():
    plain, _ = presented({"q": ["기울기"]})
    assert (plain.systems, plain.k, plain.size) == (("qwen3-vl", "kure+siglip"), 5, "large")
    assert presented({"q": ["기울기"], "systems": ["A,B,D"]})[0].systems == ("qwen3-vl", "kure-v1", "kure+siglip")
    for link in (plain.link(), plain.similar_to("M-1").link(), plain.showing("M-1").link()):
        assert parse_qs(link[1:])["step"] == ["search"]
    assert presented(parse_qs(plain.link()[1:])) == (plain, [])


def test_a_kept_comparison_is_what_is_asked_of_whom():
    shown = Comparing(q="가", systems=("qwen3-vl", "kure-v1"), k=20, gt=2, show="M-1", size="large", list="all", diff=True)
    assert kept_address(shown) == kept_address(replace(shown, show="", size="", list="", diff=False, gt=None))
    read, _ = presented(parse_qs(kept_address(shown)[1:]))
    assert isinstance(read, Presented) and (read.q, read.systems, read.k, read.gt) == ("가", shown.systems, 20, None)


@pytest.mark.parametrize(("words", "first"), [
    ("순환 근거: 35.1 %입니다. 다시 판정해 주세요.", "순환 근거: 35.1 %입니다."), ("하나뿐입니다.", "하나뿐입니다."), ("", "")])
def test_a_slide_says_what_is_the_matter_without_what_to_do(words, first):
    assert gates.first_sentence(words) == first


@pytest.fixture
def page(monkeypatch, conn, collection):
    """Open a step over a made-up evaluation, as somebody."""
    Bank(conn, collection)
    evaluation = replace(evaluation_data.evaluation(queries=12), collection_id=collection.id)
    monkeypatch.setattr(assembling, "load", lambda conn, name, *, version=None, systems=None: evaluation)
    monkeypatch.setattr(assembling, "fingerprint", lambda conn, collection_id, version=None: f"made-up {id(evaluation)}")
    monkeypatch.setattr(data, "settings", lambda: SimpleNamespace(collection=collection.name))
    monkeypatch.setattr(doors, "examples", lambda collection: ["기울기 문제"])

    def opened(who: Person | None = None, **parameters: str) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        at = AppTest.from_file(PROJECT_DIR / "pages" / "meeting.py", default_timeout=30)
        for name, value in parameters.items():
            at.query_params[name] = value
        return at.run()

    return opened


def told(page: AppTest) -> str:
    assert not page.exception
    return html.unescape("\n".join(element.value for element in page.markdown))


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_slide_has_one_sentence_its_place_and_what_the_numbers_rest_on(page, step):
    shown = told(page(step=step.name))
    assert shown.count('role="heading"') == 1 and f"{NAMES.index(step.name) + 1} / 9" in shown and "ib-trouble" not in shown
    assert 'class="ib-basis"' in shown and "ib-meet-bar" in shown and all(note in shown for note in step.notes)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["data", "measures", "hardware", "errors", "verdict"])
def test_who_still_judges_is_shown_no_result(page, monkeypatch, step):
    monkeypatch.setattr(data, "may_see_grades", lambda found, who: False)
    monkeypatch.setattr(assembling, "load", lambda *args, **rest: pytest.fail("results were read"))
    shown = told(page(Person("선생", "senior"), step=step))
    assert "판정이 흔들립니다" in shown and "ib-basis" not in shown and "ib-trouble" not in shown


@pytest.mark.slow
def test_an_error_case_is_shown_by_its_query(page, conn, collection):
    evaluation = assembling.load(conn, collection.name)
    found = cases.of(conn, evaluation)
    assert len(found) > 1
    for wanted in (found[0], found[-1]):
        shown = told(page(step="errors", case=wanted.query.query_id))
        _, _, head = shown.partition('class="ib-meet-case"><b>')
        assert head.startswith(errors.title(wanted, 80))


@pytest.mark.slow
def test_without_a_run_of_a_nobody_says_that_there_are_no_errors(page, monkeypatch, conn, collection):
    evaluation = assembling.load(conn, collection.name)
    others = replace(evaluation_data.evaluation(queries=12, systems=("kure-v1", BASELINE)), collection_id=evaluation.collection_id)
    monkeypatch.setattr(assembling, "load", lambda conn, name, *, version=None, systems=None: others)
    monkeypatch.setattr(assembling, "fingerprint", lambda conn, collection_id, version=None: f"made-up {id(others)}")
    shown = told(page(step="errors"))
    assert "A를 아직 실행하지 않아" in shown and "정답이 있습니다" not in shown
    assert "A를 아직 실행하지 않아" in told(page(view="handout"))


@pytest.mark.slow
@pytest.mark.parametrize("parameters", [*({"step": name} for name in NAMES), {"view": "handout"}, {"view": "notes"}], ids=str)
def test_where_nothing_was_graded_or_run_every_slide_says_so_calmly(monkeypatch, conn, collection, parameters):
    Bank(conn, collection)
    monkeypatch.setattr(data, "settings", lambda: SimpleNamespace(collection=collection.name))
    monkeypatch.setattr(person, "current", lambda: None)
    at = AppTest.from_file(PROJECT_DIR / "pages" / "meeting.py", default_timeout=30)
    for name, value in parameters.items():
        at.query_params[name] = value
    shown = told(at.run())
    assert "ib-trouble" not in shown and "nan" not in shown


@pytest.mark.slow
def test_the_measures_are_those_of_the_pages_with_their_runs(page, conn, collection):
    shown = told(page(step="measures"))
    evaluation = assembling.load(conn, collection.name)
    result = evaluation.scenarios["gate"]
    mean = result.of("qwen3-vl", "cR@5").mean()
    assert f"<b>{mean:.3f}</b>" in shown and f"A {result.systems[0].run_id}번" in shown
    assert result.has(BASELINE) and result.has(TUNED), "or the next line would prove nothing"
    rows = re.findall(r'ib-meet-system">([^<]+)<', shown)
    assert naming.label(TUNED) in rows and naming.label(BASELINE) not in rows


@pytest.mark.slow
def test_the_hand_out_has_every_step_and_what_was_kept(page, conn, collection):
    bookmarks.keep(conn, collection.id, "?q=어디에도 없는 쿼리&systems=A,D", "회의에서 볼 <비교>", by="김선생")
    shown = told(page(view="handout"))
    assert re.findall(r'ib-meet-sheet"><span>\d</span><b>([^<]+)</b>', shown) == [step.title for step in STEPS]
    assert "회의에서 볼 <비교>" in shown and "저장된 쿼리가 아니어서" in shown
    assert not any(note in shown for step in STEPS for note in step.notes), "what only the presenter reads is on paper"


@pytest.mark.slow
def test_the_second_window_has_the_notes_and_what_comes_next(page):
    shown = told(page(view="notes", step="data"))
    assert "다음: 실제 검색 (10분)" in shown and STEPS[1].notes[0] in shown and "ib-meet-bar" not in shown


@pytest.fixture
def meeting(browser, dashboard):
    """Open the meeting in one browser's windows; what the policy refuses or asks from elsewhere fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    refused: list[str] = []

    def opened(query: str = ""):
        window = context.new_page()
        window.set_default_timeout(PATIENCE)
        window.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
        window.on("pageerror", lambda error: refused.append(str(error)))
        window.on("request", lambda request: None if request.url.startswith((dashboard, "data:", "blob:", f"ws{dashboard[4:]}"))
                  else refused.append(request.url))
        window.goto(f"{dashboard}/meeting{query}")
        window.locator(".ib-meet-message").first.wait_for()
        return window

    yield opened
    context.close()
    assert not refused


def stands(window, number: int) -> None:
    window.wait_for_function(f"() => document.querySelector('.ib-meet-place')?.innerText.startsWith('{number} ')")


def clock(window) -> list[str]:
    return window.locator(".ib-meet-clock").first.locator("i").evaluate_all("found => found.map(each => each.dataset.said)")


@pytest.mark.slow
def test_keys_walk_the_meeting_and_leave_typing_alone(meeting):
    window = meeting()
    window.keyboard.press("ArrowRight")
    stands(window, 2)
    assert "step=data" in window.url
    window.evaluate("() => { for (let turn = 0; turn < 3; turn += 1) document.body.dispatchEvent("
                    "new KeyboardEvent('keydown', {key: 'PageDown', bubbles: true, cancelable: true})); }")
    stands(window, 5)  # faster than a slide is drawn, and none is lost
    window.keyboard.press("PageUp")
    stands(window, 4)
    window.keyboard.press("PageUp")
    stands(window, 3)
    box = window.get_by_role("textbox", name="검색어")
    box.click()
    window.keyboard.type("일차함수 n")
    for key in ("ArrowLeft", "Home", "End"):
        window.keyboard.press(key)
    assert box.input_value() == "일차함수 n" and "step=search" in window.url
    assert not window.locator(".ib-meet-notes").is_visible()
    box.fill("일차함수의 그래프")
    window.keyboard.press("Enter")
    window.locator(".ib-grid .ib-cell[data-rank='1']").nth(1).wait_for()
    asked = window.url
    window.wait_for_function("() => !document.activeElement.matches('input')")
    window.keyboard.press("ArrowRight")
    stands(window, 4)
    window.keyboard.press("ArrowLeft")
    stands(window, 3)
    assert window.url == asked, "the search was lost on the way"
    window.keyboard.press("End")
    stands(window, 9)
    window.keyboard.press("ArrowRight")
    window.keyboard.press("Home")
    stands(window, 1)
    press = ("part => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, code: 'KeyN', ...part}))")
    window.evaluate(press, {"key": "Process", "isComposing": True})
    assert not window.locator(".ib-meet-notes").is_visible(), "a syllable that is being written is no key"
    window.evaluate(press, {"key": "ㅜ"})
    window.locator(".ib-meet-notes").wait_for(state="visible")
    window.keyboard.press("f")
    window.wait_for_function("() => document.fullscreenElement !== null")
    assert not window.locator("[data-testid=stHeader]").is_visible()


@pytest.mark.slow
def test_the_other_address_of_the_meeting_leads_to_the_same_step(meeting, dashboard):
    window = meeting("?step=data")
    window.goto(f"{dashboard}/walkthrough?step=hardware&gt=1")
    stands(window, 5)
    assert window.url.startswith(f"{dashboard}/meeting?step=hardware")


@pytest.mark.slow
def test_the_clock_outlives_a_reload_and_counts_each_step(meeting):
    window = meeting("?step=data")
    window.wait_for_function("() => document.querySelector('[data-clock=step]')?.dataset.said")
    assert clock(window) == ["이 순서 0:00 / 5분", "전체 0:00 / 53분"]
    window.keyboard.press("t")
    window.wait_for_function("() => !document.querySelector('.ib-meet-clock').hasAttribute('data-stands')")
    # As if the step had been shown for six minutes: one more than is planned for it.
    window.evaluate("() => { const place = JSON.parse(localStorage['ib-meeting']); place.since -= 360000;"
                    " localStorage['ib-meeting'] = JSON.stringify(place); }")
    window.reload()
    window.wait_for_function("() => /^이 순서 [6-9]:/.test(document.querySelector('[data-clock=step]')?.dataset.said)")
    assert window.locator("[data-clock=step]").get_attribute("data-late") is not None
    window.keyboard.press("ArrowRight")
    stands(window, 3)
    window.wait_for_function("() => document.querySelector('[data-clock=step]').dataset.said.startsWith('이 순서 0:')")
    assert re.match("전체 [6-9]:", clock(window)[1])


@pytest.mark.slow
def test_the_presenter_s_window_follows_and_steers(meeting):
    projector = meeting("?step=hardware")
    desk = meeting("?step=question&view=notes")
    projector.keyboard.press("ArrowRight")
    stands(projector, 6)
    stands(desk, 6)
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("ArrowLeft")
    stands(projector, 4)
    stands(desk, 4)
    assert "view=notes" in desk.url and "view" not in projector.url
    desk.locator("[data-goes=sign]").click()
    stands(projector, 9)


@pytest.mark.slow
@pytest.mark.parametrize("step", [step.name for step in STEPS if step.name not in ("search", "sign")])
def test_a_slide_fits_a_projector(meeting, step):
    window = meeting(f"?step={step}")
    window.wait_for_function("() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    window.evaluate("() => document.fonts.ready.then(() => true)")
    beyond = window.evaluate("() => { const main = document.querySelector('.stMain');"
                             " const bar = document.querySelector('.ib-meet-bar').getBoundingClientRect();"
                             " const drawn = document.querySelectorAll('[class*=meeting-slide] [data-testid=stMarkdownContainer] > *');"
                             " const last = [...drawn].map(node => node.getBoundingClientRect().bottom);"
                             " return [main.scrollWidth - main.clientWidth, Math.max(...last) - bar.top]; }")
    assert beyond[0] <= 0 and beyond[1] <= 4, beyond
