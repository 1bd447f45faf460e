"""Every page and every button, asked for by every role, on a fresh server: by its socket as a program would, and by a browser."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx2
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.accounts import logins, users
from core.accounts.access import PAGES, may_open
from core.accounts.person import ROLES, Person
from core.accounts.rights import ACTS
from core.labels.pooling import pool
from core.labels.pooling.pool_plan import PoolRequest
from core.labels.versions import freezing
from core.review import reviewing
from core.settings import PROJECT_DIR
from core.store import collections, items
from pages import _talk, bank, labelling
from tests import labelling_round, scenario_bank
from tests.apart import run
from tests.fixtures_browser import PATIENCE, served
from tests.fixtures_store import another, fingerprint
from tests.hands import cookie, opened
from tests.soak_tab import PageError

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECRET = "맑은-가을-하늘"
REFUSED = "로는 볼 수 없습니다"
SECTIONS = {"label": labelling.SECTIONS, "data": bank.SECTIONS, "metrics": dict.fromkeys(
    ["verdict", "systems", "scenarios", "slices", "queries", "cases", "costs", "downloads"])}
# Said once more by hand: who loosens the table of pages has to loosen this one too.
OPEN = {
    "viewer": {"search", "compare", "metrics", "performance", "progress", "report", "meeting"},
    "rater": {"label", "data"},
    "senior": set(PAGES), "developer": set(PAGES), "tf": set(PAGES),
}
PARTS = {
    "rater": {"label/queue", "label/queries", "data/review"},
    "viewer": set(),
    "tf": {"label/queries", "label/agreement", "label/versions", *(f"data/{name}" for name in bank.SECTIONS)},
}
PARTS["senior"] = PARTS["developer"] = {f"{page}/{name}" for page in ("label", "data") for name in SECTIONS[page]}
ASKED = {
    "_labels": {"judging"}, "queue": {"judging"}, "adjudicate": {"adjudication"}, "pool": {"pool"}, "round_picks": {"pool"},
    "query_edit": {"adjudication", "queries"}, "query_making": {"queries"}, "round_flags": {"rounds"}, "round_list": {"rounds"},
    "round_practice": {"rounds"}, "version_freeze": {"versions"}, "version_import": {"versions"},
    "collections": {"bank"}, "upload": {"bank"}, "review": {"bank"}, "review_item": {"review"},
    "data": {"judging", "queries", "bookmarks"}, "case": {"causes"}, "further": {"values"}, "register": {"register"},
    "files": {"values"}, "controls": {"work"}, "meetings": {"plan"}, "tasks": {"plan"}, "prose": {"report"}, "record": {"decide"},
}
"""The acts each module of the pages asks for by name; signing asks by the seat, starting a job by its verb."""
HOMES = {"viewer": "metrics", "rater": "label", "senior": "label", "developer": "", "tf": "report"}


@pytest.fixture(scope="module")
def team(database):
    """A database with a small graded bank, an open round, a frozen version, and one account of each role."""
    with another(database) as house:
        with house.connection() as conn:
            found = collections.ensure(conn, "roles")
            scenario_bank.fill(conn, found)
            scenario_bank.judge(conn, found, {"text": {"m-001": 3, "m-002": 0}, "item": {"m-005": 2}})
            freezing.freeze(conn, found.id, name="1차", by="선임")
            ready = collections.ensure(conn, "reviewed")
            labelling_round.fill(conn, ready.id, items_per_unit=1)
            for item_id in items.ids(conn, ready.id):
                reviewing.review(conn, ready.id, item_id, by="선임", verdict="accept")
        pool.open_round(house, pool.plan(house, None, found.name, PoolRequest(name="1차", overlap=1, seed=1)), by="선임")
        for role in ROLES:
            users.add(house, name=role, role=role, password=SECRET)
        users.add(house, name="바뀔 사람", role="developer", password=SECRET)
        users.add(house, name="나갈 사람", role="developer", password=SECRET)
        logins.forget()
        yield house
        logins.forget()


@pytest.fixture(scope="module")
def address(team, tmp_path_factory) -> Iterator[str]:
    """A server of its own: whatever comes first here comes first to it."""
    with served({"DATABASE_URL": team.conninfo, "COLLECTION": "roles"}, tmp_path_factory.mktemp("roles") / "log") as (found, _):
        yield found


@pytest.fixture(scope="module")
def cookies(address) -> dict[str, str]:
    """A logged-in browser's cookie for each account."""
    return {name: cookie(address, name, SECRET) for name in (*ROLES, "바뀔 사람", "나갈 사람")}


def test_the_table_of_pages_is_what_the_roles_are_meant_to_see():
    for role in ROLES:
        who = Person("나", role)
        for page in PAGES:
            for part in SECTIONS[page] if page in ("label", "data") else [""]:
                assert may_open(who, page, part, demanded=True) is (f"{page}/{part}" in PARTS[role] if part else page in OPEN[role])


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_program_gets_the_pages_of_its_role_and_no_other(address, cookies, role):
    """A first request straight at an address, then the same page by its script hash from a page that is open."""
    async def work() -> None:
        hashes = {}
        home = HOMES[role] or "search"
        for page in PAGES:
            # With a query the bare address stays what it is.
            async with opened(address, cookies[role], page, "k=5" if page == "search" else "") as tab:
                hashes[page] = tab._script
                assert (REFUSED in tab.said()) is (page not in OPEN[role]), page
                if page not in OPEN[role]:
                    assert not tab.buttons and "교점" not in tab.said(), page
        assert len(set(hashes.values())) == len(PAGES)
        async with opened(address, cookies[role], home, "k=5") as tab:
            for page in PAGES:
                if page in OPEN[role]:
                    continue
                tab.markup.clear(), tab.buttons.clear()
                tab._script = hashes[page]
                await tab.rerun()
                assert REFUSED in tab.said() and not tab.buttons, page

    run(work)


@pytest.mark.slow
def test_nobody_gets_a_page_a_socket_or_a_file_by_any_door(address, cookies):
    assert cookies  # somebody has an account: from then on a login is asked for
    with httpx2.Client(base_url=address, timeout=60) as client:
        for page in PAGES:
            path = "/" if page == "search" else f"/{page}"
            answer = client.get(path, headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")
            assert client.get(path).status_code == 401
        for method, path in (("PUT", "/_stcore/upload_file/a/b"), ("DELETE", "/_stcore/upload_file/a/b"), ("POST", "/_stcore/upload_file"),
                             ("GET", f"/media/{'0' * 56}.png"), ("GET", f"/figures/{'0' * 64}"), ("GET", "/_stcore/metrics"),
                             ("GET", "/static/index.html"), ("GET", "/app/static/x"), ("GET", "/scripts/label.js"),
                             ("POST", "/labels/events"), ("GET", "/_stcore/component/x/y"), ("OPTIONS", "/_stcore/host-config")):
            assert client.request(method, path).status_code == 401, (method, path)

    async def knock() -> None:
        # With no socket there is no message, be it another page's or the one that empties the caches.
        for login, origin in (("", address), (f"{logins.COOKIE}=forged", address), (cookies["developer"], None),
                              (cookies["developer"], "http://evil.example"), (cookies["developer"], "null")):
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws{address[4:]}/_stcore/stream", origin=origin, subprotocols=["streamlit"],
                              additional_headers={"Cookie": login} if login else {})
            assert refused.value.response.status_code == 403

    run(knock)


@pytest.mark.slow
def test_parts_of_a_page_are_drawn_for_those_alone_who_may_open_them(address, cookies):
    marks = {"collections": "컬렉션", "review": "숫자 키 1은 받기", "machine": "GPU 메모리 계획", "embeddings": "정밀도",
             "rounds": "열린 라운드", "versions": "버전 1"}

    async def work() -> None:
        for role, page, section in (("rater", "data", "machine"), ("rater", "data", "embeddings"), ("rater", "label", "versions"),
                                    ("rater", "label", "rounds"), ("tf", "label", "rounds"), ("tf", "label", "queue")):
            async with opened(address, cookies[role], page, f"section={section}") as tab:
                assert marks.get(section, "판정 시작") not in tab.said(), (role, section)
                if page == "data":
                    assert marks["review"] in tab.said()
        for page, section in (("data", "machine"), ("label", "rounds"), ("label", "versions")):
            async with opened(address, cookies["developer"], page, f"section={section}") as tab:
                assert marks[section] in tab.said(), section

    run(work)


@pytest.mark.slow
def test_pressing_what_is_not_shown_writes_nothing(address, cookies, team):
    """Every button that somebody else is shown, sent by the socket of a role that is not shown it."""
    places = [(page, f"section={section}") for page in ("label", "data") for section in SECTIONS[page]]
    places += [("data", "section=review&collection=reviewed"), ("metrics", "section=verdict"),
               *((page, "") for page in ("performance", "progress", "report", "vram"))]

    async def work() -> None:
        seen: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        for place in places:
            seen[place] = {}
            for role in ("developer", "tf"):
                async with opened(address, cookies[role], *place) as tab:
                    seen[place] |= tab.buttons
        assert sum(map(len, seen.values())) > 40 and {"label.data.freeze.press.0", "data.embed.start", "poc.start", "report.make"} <= {
            key for buttons in seen.values() for key in buttons}
        # Who may little is not shown what they may not do, either.
        shown = {"viewer": ("decision.verify",),
                 "rater": ("data.review.", "label.data.review.", "label.queries.", "label.begin", "label.more")}
        for role in ("viewer", "rater", "senior", "tf"):
            for place, buttons in seen.items():
                async with opened(address, cookies[role], *place) as tab:
                    own = set(tab.buttons)
                    if role in shown:
                        assert not [key for key in own if not key.startswith(shown[role])], (role, place)
                    foreign = [WidgetState(id=widget, trigger_value=True) for key, (widget, _) in buttons.items() if key not in own]
                    before = fingerprint(team)  # to look at one's own queue is to be handed it
                    await tab.rerun(widgets=foreign)
                    assert fingerprint(team) == before, (role, place)

    run(work)


def test_a_browser_says_what_pages_say_and_empties_the_caches_where_it_may_work():
    kinds = {each.name for each in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    everybody = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
    for role in ROLES:
        own = everybody | ({"clear_cache"} if role in ("senior", "developer", "tf") else set())
        assert {kind for kind in kinds if _talk.may_say(Person("나", role), kind, demanded=True)} == own
    assert {kind for kind in kinds if _talk.may_say(None, kind, demanded=False)} == everybody | {"clear_cache"}
    assert not _talk.may_say(None, "clear_cache", demanded=True) and not _talk.may_say(Person("나", "developer"), "", demanded=True)
    assert _talk.kind(BackMsg(clear_cache=True).SerializeToString()) == "clear_cache" and _talk.kind(b"\xff") == ""


@pytest.mark.slow
def test_the_caches_of_all_are_emptied_by_those_alone_who_may_work(address, cookies):
    """A session whose state went with the caches is led to its own page once more, as one that has just come in."""
    async def work() -> None:
        for role, emptied in (("viewer", False), ("senior", True), ("tf", True)):
            async with opened(address, cookies[role], "search") as tab:
                home, search = tab._script, None
                async with opened(address, cookies[role], "search", "k=5") as other:
                    search = other._script
                assert home != search
                for message in (BackMsg(), BackMsg(load_git_info=True), BackMsg(set_run_on_save=True), BackMsg(clear_cache=True)):
                    await tab._socket.send(message.SerializeToString())
                tab._script = search
                await tab.rerun()
                assert (tab._script == home) is emptied, role

    run(work)


@pytest.mark.slow
def test_a_role_that_changes_and_a_login_that_ends_take_the_pressed_button_along(address, cookies, team):
    """A button drawn for a developer is pressed when it is no developer's any more: the socket ends, and whoever comes back with
    the same session meets the question in the act itself, since a callback runs before its page does."""
    async def settled() -> None:
        for _ in range(100):
            async with opened(address, cookies["바뀔 사람"], "vram") as tab:
                if REFUSED in tab.said():
                    break
            await asyncio.sleep(0.1)
        for _ in range(100):
            if httpx2.get(f"{address}/_stcore/health", headers={"Cookie": cookies["나갈 사람"]}).status_code == 401:
                return
            await asyncio.sleep(0.1)
        pytest.fail("the server never heard of it")

    async def work() -> None:
        async with opened(address, cookies["바뀔 사람"], "data", "section=machine") as tab, \
                opened(address, cookies["나갈 사람"], "data", "section=machine") as leaving:
            download = next(key for key in tab.buttons if key.startswith("models.get."))
            users.set_role(team, name="바뀔 사람", role="viewer")
            users.set_disabled(team, name="나갈 사람", disabled=True)
            before = fingerprint(team)
            await settled()
            for each in (tab, leaving):
                with pytest.raises((ConnectionClosed, PageError), match="1008|hung up"):
                    await each.press(download)
            assert fingerprint(team) == before
            with pytest.raises(InvalidStatus):
                await leaving.connect()
            await tab.connect()
            with pytest.raises(PageError, match="역할만 할 수 있습니다"):
                await tab.press(download)
            tab.markup.clear()
            await tab.rerun()
            assert REFUSED in tab.said() and fingerprint(team) == before

    run(work)


class Runs:
    """The runs of one browser's pages, as the server tells of them."""

    def __init__(self, page: Page) -> None:
        self._page, self._at, self._ended = page, "", ""
        page.on("websocket", lambda socket: socket.on("framereceived", self._heard))

    def _heard(self, frame: bytes) -> None:
        message = ForwardMsg.FromString(frame)
        if message.WhichOneof("type") == "navigation":
            self._at = message.navigation.page_script_hash
        elif message.WhichOneof("type") == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._ended = self._at

    def ended_elsewhere(self, before: str) -> str:
        """Wait until another page than ``before`` was run to its end, and return it."""
        for _ in range(PATIENCE // 20):
            if self._ended != before:
                break
            self._page.wait_for_timeout(20)
        assert self._ended != before
        return self._ended


@pytest.mark.slow
def test_a_tab_that_was_somebody_else_s_is_not_gone_on_with(address, cookies):
    """On a shared computer a tab left open comes back with its session under the next login: what was typed there is another's."""
    async def work() -> None:
        async with opened(address, cookies["developer"], "label", "section=queries") as tab:
            await tab.fill("label.queries.new.text.0", "개발자가 적다 만 글")
            await tab.reconnect(cookies["developer"])
            await tab.rerun()
            assert "label.queries.new.press.0" in tab.buttons  # one's own goes on
            await tab.reconnect(cookies["senior"])
            await tab.rerun()
            assert "developer 님이 쓰던 화면이라" in tab.said() and "senior 님의 화면" in tab.said() and not tab.buttons

    run(work)


@pytest.mark.slow
def test_a_browser_sees_its_role_s_pages_alone_and_lands_on_its_own(browser, address, cookies):
    expect = pytest.importorskip("playwright.sync_api").expect
    for role in ROLES:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        name, _, value = cookies[role].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        runs = Runs(page)
        page.goto(f"{address}/{HOMES[role]}?k=5")
        at = runs.ended_elsewhere("")
        for each in sorted(PAGES, key=lambda name: name == (HOMES[role] or "search")):
            # As the Back button goes to an address, which takes no new load of Streamlit's scripts; a first request straight at
            # each address is what the programs above send.
            page.evaluate("path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')) }",
                          f"/{each if each != 'search' else '?k=5'}")
            at = runs.ended_elsewhere(at)
            expect(page.locator(".ib-person", has_text=role)).to_be_attached(timeout=PATIENCE)  # the meeting's room does not show it
            if each in OPEN[role]:
                expect(page.locator("[data-testid=stMain] [data-testid=stElementContainer]").nth(1)).to_be_attached(timeout=PATIENCE)
                expect(page.get_by_text(REFUSED)).to_have_count(0, timeout=PATIENCE)
            else:
                expect(page.get_by_text(REFUSED)).to_be_visible(timeout=PATIENCE)
                expect(page.locator("[data-testid=stMain] [data-testid=stButton]")).to_have_count(0, timeout=PATIENCE)
        page.goto(address)
        page.wait_for_url(f"{address}/{HOMES[role]}")
        page.locator(".ib-person", has_text=role).wait_for()
        if role == "tf":
            # The search is a page like the others once somebody is in.
            page.get_by_role("link", name="검색 플레이그라운드").click()
            page.wait_for_url(f"{address}/")
            page.get_by_role("textbox", name="검색어").wait_for()
        context.close()


def test_no_page_reaches_a_database_that_writes_but_through_its_door():
    """The database of a page comes from ``doors`` alone, and each page writes under its own act."""
    door, asked = PROJECT_DIR / "pages" / "widgets" / "doors.py", {}
    for path in [PROJECT_DIR / "app.py", *(PROJECT_DIR / "pages").rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        if not any(word in source for word in ("open_database", "psycopg", "Database(", "connect(", "writing", "demand(", "_opened(")):
            continue
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom | ast.Import) else \
                [getattr(node, "attr", getattr(node, "id", ""))]
            assert path == door or not {"open_database", "psycopg"} & set(names), f"{path}: a page opens no database"
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert path == door or called not in ("Database", "connect"), f"{path}: {called}"
                if called in ("writing", "demand", "_opened"):
                    acts = {each.value for part in node.args[-1:] for each in ast.walk(part) if isinstance(each, ast.Constant)}
                    asked[path.stem] = asked.get(path.stem, set()) | acts
    assert {name: acts for name, acts in asked.items() if acts} == ASKED
    assert set().union(*ASKED.values()) <= set(ACTS)


def test_reading_and_writing_are_told_apart_where_they_are_handed_out():
    given = {path: {each.name: ast.unparse(each) for each in ast.walk(ast.parse((PROJECT_DIR / path).read_text(encoding="utf-8")))
                    if isinstance(each, ast.FunctionDef) and "open_database()" in ast.unparse(each)}
             for path in ("core/accounts/grants.py", "pages/widgets/doors.py")}
    assert [set(each) for each in given.values()] == [{"reading", "writing", "stopping"}, {"conclude_benches"}]
    opening = given["core/accounts/grants.py"]
    assert "open_database().reading" in opening["reading"]
    for name, asks in (("writing", "demand("), ("stopping", "rights.may_cancel(")):
        assert opening[name].index(asks) < opening[name].rindex("open_database()")
