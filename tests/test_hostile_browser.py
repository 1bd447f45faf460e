"""Hostile words and files in a real browser: they stay words, nothing is asked from elsewhere, nothing runs, no page breaks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

import pypdfium2
import pytest

from core.accounts import logins
from core.store import collections, reports
from pages.widgets import trouble
from tests import fixtures_browser
from tests.fixtures_store import another
from tests.hostile import FILES, bank

pytestmark = pytest.mark.slow
SMUGGLED = """() => {
  const found = [], leads = ['href', 'src', 'srcset', 'action', 'formaction', 'data', 'poster', 'xlink:href', 'background'];
  if (window.canary !== undefined) found.push('a script ran');
  for (const node of document.querySelectorAll('body *')) {
    if (['OBJECT', 'EMBED', 'BASE', 'META', 'VIDEO', 'AUDIO', 'FRAME'].includes(node.tagName)) found.push(node.tagName);
    for (const {name, value} of node.attributes) {
      if (name.startsWith('on')) found.push(`${node.tagName} ${name}`);
      if (name === 'style' && /evil|url\\(/i.test(value)) found.push(`${node.tagName} ${value}`);
      if (!leads.includes(name)) continue;
      let own = false;
      try { own = new URL(value, location.href).origin === location.origin; } catch { own = false; }
      if (!own && !/^(blob:|data:(image|font)\\/)/.test(value)) found.push(`${node.tagName} ${name}=${value}`);
    }
  }
  return found;
}"""
STILL = """() => new Promise(resolve => {
  let timer;
  const done = () => { watch.disconnect(); resolve(); };
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 300); });
  watch.observe(document.body, {childList: true, subtree: true, characterData: true});
  timer = setTimeout(done, 300);
  setTimeout(done, 5000);
})"""
"""Streamlit fetches what makes links of words only when it meets some, after the page is drawn."""
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
CANARY = "() => { for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.canary = name; }; }"
"""Words of a program's own that no page may show."""
INNER = ("Traceback", "psycopg", "site-packages", "Error:", "File \"")


@dataclass
class Browsed:
    """One context: where it looks, and what it must not have done."""

    address: str
    page: object
    wrong: list[str] = field(default_factory=list)
    fetching: set[object] = field(default_factory=set)

    def look(self, path: str) -> str:
        """Open an address and return the words on it."""
        self.page.goto(f"{self.address}{path}")
        self.settle()
        return self.words()

    def settle(self) -> None:
        """Wait until the page is drawn and nothing on it is still looked for."""
        self.page.locator(f"{IDLE} .stMain .stElementContainer").first.wait_for(state="attached")
        self.page.wait_for_function("() => !document.querySelector('.ib-waiting, .stProgress, [data-test-script-state=running]')")
        self.page.evaluate(STILL)
        while self.fetching:
            self.page.evaluate(STILL)

    def words(self, *, refused: bool = False) -> str:
        """Return what is written on the page, hidden pairs too, and hold what stands around the words to be harmless.

        Args:
            refused: a sentence that says what could not be done is in its place here.
        """
        words = self.page.locator(".stMain").first.evaluate("node => node.textContent")
        assert self.page.evaluate(SMUGGLED) == []
        assert self.wrong == []
        assert not [each for each in INNER if each in words], words
        troubles = self.page.locator(".ib-trouble, [data-testid=stException]").all_inner_texts()
        assert trouble.UNFORESEEN not in troubles and (refused or not troubles), troubles
        return words


@pytest.fixture(scope="module")
def house(database, tmp_path_factory) -> Iterator[tuple[object, str]]:
    """A database of its own, everything in it hostile, and a dashboard over it."""
    folder = tmp_path_factory.mktemp("hostile")
    with another(database) as filled:
        bank.fill(filled, folder)
        environment = {"DATABASE_URL": filled.conninfo, "COLLECTION": bank.NAME}
        with fixtures_browser.served(environment, folder / "log", launcher=["tests/served_without_models.py"]) as (address, _):
            yield filled, address


@pytest.fixture(scope="module")
def browsed(browser, house) -> Iterator[Browsed]:
    database, address = house
    with _browsed(browser, database, address, bank.CHIEF) as one:
        yield one


@contextmanager
def _browsed(browser, database, address: str, name: str) -> Iterator[Browsed]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(fixtures_browser.PATIENCE)
    context.add_init_script(f"({CANARY})()")
    context.add_cookies([{"name": logins.COOKIE, "value": logins.begin(name, picked=True, db=database), "url": address}])
    one = Browsed(address, context.new_page())
    one.page.on("request", lambda asked: one.fetching.add(asked))
    for ended in ("requestfinished", "requestfailed"):
        one.page.on(ended, lambda asked: one.fetching.discard(asked))
    one.page.on("request", lambda asked: None if asked.url.startswith((f"{address}/", "data:", "blob:")) else one.wrong.append(asked.url))
    one.page.on("websocket", lambda opened: None if opened.url.startswith(f"ws{address[4:]}/") else one.wrong.append(opened.url))
    one.page.on("dialog", lambda dialog: (one.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    one.page.on("pageerror", lambda error: one.wrong.append(f"a script failed: {error}"))
    one.page.on("console", lambda said: one.wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield one
    context.close()


ADDRESSES = {
    "예시": "/",
    **{f"검색 {number}": f"/?q={quote('문항')}&systems=bm25&k=50&unit={quote(unit)}" for number, unit in enumerate(bank.UNITS)},
    "비교": f"/compare?q={quote('<script>alert(1)</script>')}&systems=B,bm25",
    "쿼리": "/label?section=queries",
    "진행 상황": "/label?section=rounds",
    "조정": "/label?section=adjudicate",
    "정답 버전": "/label?section=versions",
    "오류 사례": "/metrics?section=cases",
    "검수": "/data?section=review",
    "진행": "/progress",
    "TF 회의": "/meeting?step=search",
    "발표자": "/meeting?step=errors&view=notes",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_shows_hostile_words_and_does_nothing_they_say(browsed, name):
    assert "alert(1)" in browsed.look(ADDRESSES[name]), "nothing hostile was on the page: nothing was tested"


def test_a_report_full_of_hostile_words_is_set_and_shown_as_a_picture(browsed, house):
    database, _ = house
    assert "alert(1)" in browsed.look("/report")
    browsed.page.get_by_text("미리 보기").click()
    browsed.page.get_by_text("쪽 그림 만들기").click()
    browsed.page.locator("img.ib-paper").wait_for()
    browsed.words()
    with database.connection() as conn:
        stored = reports.get(conn, reports.listing(conn, collections.get(conn, bank.NAME).id)[0].id)
    with closing(pypdfium2.PdfDocument(bytes(stored.pdf))) as pdf:
        assert any("alert(1)" in page.get_textpage().get_text_range() for page in pdf)
        assert [kind for page in pdf for kind in _leads(page) if kind != pypdfium2.raw.PDFACTION_GOTO] == []


def _leads(page) -> Iterator[int]:
    """Yield the kind of everything on a page of a PDF that can be followed: within the file, an address, a program."""
    place, link = ctypes.c_int(0), pypdfium2.raw.FPDF_LINK()
    while pypdfium2.raw.FPDFLink_Enumerate(page, place, link):
        if pypdfium2.raw.FPDFLink_GetDest(page.pdf, link) is None or pypdfium2.raw.FPDFLink_GetAction(link):
            yield pypdfium2.raw.FPDFAction_GetType(pypdfium2.raw.FPDFLink_GetAction(link))


def test_a_rater_judges_hostile_pairs_and_writes_hostile_notes(browser, house):
    database, address = house
    with _browsed(browser, database, address, "<svg onload=alert(1)>") as one:
        assert "alert(1)" in one.look("/label")
        one.page.get_by_role("button", name="판정 시작").click()
        one.page.locator(".ib-pair:visible").first.wait_for()
        one.page.keyboard.press("n")
        one.page.get_by_label("메모").fill("<img src=x onerror=alert(1)> =1+1")
        one.page.keyboard.press("Enter")
        one.page.keyboard.press("3")
        one.page.keyboard.press("ArrowLeft")
        one.page.locator('.ib-saved[data-state="saved"]').wait_for()
        assert "메모: <img src=x onerror=alert(1)>" in one.words()


KINDS = ("no JSON", "deep lists", "an id that is a path", "many choices", "a picture that is a device",
         "an archive that leads out", "an archive that grows")
"""Of each kind one; every other goes through the same doors of core in ``test_hostile.py``. No two are refused in the same words."""
SAID = """before => {
  const said = document.querySelector('.stMain').innerText.split('담을 컬렉션\\n')[1].split('표본 뽑기')[0];
  const ended = /거절 [1-9]|않았습니다|주세요/.test(said) && !document.querySelector('.stProgress, [data-test-script-state=running]');
  return ended && said !== before && said;
}"""


def test_a_hostile_upload_gets_a_sentence_and_stores_nothing(browsed, house):
    database, _ = house
    browsed.look("/data")
    browsed.page.get_by_label("담을 컬렉션", exact=True).fill("uploaded")
    browsed.page.get_by_label("담을 컬렉션", exact=True).press("Enter")
    said = ""
    for number, kind in enumerate(KINDS):
        name, made = FILES[kind]
        named = f"<b>{number}</b>{name[1:]}"
        browsed.page.locator("input[type=file]").first.set_input_files({"name": named, "mimeType": "text/plain", "buffer": made()})
        said = browsed.page.wait_for_function(SAID, arg=said).json_value()
        browsed.words(refused=True)
        assert number > 0 or f"'{named}' 1번째 줄: JSON이 아닙니다." in said
    with database.connection() as conn:
        assert collections.find(conn, "uploaded") is None
