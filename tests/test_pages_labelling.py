"""The sections around the queue: empty, seeded, who sees what, and that every write happens once and is said."""

from __future__ import annotations

import html
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.accounts import logins
from core.accounts.person import Person
from core.labels import flags, queue
from core.labels.pooling import pool, written
from core.labels.pooling.pool import PoolRequest, RaterScope
from core.labels.versions import freezing, truth
from core.settings import PROJECT_DIR
from core.store import jobs as stored_jobs
from core.store import judgments, queries
from core.store import rounds as stored_rounds
from pages.labelling import SECTIONS, place, sections_for
from pages.widgets import acts, jobs, person
from tests.fixtures_browser import PATIENCE, served
from tests.label_data import Bank

SENIOR = Person("선임", "senior")
RATER = Person("가", "rater")
OURS = ("queries", "pool", "rounds", "agreement", "adjudicate", "versions")
GRADES = {"가": {("q01", "m-002"): 3, ("q01", "m-003"): 1, ("q02", "m-001"): 0, ("q03", "m-004"): 2},
          "나": {("q01", "m-002"): 0, ("q01", "m-003"): 1, ("q02", "m-001"): 0, ("q03", "m-004"): 3}}


@pytest.fixture
def bank(conn, collection) -> Bank:
    """Twelve items, twelve queries, two raters who agree on two pairs of four."""
    bank = Bank(conn, collection)
    bank.say_all(GRADES)
    return bank


@pytest.fixture
def page(monkeypatch, collection):
    """Open a section of the label page over the test's collection, as somebody."""
    monkeypatch.setattr(place, "settings", lambda: SimpleNamespace(collection=collection.name))

    def opened(section: str, who: Person | None = SENIOR) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        at = AppTest.from_file(PROJECT_DIR / "pages" / "_shell.py", default_timeout=30)
        at.query_params["section"] = section
        at.run().switch_page("label.py")
        at.query_params["section"] = section
        return at.run()

    return opened


def words(at: AppTest, *, trouble: bool = False) -> str:
    assert not at.exception
    shown = html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "")
    assert ('class="ib-trouble"' in shown) == trouble, shown
    return shown


def button(at: AppTest, name: str):
    return next(each for each in at.button if (each.key or "").startswith(f"label.{name}.press."))


def part(at: AppTest, name: str, chosen: str) -> AppTest:
    return next(each for each in at.button_group if each.key == f"label.part.{name}").set_value(chosen).run()


@pytest.mark.parametrize("section", OURS)
def test_without_items_every_section_says_how_to_begin(page, section):
    assert "`python -m core prepare`" in words(page(section))


@pytest.mark.parametrize("section", OURS)
def test_before_any_judgment_every_section_says_what_comes_first(page, conn, collection, section):
    Bank(conn, collection)
    assert words(page(section))


def test_raters_get_two_sections_and_managers_all():
    assert sections_for(RATER) == sections_for(None) == ["queue", "queries"]
    assert sections_for(SENIOR) == list(SECTIONS)


SEEDED = {
    "queries": ("q01", "찾는 글 12"), "rounds": ("등급이 있는 쌍", "아직 연 라운드가 없습니다."), "pool": ("계획을 먼저 보고",),
    "agreement": ("크리펜도르프", "가 · 나", "가 3 · 나 0", "구간"), "adjudicate": ("등급 차이 3", "라벨러 1", "최종 등급은"),
    "versions": ("미확정",),
}


@pytest.mark.parametrize("section", OURS)
def test_with_judgments_every_section_shows_them(page, bank, section):
    shown = words(page(section))
    assert not [each for each in SEEDED[section] if each not in shown]


def test_a_query_is_written_once_and_said(page, conn, collection):
    bank = Bank(conn, collection)
    at = page("queries")
    at.text_area[0].set_value("기울기를 구하는 문제").run()
    button(at, "queries.new").click().run()
    assert "쿼리를 저장했습니다" in words(at)
    added = [query for query in queries.current(conn, collection.id) if query.query_id not in bank.queries]
    assert [(query.text, query.origin) for query in added] == [("기울기를 구하는 문제", "human")]
    # The second of two fast clicks meets an emptied form: nothing is written, and a sentence says what is missing.
    button(at, "queries.new").click().run()
    words(at, trouble=True)
    assert len(queries.current(conn, collection.id)) == len(bank.queries) + 1


def test_a_plan_names_pairs_and_hours_and_opens_one_round(page, bank, conn, collection):
    at = page("pool")
    at.button(key="label.pool.make").click().run()
    assert all(told in words(at) for told in ("물어볼 쌍", "예상 시간", "초로 가정", "혼자 낸 쌍"))
    assert not stored_rounds.listing(conn, collection.id)
    button(at, "pool.open").click().run()
    assert "라운드 '1차'을(를) 열었습니다" in words(at)
    assert [each.name for each in stored_rounds.listing(conn, collection.id)] == ["1차"]


@pytest.mark.slow
def test_a_plan_made_by_a_job_is_there_in_a_new_window_until_a_round_is_opened(page, bank, conn, collection):
    request = PoolRequest(name="둘째", stage=2, metadata_per_query=3, overlap=1, keyword=False, raters=(RaterScope("가"),))
    job, _ = stored_jobs.add(conn, ["labels", "pool", "--dry-run", "--collection", collection.name, "--request", written.to_text(request)],
                             title="후보 모으기", takes_engine=True, asked_by="선임")
    jobs._listed.clear()
    at = page("pool")
    assert "차례를 기다리는 중" in at.get("progress")[0].proto.text and "물어볼 쌍" not in words(at)
    stored_jobs.end(conn, job.id, "done")
    jobs._listed.clear()
    at = page("pool")
    assert "물어볼 쌍" in words(at) and at.text_input(key="label.pool.name.2").value == "둘째"
    assert at.number_input(key="label.pool.overlap").value == 1 and at.multiselect(key="label.pool.raters").value == ["가"]
    at.number_input(key="label.pool.overlap").set_value(2).run()
    assert "설정이 바뀌었습니다" in words(at)
    at.number_input(key="label.pool.overlap").set_value(1).run()
    button(at, "pool.open").click().run()
    (opened,) = stored_rounds.listing(conn, collection.id)
    assert (opened.name, opened.stage, opened.overlap) == ("둘째", 2, 1)
    assert "계획을 먼저 보고" in words(page("pool")), "its plan is used up"


def test_whoever_has_pairs_to_judge_sees_no_grades(page, bank, conn, database, collection):
    pool.open_round(database, pool.plan(database, None, collection.name, PoolRequest(name="1차")), by="선임")
    shown = words(page("queries", RATER))
    assert "찾는 글 1" in shown and "관련 문항 3개 이상" not in shown and "목표" not in shown


def test_a_disagreement_is_decided_by_a_click(page, bank, conn, collection, monkeypatch):
    monkeypatch.setattr(acts, "_DOUBLE", 60)
    at = page("adjudicate")
    shown = words(at)
    assert not {"가", "나"} & {each.strip() for each in shown.replace("<", ">").split(">")}
    button(at, "adjudicate.q01.m-002.2").click().run()
    assert "'2 유사'(으)로 정했습니다" in words(at)
    # The second half of a double click meets the next pair's button, and decides nothing.
    button(at, "adjudicate.q03.m-004.2").click().run()
    assert "'m-002' 문항을" in words(at)
    made = judgments.current(conn, collection.id, purposes=("adjudication",))
    assert [(each.query_id, each.item_id, each.grade, each.rater) for each in made] == [("q01", "m-002", 2, "선임")]


def test_freezing_needs_a_name_and_happens_once(page, bank, conn, collection):
    at = part(page("versions"), "versions", "freeze")
    assert button(at, "versions.freeze").disabled
    at.text_input[0].set_value("1차 정답").run()
    button(at, "versions.freeze").click().run()
    assert "버전 1 '1차 정답'을(를) 굳혔습니다" in words(at)
    assert [each.number for each in truth.versions(conn, collection.id)] == [1]
    assert "내용이 같습니다" in words(at)
    part(at, "versions", "list").button(key="label.verify.1").click().run()
    assert "굳힐 때와 같습니다" in words(at)


def test_a_difference_names_what_gave_the_grade(page, bank, conn, collection):
    freezing.freeze(conn, collection.id, name="처음", note="", relevant_from=1, by="선임")
    bank.say("다", "q01", "m-003", 1)
    bank.say("다", "q02", "m-001", 3)
    bank.say("다", "q03", "m-004", 2)
    shown = words(part(page("versions"), "versions", "diff"))
    assert "사람 · 일치 · 2명" in shown and "사람 · 일치 · 3명" in shown and "사람 · 중앙값 · 3명" in shown


def test_a_flag_is_cleared(page, bank, conn, collection):
    flags.flag(conn, collection.id, "m-003", by="가", reason="그림이 없습니다")
    at = part(page("rounds"), "rounds", "flags")
    assert "그림이 없습니다" in words(at)
    button(at, "flag.m-003").click().run()
    assert "결함 표시를 풀었습니다" in words(at) and not flags.flagged(conn, collection.id)


@pytest.mark.slow
def test_a_senior_opens_a_round_and_freezes_it(browser, bank, conn, database, collection, tmp_path):
    with served({"COLLECTION": collection.name}, tmp_path / "log") as (address, _):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": logins.COOKIE, "value": logins.begin("선임", picked=True, db=database), "url": address}])
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{address}/label?section=pool")
        tab.get_by_role("button", name="계획 세우기").click()
        tab.get_by_role("button", name="이 계획으로 라운드 열기").dblclick()
        tab.get_by_text("라운드 '1차'을(를) 열었습니다").wait_for()
        made = stored_rounds.listing(conn, collection.id)
        assert len(made) == 1
        entries = queue.hand_out(conn, made[0].id, "다", ahead=20)
        judgments.append(conn, [bank.event("다", each.query_id, each.item_id, 1, round_id=made[0].id) for each in entries])
        tab.goto(f"{address}/label?section=rounds")
        tab.get_by_role("cell", name="다", exact=True).wait_for()
        tab.goto(f"{address}/label?section=versions")
        tab.get_by_text("굳히기", exact=True).click()
        tab.get_by_label("이름", exact=True).fill("1차 정답")
        tab.get_by_label("이름", exact=True).press("Enter")
        tab.get_by_role("button", name="이대로 굳히기").dblclick()
        tab.get_by_text("버전 1 '1차 정답'을(를) 굳혔습니다").wait_for()
        assert len(truth.versions(conn, collection.id)) == 1
        context.close()
