"""The dashboard as people meet it: a real server, the sample, the miniature models, headless Chromium."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import urllib.error
import urllib.request
from urllib.parse import parse_qs, quote

import pytest
from PIL import Image, ImageDraw

from core.items.record import Item
from core.search.query import Query
from core.search.service import search
from core.search.systems import SYSTEMS
from core.settings import PROJECT_DIR
from core.store import collections, items
from core.store.filters import Filters
from core.store.items import NewItem
from tests.fixtures_browser import PATIENCE, served

pytestmark = pytest.mark.slow
QUERY = "두 일차함수의 그래프가 한 점에서 만나는 문제"


def hits(page) -> dict[str, list[str]]:
    """Return the item ids each system's column shows at this moment, in order."""
    return page.evaluate("""() => {
        const found = {}; let system = null;
        for (const node of document.querySelectorAll('.ib-result, .ib-list .ib-card'))
            if (node.matches('.ib-result')) found[system = node.dataset.system] = [];
            else found[system].push(node.dataset.item);
        return found;
    }""")


def shows(page, wanted: dict[str, list[str]]) -> None:
    """Wait until the page shows these lists and is done."""
    for _ in range(PATIENCE // 200):
        if hits(page) == wanted and page.locator("[data-testid=stApp][data-test-script-state=notRunning]").count():
            return
        page.wait_for_timeout(200)
    assert hits(page) == wanted


def expected(database, query: Query, system: str, **rest) -> list[str]:
    from core.engine.client import engine

    return [hit.item_id for hit in search(database, engine(), query, system=system, collection="math-100", **rest).hits]


def fetched(url: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


@pytest.mark.parametrize("path", ["/", "/figures/none", "/fonts/PretendardVariable.woff2", "/_stcore/health", "/nowhere"])
def test_every_answer_carries_the_security_headers(dashboard, path):
    _, headers, _ = fetched(dashboard + path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "img-src 'self' data: blob:" in policy and "'unsafe-eval'" not in policy
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert headers["referrer-policy"] == "same-origin"


def test_figures_come_from_the_store_by_their_hash_alone(dashboard, database):
    with database.connection() as conn:
        stored = items.get_many(conn, collections.get(conn, "math-100").id, [f"MATH_{number:03}" for number in range(1, 101)])
    name = next(item.image_hashes[0] for item in stored.values() if item.image_hashes)
    status, headers, body = fetched(f"{dashboard}/figures/{name}")
    assert status == 200 and hashlib.sha256(body).hexdigest() == name
    assert headers["content-type"] == "image/png" and "immutable" in headers["cache-control"]
    for wrong in ("0" * 64, name.upper(), name[:-1], "..%2f..%2fapp.py", "%00", quote("그림")):
        status, _, body = fetched(f"{dashboard}/figures/{wrong}")
        assert status in (400, 404) and b"Traceback" not in body
    assert fetched(f"{dashboard}/fonts/..%2fitems.json")[0] in (400, 404)


def test_a_typed_query_shows_what_each_system_finds(visit, database):
    page = visit(systems="A,B,C,D,E,bm25")
    box = page.get_by_role("textbox", name="검색어")
    box.fill(QUERY)
    box.press("Enter")
    shows(page, {system: expected(database, Query(text=QUERY), system) for system in SYSTEMS})
    assert page.locator(".ib-mini").count() == 5
    assert "q=" in page.url and "systems=A%2CB%2CC%2CD%2CE%2Cbm25" in page.url
    page.locator(".katex").nth(5).wait_for(state="attached")
    assert page.locator(".katex-error").count() == 0


def test_a_shared_link_shows_the_same_elsewhere(visit, database):
    page = visit()
    box = page.get_by_role("textbox", name="검색어")
    box.fill("직각삼각형")
    box.press("Enter")
    # One press after the other, faster than the address can follow.
    page.get_by_role("radio", name="20개").click()
    page.get_by_role("radio", name="B KURE-v1").click()
    wanted = {"kure-v1": expected(database, Query(text="직각삼각형"), "B", k=20)}
    shows(page, wanted)
    assert set(parse_qs(page.url.partition("?")[2])) == {"q", "systems", "k"}
    other = visit(**parse_qs(page.url.partition("?")[2]))
    shows(other, wanted)
    assert other.get_by_role("textbox", name="검색어").input_value() == "직각삼각형"


def test_the_button_searches_for_what_was_just_typed(visit, database):
    page = visit(systems="bm25", k=5)
    for words in ("확률", "직각삼각형"):
        page.get_by_role("textbox", name="검색어").fill(words)
        page.get_by_role("button", name="검색", exact=True).click()
        shows(page, {"bm25": expected(database, Query(text=words), "bm25", k=5)})


def test_filters_of_an_address_restrict_the_search(visit, database):
    page = visit(q=QUERY, systems="bm25", unit="일차함수", kind="image")
    wanted = Filters(unit=("일차함수",), kind=("image",))
    shows(page, {"bm25": expected(database, Query(text=QUERY), "bm25", filters=wanted)})
    page.get_by_role("button", name="필터 2").wait_for()


def test_a_card_leads_to_items_like_it_and_back_again(visit, database):
    page = visit(q=QUERY, systems="B", k=5)
    first = expected(database, Query(text=QUERY), "B", k=5)
    shows(page, {"kure-v1": first})
    page.locator(".ib-card").first.get_by_role("link", name="이 문항과 비슷한 문항").click()
    like = expected(database, Query(item_id=first[0]), "B", k=5)
    shows(page, {"kure-v1": like})
    page.locator(".ib-source").wait_for()
    assert f"item={first[0]}" in page.url and first[0] not in like
    page.go_back()
    shows(page, {"kure-v1": first})
    page.locator(".ib-source").wait_for(state="detached")


def test_the_back_button_undoes_a_choice(visit, database):
    page = visit(q=QUERY, systems="bm25", k=5)
    first = {"bm25": expected(database, Query(text=QUERY), "bm25", k=5)}
    shows(page, first)
    page.get_by_role("radio", name="10개").click()
    shows(page, {"bm25": expected(database, Query(text=QUERY), "bm25", k=10)})
    page.go_back()
    shows(page, first)


def test_an_answer_unfolds_without_asking_the_server(visit, database):
    page = visit(q=QUERY, systems="bm25", k=5)
    shows(page, {"bm25": expected(database, Query(text=QUERY), "bm25", k=5)})
    sent = []
    # A formula's font may arrive whenever its first glyph is drawn: that is no question about the answer.
    page.on("request", lambda request: sent.append(request.url) if request.resource_type != "font" else None)
    card = page.locator(".ib-card").first
    card.locator("summary").click()
    card.locator(".ib-row").first.wait_for()
    assert not sent


def picture() -> bytes:
    drawn = Image.new("RGB", (320, 240), "white")
    ImageDraw.Draw(drawn).polygon([(40, 200), (280, 200), (160, 40)], outline="black", width=3)
    packed = io.BytesIO()
    drawn.save(packed, format="PNG")
    return packed.getvalue()


def upload(page, name: str, data: bytes) -> None:
    page.get_by_role("button", name="그림", exact=False).first.click()
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def test_an_uploaded_image_is_shown_and_searched(visit, database):
    page = visit(systems="A,C", k=5)
    upload(page, "삼각형.png", picture())
    page.locator(".ib-upload img").wait_for()
    shows(page, {system: expected(database, Query(image=picture()), system, k=5) for system in ("qwen3-vl", "siglip")})


@pytest.mark.parametrize(("name", "data"), [("fake.png", b"not a picture"), ("empty.png", b""), ("torn.png", picture()[:300])])
def test_a_fake_image_gets_a_sentence_and_the_page_lives(visit, database, name, data):
    page = visit(q=QUERY, systems="bm25", k=5)
    wanted = {"bm25": expected(database, Query(text=QUERY), "bm25", k=5)}
    shows(page, wanted)
    upload(page, name, data)
    page.locator(".ib-trouble", has_text="그림").wait_for()
    shows(page, wanted)


def test_an_oversized_image_gets_a_sentence(visit):
    page = visit()
    upload(page, "big.png", b"\x89PNG" + bytes(11 * 1024 * 1024))
    page.locator("[data-testid=stFileChip][aria-invalid=true]").wait_for()
    page.wait_for_function("() => getComputedStyle(document.querySelector('[data-testid=stFileUploader]'), '::after')"
                           ".content.includes('10 MB 이하')")


def test_a_hostile_address_does_no_harm(visit):
    page = visit(q="<img src=x onerror=alert(1)> ![a](http://evil.example/a.png)", systems="<script>alert(1)</script>,bm25",
                 k="-1", unit="'; DROP TABLE items; --", item="")
    page.locator(".ib-calm").wait_for()
    shows(page, {"bm25": []})
    assert page.locator(".ib-note").count() == 2
    assert "맞는 문항이 없습니다." in page.locator(".ib-calm").first.inner_text()


HOSTILE = [
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <보기>에서 &lt;b&gt;를 고르시오",
    "![그림](http://evil.example/a.png) [누르기](http://evil.example) www.evil.example https://evil.example/?a=b a@evil.example",
    "1~3번과 5~7번 2*3*4 __x__ **굵게** ~~줄~~ :red[빨강] :smile: :material/search: `코드`",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "# 제목\n- 목록\n1. 번호\n> 인용\n    들여쓰기\n| 표 | 칸 |\n| --- | --- |",
    "앞\n\n뒤 </div></article></details> <!-- 주석",
]


def test_hostile_item_text_is_shown_letter_for_letter(visit, database):
    rows = [NewItem(Item(id=f"<b>H{number}</b>\" onclick=\"alert(1)", subject="수학", grade="중2", unit="<i>단원</i>", item_type="객관식",
                         difficulty="중", text=f"적대적 {text}", choices=(text, "$x<y$"), answer=text, solution=text),
                    f"h{number}") for number, text in enumerate(HOSTILE)]
    with database.connection() as conn:
        items.upsert(conn, collections.ensure(conn, "hostile").id, rows)
    page = visit(q="적대적", systems="bm25", collection="hostile")
    page.locator(".ib-card .katex").nth(len(HOSTILE) - 1).wait_for(state="attached")
    shown = page.locator(".ib-card").evaluate_all(
        "cards => cards.map(card => card.querySelector('.ib-words > p').innerText.replaceAll('\\u2060', ''))")
    # Streamlit's page collapses spaces, as every page does.
    wanted = ["\n".join(" ".join(line.split()) for line in f"적대적 {text}".split("\n")) for text in HOSTILE]
    assert sorted(shown) == sorted(wanted)
    forbidden = ".ib-card :is(script, iframe, h1, h2, ul, ol, table, blockquote, em, strong, del, s, code, pre), .ib-card img, "
    assert page.locator(forbidden + ".ib-card a:not([href^='?'])").count() == 0
    assert page.locator(".ib-card .katex").count() == len(HOSTILE)


def test_fifty_cards_come_in_one_go(visit, database):
    page = visit(q=QUERY, systems="B", k=50)
    shows(page, {"kure-v1": expected(database, Query(text=QUERY), "B", k=50)})
    assert page.locator("[data-testid=stMarkdown]:has(.ib-list)").count() == 1


@pytest.mark.parametrize("path", ["playground", "_shell", "zz_admin", "data"])
def test_no_address_runs_a_page_past_the_shell(browser, dashboard, path):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{dashboard}/{path}")
    page.locator("[data-testid=stHeaderLogo]").wait_for(timeout=PATIENCE)
    context.close()


def test_a_fresh_house_says_how_to_begin_and_leaves_no_database_behind(browser, tmp_path):
    data = tmp_path / "새 자료"
    with served({"DATA_DIR": str(data)}, tmp_path / "log") as (address, server):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.locator(".ib-calm", has_text="python -m core prepare").wait_for(timeout=PATIENCE)
        context.close()
        assert (data / "postgres" / "postmaster.pid").exists()
        server.terminate()
        server.wait(timeout=120)
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_wrong_setting_is_refused_at_the_start(tmp_path):
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_DIR / "app.py"), "--server.port", "0"]
    ended = subprocess.run(command, cwd=PROJECT_DIR, env=os.environ | {"DEVICE": "tpu", "DATA_DIR": str(tmp_path)},
                           capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode != 0
    assert "DEVICE" in ended.stderr + ended.stdout and "auto · cpu · cuda" in ended.stderr + ended.stdout


def test_the_weight_slider_reorders_d_and_writes_the_address(visit, database):
    page = visit(q=QUERY, systems="D", k=20)
    shows(page, {"kure+siglip": expected(database, Query(text=QUERY), "D", k=20)})
    thumb = page.get_by_role("slider", name="글 비중 α")
    thumb.press("Home")
    wanted = expected(database, Query(text=QUERY), "D@w0", k=20)
    shows(page, {"kure+siglip@w0": wanted})
    assert "systems=D%40w0" in page.url
    assert wanted != expected(database, Query(text=QUERY), "D", k=20)
    thumb.press("ArrowRight")
    thumb.press("ArrowRight")
    shows(page, {"kure+siglip@w0.1": expected(database, Query(text=QUERY), "D@w0.1", k=20)})


def test_a_variant_of_an_address_is_searched_and_one_without_vectors_names_its_command(visit, database):
    page = visit(q=QUERY, systems="A,A@64,A@px128", k=5)
    page.locator(".ib-trouble").wait_for()
    shows(page, {**{name: expected(database, Query(text=QUERY), name, k=5) for name in ("qwen3-vl", "qwen3-vl@64")},
                 "qwen3-vl@px128": []})
    assert "python -m core embed --collection math-100 --system qwen3-vl@px128" in page.locator(".ib-trouble").inner_text()
    assert page.get_by_text("64차원").count() == 1


def test_a_download_from_an_unreachable_hub_ends_in_a_sentence(browser, tmp_path):
    settings = {"HF_ENDPOINT": "http://127.0.0.1:9", "MODELS_DIR": str(tmp_path / "models"), "DATA_DIR": str(tmp_path / "data")}
    with served(settings, tmp_path / "log") as (address, _):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/data?section=machine")
        row = page.locator(".st-key-models-row-kure-v1")
        row.get_by_role("button", name="내려받기").click()
        # On a busy machine the refusal may be there before the page has said that it asks.
        row.get_by_text("허브에 물어보는 중입니다").or_(row.get_by_text("받지 못했습니다")).first.wait_for()
        page.reload()
        row.get_by_text("받지 못했습니다").wait_for()
        page.locator(".ib-note", has_text="에서 받지 못했습니다.").wait_for()
        assert page.locator(".ib-trouble").count() == 0
        row.get_by_role("button", name="이어서 내려받기").wait_for()
        # The plan stands beside it, and no engine was started for the page.
        page.locator(".ib-calm").wait_for()
        page.locator(".ib-table").wait_for()
        context.close()
