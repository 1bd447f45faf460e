"""The comparison: its address, what it marks, who sees grades, background work; links, light and keys in the browser."""

from __future__ import annotations

import html
import threading
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts import rights
from core.accounts.person import Person
from core.errors import StoreError
from core.labels.versions.truth import Truth
from core.search import comparison
from core.search.comparison import Column
from core.settings import PROJECT_DIR
from core.store import collections, jobs, judgments, queries
from core.store.filters import Filters
from pages.comparing import data, ongoing, view
from pages.comparing.address import Comparing, parse
from pages.widgets import doors, person, work
from pages.widgets.text import sentence
from tests.test_pages_states import ITEM, STORED, found

WHOLE = Comparing(query="Q042", systems=("qwen3-vl", "kure+siglip@w0.3", "bm25"), k=20, n=20, filters=Filters(unit=("일차함수", "확률")),
                  collection="다른 것", gt=3, base="bm25", diff=True, figures=False, size="large", list="disagree", show="MATH_001")


@pytest.mark.parametrize("address", [
    Comparing(), WHOLE, Comparing(q="x & y=z 가#나", systems=("kure-v1", "siglip")), Comparing(item="M-1", base="kure-v1"),
], ids=["empty", "whole", "text", "item"])
def test_an_address_says_everything(address):
    assert parse(parse_qs(address.link()[1:])) == (address, [])


def test_what_an_address_may_not_say_is_left_out_and_told():
    read, notes = parse({"systems": ["A,B,C,D,E,bm25"], "gt": ["<b>"], "base": ["nobody"], "size": ["huge"], "list": ["x"],
                         "q": ["kept out"], "query": ["Q1"]})
    assert read == Comparing(query="Q1", systems=tuple(Comparing().systems)) and len(notes) == 3
    assert [parse({"systems": [one]})[0].systems for one in "AB"] == [("qwen3-vl", "kure+siglip"), ("qwen3-vl", "kure-v1")]


def test_what_is_similar_is_asked_of_the_item_alone():
    like = WHOLE.similar_to("M-2")
    assert (like.item, like.query, like.list, like.show) == ("M-2", "", "", "") and like.systems == WHOLE.systems


LISTS = {"qwen3-vl": ("M-1", "M-2", "M-3"), "kure-v1": ("M-2", "M-1", "M-4")}
QUERY = queries.QueryRevision("Q1", 1, "기울기", None, None, "text", "human", "hash", False)
TRUTH = Truth(None, "0" * 64, 2, "", {"human": 2}, {"Q1": {"M-1": 3, "M-4": 0}}, {"Q1": "hash"}, {"M-1": "h", "M-4": "h"}, ())


@pytest.fixture
def page(monkeypatch) -> AppTest:
    """The comparison of two systems over four items; nothing behind the doors is started."""
    def compared(db, engine, query, systems, **rest):
        columns = {name: Column(name, found(name, ids=LISTS[name])) if name in LISTS else Column(name, None, "엔진이 `쉽니다`.")
                   for name in systems}

        class Comparison(SimpleNamespace):
            def __iter__(self):
                yield from columns.values()

        return Comparison(columns={}, systems=systems)

    monkeypatch.setattr(ongoing, "_kept", {})
    monkeypatch.setattr(ongoing, "compare", compared)
    monkeypatch.setattr(person, "current", lambda: None)
    monkeypatch.setattr(doors, "collections", lambda wanted="": [SimpleNamespace(name="math-100", items=1, by_kind={})])
    monkeypatch.setattr(doors, "facets", lambda collection: {})
    monkeypatch.setattr(doors, "examples", lambda collection: ["기울기를 구하는 문제"])
    monkeypatch.setattr(doors, "mixed", lambda systems: False)
    monkeypatch.setattr(doors, "items", lambda collection, ids: dict.fromkeys(ids, STORED))
    monkeypatch.setattr(doors, "database", lambda: None)
    monkeypatch.setattr(doors, "encoder", lambda: None)
    monkeypatch.setattr(data, "queries", lambda collection: [QUERY])
    monkeypatch.setattr(data, "versions", lambda collection: [])
    monkeypatch.setattr(data, "grades", lambda collection, number: TRUTH)
    monkeypatch.setattr(data, "may_see_grades", lambda collection, who: True)
    monkeypatch.setattr(data, "kept_for_meeting", lambda collection: [])
    at = AppTest.from_file(PROJECT_DIR / "pages" / "_shell.py", default_timeout=30)
    monkeypatch.setattr(doors, "picture", lambda query, *, collection: None)
    at.run()
    at.switch_page("compare.py")
    at.query_params.update({"q": "기울기", "systems": "A,B"})
    return at


def shown(page: AppTest) -> str:
    assert not page.exception
    return html.unescape("\n".join(element.value for element in page.markdown))


def cells(page: AppTest, system: str) -> dict[str, str]:
    """Return the markup of a system's cells by rank."""
    return {cell.partition('data-rank="')[2].partition('"')[0]: cell for cell in shown(page).split("<article ")[1:]
            if f'data-system="{system}"' in cell.partition(">")[0]}


def test_ranks_move_against_the_baseline_and_items_found_by_one_system_are_marked(page):
    b = cells(page.run(), "kure-v1")
    assert "▲1" in b["1"] and "▼1" in b["2"] and "신규" in b["3"]
    assert "여기만" in b["3"] and "여기만" not in b["1"] and "A</b> 2위" in b["1"]
    page.selectbox[0].select("kure-v1").run()
    assert page.query_params["base"] == "B"
    a = cells(page, "qwen3-vl")
    assert "▲1" in a["1"] and "신규" in a["3"] and "▲" not in cells(page, "kure-v1")["1"]


def test_grades_and_measures_name_their_truth_and_are_kept_from_whom_they_may_bias(page, monkeypatch):
    told = shown(page.run())
    assert "정답 미확정" in told and 'ib-grade-3"' in told and "NDCG@10 <b>" in told
    monkeypatch.setattr(data, "may_see_grades", lambda collection, who: False)
    monkeypatch.setattr(data, "grades", lambda collection, number: pytest.fail("grades were read"))
    told = shown(page.run())
    assert "ib-grade" not in told and "nDCG" not in told and "등급과 쿼리별 지표를 보이지 않습니다" in told


def test_a_list_without_a_query_says_how_to_begin_with_it(page):
    del page.query_params["q"]
    assert "쿼리 목록을 골라 주세요" in shown(page.run())
    page.query_params["list"] = "all"
    told = shown(page.run())
    assert "고른 목록의 첫 쿼리부터" in told and "쿼리 목록을 골라 주세요" not in told
    next(each for each in page.button if each.key == "compare.after").click().run()
    assert page.query_params["query"] == "Q1" and "고른 목록의 첫 쿼리부터" not in shown(page)


def test_a_comparison_is_kept_for_the_meeting_by_name_and_not_by_who_only_looks(page, monkeypatch):
    kept = []
    monkeypatch.setattr(data, "keep_for_meeting", lambda collection, address, title, who: kept.append((address, title, who.name)))
    assert "먼저 정답 라벨링에서 이름을" in shown(page.run())
    monkeypatch.setattr(person, "current", lambda: Person("위원", "viewer"))
    assert sentence(rights.refusal("bookmarks")) in shown(page.run()) and not [each for each in page.button if each.label == "담기"]
    monkeypatch.setattr(person, "current", lambda: Person("위원", "tf"))
    page.run()
    next(each for each in page.button if each.label == "담기").click().run()
    assert kept == [("?q=%EA%B8%B0%EC%9A%B8%EA%B8%B0&systems=A%2CB", "기울기", "위원")]
    assert "회의에 담았습니다" in shown(page)


def test_measures_look_further_than_what_is_shown():
    ids = tuple(f"M-{number}" for number in range(1, 11))
    truth = replace(TRUTH, grades={"Q1": {"M-8": 3}}, item_hashes={"M-8": "h"})
    seen = view.of(Comparing(systems=("qwen3-vl", "kure-v1"), k=5), {"qwen3-vl": Column("qwen3-vl", found("qwen3-vl", ids=ids))},
                   dict.fromkeys(ids, STORED), query=QUERY, truth=truth)
    assert seen.columns["qwen3-vl"].item_ids == list(ids[:5]) and seen.measured["qwen3-vl"]["RR"] == pytest.approx(1 / 8)


def test_a_system_that_fails_leaves_the_others_alone(page):
    page.query_params["systems"] = "A,C"
    told = shown(page.run())
    assert "엔진이 `쉽니다`" in told and len(cells(page, "qwen3-vl")) == 3


@pytest.mark.parametrize("size", ["", "large"])
def test_miniature_models_are_marked_in_every_column_also_on_a_projector(page, size):
    page.query_params["size"] = size
    assert shown(page.run()).count("축소 모델") == 2


def test_only_what_differs_is_shown_when_asked_for(page):
    page.query_params["diff"] = "1"
    page.run()
    assert "ib-folded" in cells(page, "qwen3-vl")["1"] and "ib-folded" not in cells(page, "qwen3-vl")["3"]


def test_a_grade_given_in_sight_of_the_systems_is_kept_apart(database, collection, conn, monkeypatch):
    from core.store import items
    from core.store.items import NewItem

    items.upsert(conn, collection.id, [NewItem(ITEM, "h")])
    item = items.get(conn, collection.id, ITEM.id)
    asked = queries.put(conn, collection.id, query_id="Q1", text="기울기", query_type="text", origin="human")
    conn.commit()
    monkeypatch.setattr(doors, "database", lambda: database)
    who = Person("하나", "senior", picked=True)
    data.judge(collection.name, asked, item, who, grade=2, note="같은 개념")
    assert judgments.current(conn, collection.id) == []
    (kept,) = judgments.current(conn, collection.id, unblinded=True)
    assert (kept.grade, kept.rater, kept.blinded, kept.item_hash) == (2, "하나", False, item.content_hash)
    assert data.own_grade(collection.name, asked, item, who) == kept


def test_work_goes_on_joins_stops_and_fails_with_a_sentence():
    begun, go_on = threading.Event(), threading.Event()

    def steady(progress, cancelled):
        progress(3, 10, "단계")
        begun.set()
        go_on.wait(10)
        return cancelled()

    assert work.start("test.work", "일", steady) and begun.wait(10)
    assert not work.start("test.work", "일", steady)
    assert (work.state("test.work").done, work.state("test.work").words) == (3, "단계")
    work.cancel("test.work")
    go_on.set()
    assert ended("test.work").phase == "stopped" and work.state("test.work").result is True

    def failing(progress, cancelled):
        raise StoreError("저장하지 못했습니다.")

    assert work.start("test.work", "일", failing)
    assert (ended("test.work").phase, work.state("test.work").error) == ("failed", "저장하지 못했습니다.")


def ended(key: str) -> work.State:
    for thread in threading.enumerate():
        if thread.name == f"work:{key}":
            thread.join(10)
    return work.state(key)


@pytest.mark.slow
def test_a_comparison_link_shows_the_same_ranks_in_a_fresh_browser(visit, database):
    from core.engine.client import engine

    page = visit("compare", query="Q042", systems="A,D,E", list="all", k=5, n=10, figures=0)
    first = ranks(page, columns=3)
    revision = queries_of(database)["Q042"]
    made = comparison.compare(database, engine(), revision, ("A", "D", "E"), collection="math-100", k=5, rerank_depth=10)
    assert first == {column.system: column.item_ids for column in made}

    page.get_by_role("radio", name="10개").click()
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('.ib-grid')?.dataset.depth === '10'")
    now = ranks(page, columns=3, k=10)
    fresh = visit("compare", **parse_qs(page.url.partition("?")[2]))
    assert ranks(fresh, columns=3, k=10) == now and fresh.get_by_role("textbox", name="검색어").input_value() == revision.text

    # Hover: the item's rank lights up in every column's head.
    item = now["qwen3-vl"][0]
    fresh.locator(".ib-cell[data-system=qwen3-vl][data-rank='1']").hover()
    for system, listed in now.items():
        fresh.wait_for_function("([where, said]) => getComputedStyle(document.querySelector(where), '::after').content === said", arg=[
            f".ib-top[data-system='{system}'] .ib-where", f'"{listed.index(item) + 1}위"' if item in listed else '"10위 밖"'])

    # Arrows walk the list, and a link of a card goes on within the same page.
    listed = list(queries_of(database))
    after = listed[listed.index("Q042") + 1]
    fresh.evaluate("window.stayed = true")
    fresh.locator(".ib-sum").click()
    fresh.keyboard.press("ArrowRight")
    fresh.locator(".ib-asked-id", has_text=after).wait_for()
    fresh.keyboard.press("ArrowLeft")
    fresh.locator(".ib-asked-id", has_text="Q042").wait_for()
    card = fresh.locator(f".ib-cell[data-item='{item}']").first
    card.hover()
    card.get_by_role("link", name="열기").click()
    fresh.get_by_role("dialog").locator(f".ib-card[data-item='{item}'] details:not([open])").wait_for()
    assert f"show={item}" in fresh.url and fresh.evaluate("window.stayed")


def ranks(page, *, columns: int, k: int = 5) -> dict[str, list[str]]:
    """Wait for every column and return the item ids by system, in the order of their ranks."""
    page.wait_for_function("([columns, k]) => document.querySelectorAll('.ib-cell[data-item]').length === columns * k"
                           " && document.querySelector('.ib-sum')", arg=[columns, k])
    return page.evaluate("""() => {
        const found = {};
        for (const cell of document.querySelectorAll('.ib-cell[data-item]'))
            (found[cell.dataset.system] ??= [])[cell.dataset.rank - 1] = cell.dataset.item;
        return found;
    }""")


def queries_of(database) -> dict[str, queries.QueryRevision]:
    with database.connection() as conn:
        return {one.query_id: one for one in queries.current(conn, collections.get(conn, "math-100").id)}


def test_a_job_counts_for_the_queries_there_were_when_it_began(database, conn, collection):
    def asked(query_id: str) -> None:
        queries.put(conn, collection.id, query_id=query_id, text=query_id, query_type="natural_language", origin="human")

    def searched(systems: str) -> jobs.Job:
        job, _ = jobs.add(conn, ["runs", "--collection", collection.name, "--systems", systems], title="검색", takes_engine=True,
                          asked_by="가")
        jobs.end(conn, job.id, "done")
        return jobs.get(conn, job.id)

    asked("q1")
    first = searched("qwen3-vl,kure-v1")
    assert data.searched(collection.name, [first]) == {"qwen3-vl", "kure-v1"}
    asked("q2")
    assert data.searched(collection.name, [first]) == set()
    assert data.searched(collection.name, [searched("bm25"), first]) == {"bm25"}
