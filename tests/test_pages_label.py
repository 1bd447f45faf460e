"""The rater's desk in a real browser over a real server: what is pressed is stored, in order, once, whatever breaks."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from uuid import uuid4

import pytest

from core.accounts import logins
from core.labels import queue
from core.labels.consensus import calibration
from core.labels.exchange.importing import import_ground_truth
from core.labels.pooling import pool
from core.labels.pooling.pool_plan import PoolRequest
from core.settings import PROJECT_DIR
from core.store import collections, items, judgments, queries
from core.store import rounds as stored_rounds
from core.store.items import NewItem
from tests import fixtures_browser

pytestmark = pytest.mark.slow
EACH = 9
"""Queries of one test's round; no two rounds ask about the same, or one would find its pairs judged already."""
LEFT_BEHIND = """() => {
  window.leftBehind = false;
  const shown = (all) => [...document.querySelectorAll(all)].some((node) => node.offsetParent);
  const seen = () => { leftBehind ||= shown('.ib-finished') && shown('.ib-pair'); };
  new MutationObserver(seen).observe(document.body, {childList: true, subtree: true, attributes: true});
}"""
"""Notes whether ever a pair was shown on a desk that has none to show."""
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"


@pytest.fixture(scope="module")
def bank(database, prepared):
    """A collection of its own with the shipped items and queries: rounds here must not hide grades from other tests."""
    with database.connection() as conn:
        sample = collections.get(conn, "math-100")
        made = collections.ensure(conn, f"label-{uuid4().hex[:8]}")
        rows = [NewItem(each.item, each.content_hash, each.image_hashes)
                for batch in items.iterate(conn, sample.id) for each in batch]
        items.upsert(conn, made.id, rows)
    import_ground_truth(database, PROJECT_DIR / "data" / "ground_truth.json", images=PROJECT_DIR / "data",
                        collection=made.name)
    return made


@pytest.fixture(scope="module")
def fresh(bank, database):
    """Deal out queries, some to each test."""
    with database.connection() as conn:
        left = [query.query_id for query in queries.current(conn, bank.id)]
    random.Random(4).shuffle(left)

    def deal():
        dealt = tuple(left[:EACH])
        del left[:EACH]
        return dealt

    return deal


@pytest.fixture(scope="module")
def server(bank, tmp_path_factory):
    with fixtures_browser.served({"COLLECTION": bank.name}, tmp_path_factory.mktemp("label") / "log") as (address, _):
        yield address


class Rater:
    """A rater of a test's own round in a browser context of its own."""

    def __init__(self, browser, address, database, bank, round_id, name):
        self.database, self.bank, self.round_id, self.name, self.address = database, bank, round_id, name, address
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.log_in()
        self.page = self.open()

    def log_in(self):
        cookie = logins.begin(self.name, picked=True, db=self.database)
        self.context.add_cookies([{"name": logins.COOKIE, "value": cookie, "url": self.address}])

    def open(self):
        page = self.context.new_page()
        page.set_default_timeout(fixtures_browser.PATIENCE)
        page.goto(f"{self.address}/label")
        begin = page.get_by_role("button", name="판정 시작")
        begin.or_(page.locator(".ib-pair:visible")).wait_for()
        page.locator(f"{CONNECTED}[data-test-script-state=notRunning]").wait_for()
        if begin.is_visible():
            begin.click()
        page.locator(".ib-pair:visible").wait_for()
        page.locator('.ib-saved[data-state="saved"]').wait_for()
        return page

    def press(self, *keys, gap=0):
        for key in keys:
            self.page.keyboard.press(key)
            if gap:
                self.page.wait_for_timeout(gap)

    def saved(self):
        self.page.locator('.ib-saved[data-state="saved"]').wait_for()

    def shown(self):
        return self.page.locator(".ib-pair:visible").get_attribute("data-ref")

    def told(self):
        """What this rater said in any round."""
        with self.database.connection() as conn:
            return [event for event in judgments.events(conn, self.bank.id) if event.rater == self.name]

    def events(self):
        return [event for event in self.told() if event.round_id == self.round_id]

    def grades(self):
        return [event.grade for event in self.events()]


@pytest.fixture
def seat(browser, server, database, bank, fresh):
    """Open a round and seat raters at it; the round is closed afterwards."""
    request = PoolRequest(stage=1, name=f"round {uuid4().hex[:6]}", overlap=2, query_ids=fresh(), seed=3)
    round_id = pool.open_round(database, pool.plan(database, None, bank.name, request), by="tests")
    seated = []

    def sit(name=None, address=server):
        seated.append(Rater(browser, address, database, bank, round_id, name or f"rater-{uuid4().hex[:6]}"))
        return seated[-1]

    yield sit
    for rater in seated:
        rater.context.close()
    with database.connection() as conn:
        stored_rounds.close(conn, round_id)


@pytest.mark.parametrize("gap", [0, 40])
def test_keys_become_rows_in_their_order(seat, gap):
    rater = seat()
    wanted = [number * 7 % 4 for number in range(50)]
    rater.press(*(f"{'Numpad' if place % 3 == 0 else 'Digit'}{grade}" for place, grade in enumerate(wanted)), gap=gap)
    rater.saved()
    events = rater.events()
    assert [event.grade for event in events] == wanted
    assert len({(event.query_id, event.item_id, event.purpose) for event in events}) == 50
    assert [event.created_at for event in events] == sorted(event.created_at for event in events)
    with rater.database.connection() as conn:
        order = [(entry.query_id, entry.item_id) for entry in queue.entries(conn, rater.round_id, rater.name)][:50]
    assert [(event.query_id, event.item_id) for event in events] == order
    assert all(event.ms_spent is not None and event.guideline_version and event.client_id for event in events)


def test_keys_act_with_the_korean_input_method_on(seat):
    rater = seat()
    for code, key in (("Digit2", "Process"), ("KeyU", "ㅕ"), ("Numpad3", "Process")):
        rater.page.evaluate("""([code, key]) => document.body.dispatchEvent(new KeyboardEvent('keydown',
            {code, key, keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))""", [code, key])
    rater.saved()
    assert rater.grades() == [2, None, 3]
    assert [event.unrateable for event in rater.events()] == [False, True, False]
    rater.press("n")
    note = rater.page.get_by_label("메모", exact=True)
    note.fill("계수만 다름")
    note.evaluate("""area => area.dispatchEvent(new KeyboardEvent('keydown',
        {code: 'Enter', key: 'Process', isComposing: true, bubbles: true, cancelable: true}))""")
    assert note.is_visible(), "the Enter that ends a syllable closed the note"
    note.press("Enter")
    rater.press("1")
    rater.saved()
    assert (rater.events()[-1].grade, rater.events()[-1].note) == (1, "계수만 다름")


def test_skip_back_undo_and_flag(seat):
    rater = seat()
    first = rater.shown()
    rater.press("ArrowRight")
    second = rater.shown()
    assert second != first
    rater.press("ArrowLeft")
    assert rater.shown() == first
    rater.press("3", "z")
    assert rater.shown() == first
    rater.saved()
    assert rater.grades() == [3, None]
    assert not rater.events()[-1].unrateable
    rater.press("f", "1")
    rater.page.wait_for_function("first => document.querySelector(`.ib-pair[data-ref='${first}']`)?.offsetParent == null", arg=first)
    rater.saved()
    with rater.database.connection() as conn:
        states = [entry.state for entry in queue.entries(conn, rater.round_id, rater.name)]
    assert states.count("flagged") >= 1
    assert "graded" not in states


def test_nothing_on_the_page_tells_where_a_pair_came_from(seat):
    rater = seat()
    rater.press(*"0123" * 8)
    rater.saved()
    rater.page.reload()
    rater.page.locator(".ib-pair:visible").wait_for()
    told = " ".join(rater.page.locator(".ib-desk, .ib-queue, .ib-group").evaluate_all("all => all.map(one => one.outerHTML)"))
    assert told.count("data-ref") > 32
    for word in ("math_", "repeat", "bm25", "constructed", "metadata", "qwen", "siglip", "kure", "purpose", "calibration"):
        assert word not in told.lower(), word


def test_what_was_not_sent_survives_a_closed_tab(seat):
    rater = seat()
    rater.press("1", "2")
    rater.saved()
    rater.page.route("**/labels/events", lambda route: route.abort())
    rater.press("3", "0", "3")
    rater.page.locator('.ib-saved[data-state="offline"]', has_text="3건").wait_for()
    rater.press("n")
    rater.page.get_by_label("메모", exact=True).fill("아직 등급이 없는 쌍")
    rater.page.get_by_label("메모", exact=True).press("Enter")
    rater.page.close()
    assert rater.grades() == [1, 2]
    rater.page = rater.open()
    assert rater.grades() == [1, 2, 3, 0, 3]
    rater.press("1", "2")
    rater.saved()
    assert rater.grades() == [1, 2, 3, 0, 3, 1, 2]
    assert [event.note for event in rater.events()[-2:]] == ["아직 등급이 없는 쌍", ""]


def test_a_lost_answer_is_asked_for_again_and_stored_once(seat):
    rater = seat()
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch().status)  # stored, but the browser never hears of it
            route.abort()
        else:
            route.continue_()

    rater.page.route("**/labels/events", lose)
    rater.press("2", "1")
    rater.page.locator('.ib-saved[data-state="offline"], .ib-saved[data-state="saving"]').first.wait_for()
    rater.saved()
    assert lost == [200]
    assert rater.grades() == [2, 1]


def test_what_a_closed_round_left_behind_is_still_sent(seat):
    rater = seat()
    rater.page.route("**/labels/events", lambda route: route.abort())
    rater.press("1", "2", "3")
    rater.page.locator('.ib-saved[data-state="offline"]', has_text="3건").wait_for()
    rater.page.close()
    with rater.database.connection() as conn:
        stored_rounds.close(conn, rater.round_id)
    page = rater.context.new_page()
    page.goto(f"{rater.address}/label")
    page.get_by_text("지금 열린 라운드가 없습니다.").wait_for(timeout=fixtures_browser.PATIENCE)
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('itembank-label:'))")
    assert rater.grades() == [1, 2, 3]


def test_a_refusal_stays_in_sight_until_it_is_seen(seat):
    rater = seat()

    def refuse(route):
        sent = route.request.post_data_json["events"]
        route.fulfill(json={"stored": [], "refused": [{"uuid": event["uuid"], "reason": "까닭입니다."} for event in sent]})

    rater.page.route("**/labels/events", refuse)
    first = rater.shown()
    rater.press("2")
    said = rater.page.locator(".ib-refusals")
    said.get_by_text("저장되지 않은 판정이 1건 있습니다. 까닭입니다.").wait_for()
    rater.page.unroute("**/labels/events")
    rater.press("1", "0")
    rater.saved()
    assert said.is_visible() and rater.grades() == [1, 0]
    said.get_by_role("button", name="확인").click()
    assert not said.is_visible()
    rater.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert rater.shown() == first and rater.page.locator(".ib-chosen").count() == 0


def test_two_raters_do_not_see_each_other_and_one_goes_on_elsewhere(seat):
    one, other = seat(), seat()
    one.press("n")
    one.page.get_by_label("메모", exact=True).fill("남의눈에보이면안됨")
    one.page.get_by_label("메모", exact=True).press("Enter")
    one.press(*"333333")
    other.press(*"000000")
    one.saved()
    other.saved()
    assert (one.grades(), other.grades()) == ([3] * 6, [0] * 6)
    other.page.reload()
    other.page.locator(".ib-pair:visible").wait_for()
    assert "남의눈에보이면안됨" not in other.page.content()
    elsewhere = seat(one.name)
    assert elsewhere.page.locator(".ib-count").inner_text().startswith("6 /")
    assert elsewhere.shown() == one.shown()


def test_practice_shows_how_it_compares_when_it_is_done(seat, bank, database, fresh):
    with database.connection() as conn:
        known = conn.execute("SELECT query_id, item_id FROM pool_pairs AS p JOIN label_rounds AS r ON r.id = p.round_id "
                             "WHERE r.collection_id = %s LIMIT 3", (bank.id,)).fetchall()
        practice = calibration.make(conn, bank.id, name="연습", by="선임",
                                    pairs=[calibration.AgreedPair(query_id, item_id, 2) for query_id, item_id in known])
    try:
        rater = seat()
        rater.round_id = practice
        rater.press("2", "2")
        rater.saved()
        assert not rater.page.get_by_text("연습 결과").is_visible()
        rater.press("0")
        rater.page.get_by_text("합의된 등급과 67%가 똑같았습니다").wait_for()
        rater.page.locator(".ib-differs").wait_for()  # exactly one
        assert {event.purpose for event in rater.events()} == {"calibration"}
        rater.page.close()
        rater.page = rater.open()  # goes on where there is something to do
        assert rater.page.locator(".ib-count").inner_text().startswith("0 /")
        rater.press("1")
        rater.saved()
        said = len(rater.told())
        rater.page.evaluate(LEFT_BEHIND)
        rater.page.get_by_role("combobox", name="라운드").click()
        rater.page.get_by_role("option", name="연습").click()
        rater.page.locator(".ib-finished:visible").wait_for()
        rater.page.get_by_role("button", name="되돌리기").click()  # nothing was said in this round
        rater.press("ArrowLeft")  # keys are the desk's again, not the list's
        rater.page.locator(".ib-pair:visible").wait_for()
        rater.saved()
        assert len(rater.told()) == said, "the round that was left heard a click"
        assert not rater.page.evaluate("leftBehind"), "a pair of the round that was left stood beside this one's"
    finally:
        with database.connection() as conn:
            stored_rounds.close(conn, practice)


def test_a_server_killed_right_after_a_key_loses_nothing(seat, bank, tmp_path, database):
    with restartable(bank, tmp_path) as (address, restart):
        rater = seat(address=address)
        rater.press("1")
        rater.saved()
        for grade in "2301":
            rater.press(grade)
            rater.page.wait_for_timeout(50)
        restart()
        # A key on a pair that is not drawn again yet judges nothing.
        rater.page.locator(f"{CONNECTED}[data-test-script-state=notRunning] .ib-pair:visible").wait_for()
        rater.press("3")
        rater.saved()
        assert rater.grades() == [1, 2, 3, 0, 1, 3]
        rater.context.close()


@contextmanager
def restartable(bank, folder):
    port, running = fixtures_browser.free_port(), []

    def start():
        with (folder / "log").open("ab") as out:
            running.append(subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(PROJECT_DIR / "app.py"), "--server.port", str(port)],
                cwd=PROJECT_DIR, env=os.environ | {"COLLECTION": bank.name}, stdout=out, stderr=out))
        fixtures_browser._wait_for(f"http://127.0.0.1:{port}/_stcore/health", running[-1], folder / "log")

    def restart():
        running[-1].send_signal(signal.SIGKILL)
        running[-1].wait()
        time.sleep(0.3)
        start()

    start()
    yield f"http://127.0.0.1:{port}", restart
    running[-1].terminate()
    running[-1].wait(timeout=60)
