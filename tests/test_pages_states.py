"""The playground where something is missing or fails: one calm sentence, the cause in the log, the rest of the page alive."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core.engine.messages import EngineStatus, Event, Memory, ModelStatus
from core.errors import EngineError, StoreError
from core.items.record import Item
from core.models import registry
from core.models.contract import LoadedModel
from core.search.rank import Hit
from core.search.service import SearchResult
from core.settings import PROJECT_DIR
from core.store.collections import CollectionSummary
from core.store.items import StoredItem
from core.store.jobs import Job
from pages.widgets import doors, jobs, trouble

ITEM = Item(id="M-1", subject="수학", grade="중2", unit="일차함수", item_type="단답형", difficulty="중", text="기울기 $a$를 구하시오.",
            answer="$3$", solution="풀이입니다.")
STORED = StoredItem(ITEM, 1, "h", (), ITEM.kind)
MINI = LoadedModel(key="mini", id="mini", revision="1", precision="fp32", device="cpu", dims=8, max_pixels=None, miniature=True)


def found(system: str, *, ids=("M-1",), models=(MINI,), notes=(), rerank_ms=0.0) -> SearchResult:
    hits = [Hit(rank, item_id, 1.0 / rank) for rank, item_id in enumerate(ids, start=1)]
    return SearchResult(system, "math-100", hits, 12.0, 3.0, rerank_ms, list(models), list(notes))


@pytest.fixture
def page(monkeypatch) -> AppTest:
    """The dashboard over a one-item collection; nothing behind the doors is started."""
    summary = CollectionSummary("math-100", 1, {"image": 0, "latex": 1, "text": 0}, datetime.now(UTC))
    monkeypatch.setattr(doors, "collections", lambda wanted="": [summary])
    monkeypatch.setattr(doors, "facets", lambda collection: {"unit": [("일차함수", 1)]})
    monkeypatch.setattr(doors, "examples", lambda collection: ["기울기를 구하는 문제"])
    monkeypatch.setattr(doors, "items", lambda collection, ids: {"M-1": STORED} if "M-1" in ids else {})
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system))
    monkeypatch.setattr(doors, "picture", lambda query, *, collection: None)
    return AppTest.from_file(PROJECT_DIR / "pages" / "_shell.py", default_timeout=30)


def words(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.value for element in page.markdown)


def plain(page: AppTest) -> str:
    """What a reader sees where the markup writes punctuation as references."""
    return html.unescape(words(page))


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
    assert 'data-item="M&#45;1"' in shown and "축소 모델" in shown and "인코딩 12 · 검색 3 ms" in plain(page)


@pytest.mark.parametrize("systems", ["A", "A,B"])
def test_precision_device_dims_and_pixels_stand_with_every_result(page, monkeypatch, systems):
    two = (replace(MINI, dims=256), replace(MINI, key="kure", id="kure", precision="nf4", dims=192, max_pixels=512 * 512))
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system, models=two))
    page.query_params.update({"q": "기울기", "systems": systems})
    shown = plain(page.run())
    for told in ("fp32", "nf4", "cpu", "256", "192", "512×512px", ">4-bit<"):
        assert told in shown


def test_a_picture_of_the_query_says_how_many_tokens_it_takes(page, monkeypatch):
    seeing = replace(MINI, key="qwen3-vl-embedding-2b-mini", max_pixels=256 * 256)
    monkeypatch.setattr(doors, "search", lambda query, *, system, **rest: found(system, ids=(), models=(seeing,)))
    monkeypatch.setattr(doors, "picture", lambda query, *, collection: (512, 512))
    page.query_params["item"] = "M-1"
    assert "그림 1장 = 64토큰" in plain(page.run())


def test_a_reranker_shows_its_depth_and_cost(page, monkeypatch):
    asked = []

    def search(query, *, system, rerank_depth, **rest):
        asked.append(rerank_depth)
        return found(system, rerank_ms=1234.0)

    monkeypatch.setattr(doors, "search", search)
    page.query_params.update({"q": "기울기", "systems": "E", "n": "20"})
    assert "재순위 N=20 1,234 ms" in plain(page.run())
    assert asked == [20]


def test_a_card_names_its_item_and_the_formulas_it_could_not_read(page, monkeypatch):
    broken = replace(STORED, item=replace(ITEM, text=r"값 $\foo{1}$ 과 $x$"))
    monkeypatch.setattr(doors, "items", lambda collection, ids: {"M-1": broken})
    page.query_params["q"] = "기울기"
    shown = plain(page.run())
    assert '<span class="ib-id">M-1</span>' in shown and "수식 1개를 원문으로 보임" in shown


def test_read_formulas_are_not_counted(page):
    page.query_params["q"] = "기울기"
    assert "원문으로 보임" not in plain(page.run())


def slider(page: AppTest):
    return next(iter(page.slider), None)


def test_the_weight_belongs_to_d_alone_and_goes_into_the_address(page):
    page.query_params["q"] = "기울기"
    assert slider(page.run()) is None
    page.query_params["systems"] = "D"
    assert slider(page.run()).value == 0.5
    slider(page).set_value(0.3).run()
    assert page.query_params["systems"] == "D@w0.3"
    assert 'data-system="kure+siglip@w0.3"' in plain(page)


def test_a_variant_stands_beside_its_system(page):
    page.query_params["q"] = "기울기"
    page.run()
    page.text_input[1].set_value("A@64").run()
    assert page.query_params["systems"] == "A,A@64"
    assert plain(page).count("data-system=") == 2
    page.text_input[1].set_value("A@w0.3").run()
    assert page.query_params["systems"] == "A,A@64" and "변형이 없습니다" in plain(page)


def test_a_variant_alone_and_two_weights_of_d_come_from_an_address(page):
    for systems in ("A@64", "D@w0.3,D", "A,D@w0.9,D@rrf"):
        page.query_params.update({"q": "기울기", "systems": systems})
        page.run()
        assert page.query_params.get("systems", "A") == systems
        assert plain(page).count("data-system=") == len(systems.split(","))


def test_real_and_miniature_models_side_by_side_are_marked(page, monkeypatch):
    real = registry.record("kure-v1")
    monkeypatch.setattr(registry, "resolve", lambda key: real if key == real.key else registry.record(key + "-mini"))
    page.query_params.update({"q": "기울기", "systems": "A,B"})
    assert "섞여 있습니다" in words(page.run())
    page.query_params["systems"] = "A,C"
    assert "섞여 있습니다" not in words(page.run())


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


class Idle:
    """An engine's client that tells a status and starts nothing."""

    def __init__(self, status: EngineStatus) -> None:
        self._status = status

    def status(self) -> EngineStatus:
        return self._status


@pytest.fixture
def data_page(page, monkeypatch) -> AppTest:
    """The page of data and settings; no engine runs, no download was ever begun."""
    monkeypatch.setattr(doors, "encoder", lambda: Idle(EngineStatus(running=False)))
    monkeypatch.setattr(jobs, "newest", lambda prefix: None)
    page.run()
    page.switch_page("data.py")
    page.session_state["data.section"] = "machine"
    return page


def test_the_models_stand_with_licence_and_what_is_used_instead(data_page):
    shown = plain(data_page.run())
    for record in registry.records(candidates=True):
        assert record.hub_id in shown and record.licence in shown
    assert "확인 안 됨" in shown and "축소 모델" in shown and "엔진이 돌고 있지 않습니다" in shown
    assert "모두 함께" in shown and "함께 올라갑니다" in shown


def test_a_press_downloads_one_model_or_all(data_page, monkeypatch):
    begun = []
    monkeypatch.setattr(jobs, "start", lambda words, title: begun.append(words))
    data_page.run()
    next(each for each in data_page.button if each.key == "models.get.kure-v1").click().run()
    data_page.button[0].click().run()
    keys = ["kure-v1", *(record.key for record in registry.records())]
    assert begun == [["models", "download", key, "--yes"] for key in keys]


def test_a_download_that_cannot_begin_is_said_in_one_sentence(data_page, monkeypatch):
    def start(words, title):
        raise PermissionError("/secret/path")

    monkeypatch.setattr(jobs, "start", start)
    data_page.run()
    data_page.button[0].click().run()
    shown = plain(data_page)
    assert shown.count("ib-trouble") == 1 and "/secret/path" not in shown


def test_a_download_under_way_and_a_failed_one_are_told(data_page, monkeypatch):
    now = datetime.now(UTC)
    running = Job(id=7, arguments=["models", "download", "kure-v1", "--yes"], title="내려받기", takes_engine=False, state="running",
                  done=400_000_000, total=2_000_000_000, words="", done_before=0, error="", attempts=1, asked_by="가", created_at=now,
                  started_at=now, reported_at=now, ended_at=None)
    failed = replace(running, id=8, state="failed", error="허브에 닿지 않습니다. 다시 눌러 주세요.", ended_at=now)
    monkeypatch.setattr(jobs, "newest", lambda prefix: {"kure-v1": running, "siglip-base": failed, "bge-m3": failed}.get(prefix[-1]))
    shown = plain(data_page.run())
    assert shown.count("허브에 닿지 않습니다") == 1 and "2.00 GB" in shown
    keys = {each.key for each in data_page.button}
    assert "models.stop.7" in keys and "models.get.siglip-base" in keys and "models.get.kure-v1" not in keys


def test_the_engine_shows_what_is_loaded_and_what_happened(data_page, monkeypatch):
    loaded = ModelStatus(replace(MINI, precision="nf4", max_pixels=512 * 512), 2 * 2**30, 7, 1.0, 2.0, False)
    memory = Memory(budget=8 * 2**30, capped=True, context=2**29, allocated=3 * 2**30, reserved=2**30, peak_allocated=2**30,
                    peak_reserved=2**30, process=None, device_used=None, device_total=None, allocator_ooms=1)
    status = EngineStatus(running=True, pid=7, device="cuda", loaded=(loaded,), memory=memory, nan_retries=3, ooms=1, events=(
        Event(time.time(), "stepped", "mini", "nf4", "메모리가 모자라 4-bit로 낮추었습니다."),))
    monkeypatch.setattr(doors, "encoder", lambda: Idle(status))
    shown = plain(data_page.run())
    for told in ("nf4", "4-bit", "2,048 MiB", "측정 안 됨", "fp32로 다시 계산 3번", "정밀도 낮춤", "512×512px", "8,192 MiB (강제)"):
        assert told in shown.replace("\\", "")
