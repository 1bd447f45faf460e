"""The playground where something is missing or fails: one calm sentence, the cause in the log, the rest of the page alive."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import EngineError, StoreError
from core.items.record import Item
from core.models.contract import LoadedModel
from core.search.rank import Hit
from core.search.service import SearchResult
from core.settings import PROJECT_DIR
from core.store.collections import CollectionSummary
from core.store.items import StoredItem
from pages.widgets import doors, trouble

ITEM = Item(id="M-1", subject="수학", grade="중2", unit="일차함수", item_type="단답형", difficulty="중", text="기울기 $a$를 구하시오.",
            answer="$3$", solution="풀이입니다.")
STORED = StoredItem(ITEM, 1, "h", (), ITEM.kind)
MINI = LoadedModel(key="mini", id="mini", revision="1", precision="fp32", device="cpu", dims=8, max_pixels=None, miniature=True)


def found(system: str, *, ids=("M-1",), models=(MINI,), notes=()) -> SearchResult:
    hits = [Hit(rank, item_id, 1.0 / rank) for rank, item_id in enumerate(ids, start=1)]
    return SearchResult(system, "math-100", hits, 12.0, 3.0, 0.0, list(models), list(notes))


@pytest.fixture
def page(monkeypatch) -> AppTest:
    """The dashboard over a one-item collection; nothing behind the doors is started."""
    summary = CollectionSummary("math-100", 1, {"image": 0, "latex": 1, "text": 0}, datetime.now(UTC))
    monkeypatch.setattr(doors, "collections", lambda wanted="": [summary])
    monkeypatch.setattr(doors, "facets", lambda collection: {"unit": [("일차함수", 1)]})
    monkeypatch.setattr(doors, "examples", lambda collection: ["기울기를 구하는 문제"])
    monkeypatch.setattr(doors, "items", lambda collection, ids: {"M-1": STORED} if "M-1" in ids else {})
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system))
    return AppTest.from_file(PROJECT_DIR / "pages" / "_shell.py", default_timeout=30)


def words(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.value for element in page.markdown)


def test_an_empty_database_says_how_to_fill_it(page, monkeypatch):
    monkeypatch.setattr(doors, "collections", lambda wanted="": [])
    assert "`python -m core prepare`" in words(page.run())


def test_an_empty_query_invites_and_searches_nothing(page, monkeypatch):
    monkeypatch.setattr(doors, "search", lambda *args, **rest: pytest.fail("searched for nothing"))
    page.query_params["q"] = "   "
    assert "검색어를 쓰거나 그림을 올려 주세요." in words(page.run())


def test_a_search_shows_hits_times_and_the_miniature_badge(page):
    page.query_params["q"] = "기울기"
    shown = words(page.run())
    assert 'data-item="M&#45;1"' in shown and "축소 모델" in shown and "인코딩 12 · 검색 3 ms" in shown


def test_real_models_wear_no_badge(page, monkeypatch):
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system, models=()))
    page.query_params["q"] = "기울기"
    assert "축소 모델" not in words(page.run())


def test_typing_searches_and_writes_the_address(page):
    page.run().text_input[0].set_value("기울기").run()
    assert 'data-item="M&#45;1"' in words(page)
    assert page.query_params["q"] == "기울기"


def test_no_hit_says_what_to_change(page, monkeypatch):
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system, ids=()))
    page.query_params["q"] = "없는 말"
    assert "맞는 문항이 없습니다\\." in words(page.run())


def test_one_failing_system_leaves_the_others(page, monkeypatch):
    def search(query, *, system, **rest):
        if system == "kure-v1":
            raise EngineError("엔진이 응답하지 않습니다. 잠시 뒤 다시 검색해 주세요.")
        return found(system)

    monkeypatch.setattr(doors, "search", search)
    page.query_params.update({"q": "기울기", "systems": "A,B,C"})
    shown = words(page.run())
    assert shown.count('data-item="M&#45;1"') == 2
    assert shown.count("엔진이 응답하지 않습니다\\.") == 1


def test_the_unforeseen_gives_nothing_internal_away(page, monkeypatch, caplog):
    def search(query, **rest):
        raise RuntimeError("password=geheim")

    monkeypatch.setattr(doors, "search", search)
    page.query_params["q"] = "기울기"
    shown = words(page.run())
    assert trouble.UNFORESEEN.split(".")[0] in shown and "geheim" not in shown
    assert "geheim" in caplog.text


def test_a_database_out_of_reach_is_said_once(page, monkeypatch):
    def collections(wanted=""):
        raise StoreError("데이터베이스에 닿지 않습니다. 서버가 켜져 있는지 확인해 주세요.")

    monkeypatch.setattr(doors, "collections", collections)
    assert words(page.run()).count("데이터베이스에 닿지 않습니다\\.") == 1


def test_notes_of_a_result_are_shown(page, monkeypatch):
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system, notes=["그림 결합은 시험되지 않았습니다."]))
    page.query_params.update({"q": "기울기", "systems": "D"})
    assert "그림 결합은 시험되지 않았습니다\\." in words(page.run())


def test_the_reranker_switch_turns_a_into_e_and_back(page):
    page.query_params["q"] = "기울기"
    page.run().toggle[0].set_value(True).run()
    assert page.query_params["systems"] == "E"
    assert 'data-system="qwen3&#45;vl&#43;rerank"' in words(page)
    page.toggle[0].set_value(False).run()
    assert "systems" not in page.query_params


def test_a_collection_that_is_not_there_is_said(page):
    page.query_params.update({"q": "기울기", "collection": "없는_컬렉션"})
    shown = words(page.run())
    assert "없는\\_컬렉션" in shown and 'data-item="M&#45;1"' in shown


def test_an_item_that_is_not_there_is_named_harmlessly(page):
    page.query_params["item"] = "<script>alert(1)</script>"
    shown = words(page.run())
    assert "이 컬렉션에 없습니다" in shown and not re.search(r"(?<!\\)<script", shown)


def test_an_item_is_searched_by_its_id_and_shown_above(page, monkeypatch):
    asked = []
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: (asked.append(query), found(system, ids=()))[1])
    page.query_params["item"] = "M-1"
    assert "기준 문항" in words(page.run())
    assert [query.item_id for query in asked] == ["M-1"]
