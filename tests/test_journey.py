"""The whole way in browsers, each person under an own login: items, labels, freeze, evaluation, bench, report, signatures, drift."""

from __future__ import annotations

import pypdfium2
import pytest

from core.accounts import users
from core.store import collections, jobs, judgments
from core.store.database import Database
from tests.eventually import eventually
from tests.fixtures_browser import served
from tests.fixtures_store import another
from tests.journey import PASSWORD, packed, seated

pytestmark = pytest.mark.slow
NAME = "journey"
TEAM = {"김라벨": "rater", "박라벨": "rater", "최선임": "senior", "이개발": "developer", "정리더": "tf"}
QUERIES = ("일차함수의 그래프에서 기울기를 구하는 문제", "피타고라스 정리로 변의 길이를 구하는 문제", "주사위를 던져 확률을 구하는 문제")
ITEMS = 24
MOST = 200
"""Pairs that a rater is asked at most."""
REASON = "축소 모델이라 판정할 수 없어, 실제 모델로 다시 잰 뒤 정합니다."


@pytest.fixture(scope="module")
def house(database, tmp_path_factory):
    """A database of its own with accounts and nothing else, and the dashboard over it."""
    with another(database) as made:
        for name, role in TEAM.items():
            users.add(made, name=name, role=role, password=PASSWORD)
        with served({"DATABASE_URL": made.conninfo, "COLLECTION": NAME}, tmp_path_factory.mktemp("journey") / "log") as (address, _):
            yield made, address


def done(made: Database, *verb: str) -> None:
    """Wait until the job of a verb has ended, well."""
    def ended() -> str:
        with made.connection() as conn:
            found = next((job for job in jobs.listing(conn) if job.arguments[:len(verb)] == list(verb)), None)
        return "" if found is None or found.active else found.state

    assert eventually(ended, seconds=120) == "done"


def test_a_team_goes_from_items_to_a_signed_decision_and_sees_what_was_tampered_with(house, browser, tmp_path):
    made, address = house
    with seated(browser, address, "이개발") as developer:
        bring_items(developer, made, packed(tmp_path, ITEMS))
    with seated(browser, address, "최선임") as senior:
        ask(senior)
    for name in ("김라벨", "박라벨"):
        with seated(browser, address, name) as rater:
            grade(rater, made)
    with seated(browser, address, "최선임") as senior:
        freeze(senior)
    with seated(browser, address, "이개발") as developer:
        evaluate(developer, made)
        bench(developer, made)
        report(developer, tmp_path)
    with seated(browser, address, "정리더") as leader:
        decide(leader)
        sign(leader, "TF 리더")
    for name, role in (("이개발", "개발 담당"), ("최선임", "콘텐츠 담당")):
        with seated(browser, address, name) as seat:
            seat.open("report")
            sign(seat, role)
    with seated(browser, address, "정리더") as leader:
        held(leader, made)


def bring_items(seat, made, path) -> None:
    page = seat.open("data")
    seat.look("01_data_empty")
    page.locator("input[type=file]").set_input_files(path)
    seat.says("가져올 수 있습니다")
    seat.look("02_data_preview")
    seat.press(f"{ITEMS}건 가져오기")
    done(made, "import")
    seat.open("data?section=embeddings")
    seat.press("임베딩 시작")
    seat.look("03_data_embedding")
    done(made, "embed")
    seat.open("data?section=embeddings")
    seat.look("04_data_embedded")


def ask(seat) -> None:
    seat.open("label?section=queries")
    for words in QUERIES:
        seat.write("찾을 문항을 설명하는 글", words)
        seat.press("쿼리 저장")
        seat.says("쿼리를 저장했습니다")
    seat.look("05_label_queries")
    page = seat.open("label?section=pool")
    seat.press("계획 세우기")
    page.get_by_role("button", name="이 계획으로 라운드 열기").wait_for()
    seat.look("06_label_pool")
    seat.press("이 계획으로 라운드 열기")
    seat.says("라운드 '1차'을(를) 열었습니다")


def grade(seat, made) -> None:
    """Grade everything by keys, as the digits say it."""
    page = seat.open("label")
    page.locator(".ib-pair:visible").wait_for()
    page.locator('.ib-saved[data-state="saved"]').wait_for()  # the keys are the desk's
    seat.look(f"07_desk_{seat.name}")
    finished, pressed = page.locator(".ib-finished"), []
    while len(pressed) < MOST:
        page.locator(".ib-finished:visible, .ib-pair:visible").first.wait_for()  # a key on a pair that is not drawn yet judges nothing
        if finished.is_visible():
            break
        pressed.append(len(pressed) % 4)
        page.keyboard.press(f"Digit{pressed[-1]}")
    page.locator('.ib-saved[data-state="saved"]').wait_for()
    with made.connection() as conn:
        stored = [event.grade for event in judgments.events(conn, collections.get(conn, NAME).id) if event.rater == seat.name]
    assert stored == pressed
    seat.look(f"08_desk_done_{seat.name}")


def freeze(seat) -> None:
    seat.open("label?section=rounds")
    seat.look("09_label_rounds")
    page = seat.open("label?section=versions")
    page.get_by_text("굳히기", exact=True).click()
    seat.write("이름", "1차 정답")
    seat.look("10_label_freeze")
    seat.press("이대로 굳히기")
    seat.says("버전 1 '1차 정답'을(를) 굳혔습니다")
    seat.look("11_label_frozen")


def evaluate(seat, made) -> None:
    page = seat.open("metrics")
    seat.look("12_metrics_before")
    seat.press("평가 실행")
    page.locator(".ib-plan").wait_for()
    seat.look("13_metrics_plan")
    seat.press("실행 시작")
    done(made, "evaluate")
    page.locator(".ib-stamp").first.wait_for()
    seat.open("metrics")
    seat.look("14_metrics")


def bench(seat, made) -> None:
    page = seat.open("performance")
    seat.look("15_performance_before")
    page.get_by_role("button", name="재기").click()
    seat.write("호출 수", "20")
    seat.look("16_performance_ask")
    seat.press("재기 시작")
    done(made, "bench")
    seat.open("performance")
    seat.look("17_performance")


def report(seat, folder) -> None:
    page = seat.open("report")
    seat.look("18_report_before")
    seat.press("보고서 만들기")
    page.get_by_role("button", name="PDF").wait_for()
    seat.settled()
    seat.look("19_report")
    path = seat.save("PDF", folder)
    with pypdfium2.PdfDocument(path) as pdf:
        text = "".join(pdf[place].get_textpage().get_text_range() for place in range(len(pdf)))
    assert "판정 불가" in text and "1차 정답" in text


def decide(seat) -> None:
    page = seat.open("report")
    page.get_by_role("radio", name="보류").or_(page.get_by_role("button", name="보류", exact=True)).first.click()
    seat.settled()
    record = page.get_by_role("button", name="결정 적기", exact=True)
    page.get_by_label("이유 (계산된 판정과 달라 꼭 적습니다)").wait_for()
    record.and_(page.locator(":disabled")).wait_for()  # where the decision is not what was computed, the reason is required
    page.get_by_label("이유 (계산된 판정과 달라 꼭 적습니다)").fill(REASON)
    page.get_by_label("이유 (계산된 판정과 달라 꼭 적습니다)").press("Tab")
    seat.look("20_decide")
    record.click()
    seat.says("1번 결정을 적었습니다: 보류.")
    seat.look("21_decided")


def sign(seat, role: str) -> None:
    page = seat.page
    page.get_by_text("서명하기", exact=True).click()
    assert page.get_by_label("이름", exact=True).input_value() == seat.name
    seat.write("의견", f"{role}로 읽었습니다.")
    seat.look(f"22_sign_{seat.name}")
    seat.press("서명")
    seat.says(f"{seat.name} 님이 {role} 자리에 서명했습니다.")


def held(seat, made) -> None:
    page = seat.open("report")
    verify = page.get_by_role("button", name="근거가 그대로인지 확인")
    verify.click()
    seat.says("그대로입니다. 근거")
    seat.look("23_verified")
    with made.connection() as conn:
        (run,) = conn.execute("SELECT id FROM runs WHERE system = 'qwen3-vl' ORDER BY id LIMIT 1").fetchone()
        conn.execute("UPDATE run_hits SET score = score + 0.001 WHERE run_id = %s AND rank = 1", [run])
    seat.open("report")
    page.get_by_role("button", name="근거가 그대로인지 확인").click()
    seat.says("근거 1가지가 결정한 때와 다릅니다")
    page.locator('tr[data-state="changed"]').and_(page.locator('[data-kind="run"]')).filter(has_text="A · Qwen3-VL").wait_for()
    assert page.locator('tr[data-state="changed"]').count() == 1
    seat.look("24_drifted")
