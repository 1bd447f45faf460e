"""데이터와 설정 in a browser: a file comes in with its refusals told, the sample is reviewed, changed and frozen."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from core.items.schemas import plan
from core.review import reviewing
from core.store import collections, items, reviews
from tests.eventually import eventually
from tests.test_items_sampling import item

pytestmark = pytest.mark.slow
DOUBLE = 1000
"""Milliseconds; a click that follows faster than 0.7 s counts as the second half of a double click."""


@pytest.fixture
def bank_file(tmp_path):
    """Four items that are in order and one without a text."""
    words = "두 주사위를 던질 때 눈의 수의 합이 {}일 확률을 구하시오."
    records = [plan.write(item(f"새-{number}", text=words.format(number))) for number in range(4)]
    path = tmp_path / "문항.json"
    path.write_text(json.dumps({"items": [*records, {**records[0], "id": "새-9", "text": ""}]}, ensure_ascii=False), "utf-8")
    return path


def test_a_file_comes_in_is_reviewed_and_frozen(conn, prepared, visit, dashboard, bank_file):
    name = f"bank-{uuid4().hex[:8]}"
    page = visit()
    page.goto(f"{dashboard}/data")
    page.get_by_label("담을 컬렉션", exact=True).fill(name)
    page.get_by_label("담을 컬렉션", exact=True).press("Enter")
    page.locator("input[type=file]").set_input_files(bank_file)
    page.get_by_text("새로 4건, 바뀐 0건을 가져올 수 있습니다. 그대로 0건, 거절 1건.").wait_for()
    assert collections.find(conn, name) is None
    page.get_by_text("새-9").wait_for()
    page.get_by_role("button", name="4건 가져오기").click()
    found = eventually(lambda: (made := collections.find(conn, name)) and items.count(conn, made.id) == 4 and made)

    page.goto(f"{dashboard}/data?section=review&collection={name}")
    page.get_by_text("검수하지 않은", exact=False).or_(page.get_by_role("button", name="받기")).first.wait_for()
    page.get_by_role("button", name="받기").click()
    eventually(lambda: reviewing.state(conn, found.id).count("accept") == 1)
    page.get_by_text("문항 3개").first.wait_for()
    page.wait_for_timeout(DOUBLE)
    page.get_by_role("button", name="빼기").click()
    eventually(lambda: reviewing.state(conn, found.id).count("exclude") == 1)
    for left in (2, 1):
        page.get_by_text(f"문항 {left}개").first.wait_for()
        page.wait_for_timeout(DOUBLE)
        page.get_by_role("button", name="받기").click()
    page.get_by_text("이 목록에 남은 문항이 없습니다").wait_for()
    page.get_by_role("button", name="빼고 바꾼 표본 만들기").click()
    page.get_by_text(f"'{name}-r2'에 담았습니다: 그대로 3, 바꿈 0, 뺌 1.").wait_for()
    assert items.count(conn, found.id) == 4
    page.get_by_role("button", name="이 표본 굳히기").click()
    page.get_by_text("굳힌 그대로입니다.").wait_for()
    (frozen,) = reviews.freezes(conn, collections.get(conn, f"{name}-r2").id)
    page.get_by_text(frozen.sha256[:16]).wait_for()
    assert len(frozen.body["items"]) == 3


def test_an_item_with_a_figure_is_accepted_once_its_figure_is_named(conn, prepared, visit, dashboard):
    page = visit()
    page.goto(f"{dashboard}/data?section=review")
    collection = collections.get(conn, prepared.collection)
    first = next(each for each in reviewing.state(conn, collection.id).items if each.kind == "image" and each.verdict == "open")
    accept = page.get_by_role("button", name="받기")
    accept.and_(page.locator(":disabled")).wait_for()
    page.get_by_role("radio", name="도형").click()
    page.locator("button:not([disabled])", has_text="받기").click()
    after = eventually(lambda: next((each for each in reviewing.state(conn, collection.id).items
                                     if each.item_id == first.item_id and each.verdict == "accept"), None))
    assert after.image_type == "figure"
    page.goto(page.url.replace("section=review", "section=embeddings"))
    page.get_by_text("kure-v1-mini").first.wait_for()
    page.get_by_role("button", name="임베딩 시작").wait_for()
