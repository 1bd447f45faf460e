"""진행, and the decision on 보고서와 결정: what is shown to whom, what is written, what is found after tampering."""

from __future__ import annotations

import html
import re
from datetime import date
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core import decision as deciding
from core.accounts import logins
from core.accounts.person import Person
from core.plan import meetings, progress, risks, stating
from core.store import decisions, plan_events
from pages.measuring import data
from pages.widgets import person
from tests.label_data import Bank

pytestmark = pytest.mark.slow

TF = Person("김리더", "tf")
VIEWER = Person("손님", "viewer")
TASKS = "from pages.progressing import meetings, tasks\nfrom pages.widgets import person\n" \
        "tasks.draw(person.current())\nmeetings.draw(person.current())\n"
DECISION = "from pages.deciding import record\nfrom pages.widgets import person\nrecord.draw(person.current())\n"


@pytest.fixture
def page(monkeypatch, conn, collection):
    Bank(conn, collection)
    monkeypatch.setattr(data, "settings", lambda: SimpleNamespace(collection=collection.name))

    def opened(script: str, who: Person | None = TF, *, demanded: bool = False) -> AppTest:
        monkeypatch.setattr(person, "current", lambda: who)
        monkeypatch.setattr(logins, "demanded", lambda **more: demanded)
        return AppTest.from_string(script, default_timeout=30).run()

    return opened


def words(at: AppTest) -> str:
    assert not at.exception
    shown = html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "")
    assert 'class="ib-trouble"' not in shown, shown
    return shown


def pressed(at: AppTest, label: str) -> AppTest:
    next(each for each in at.button if each.label == label).click()
    return at.run()


def field(at: AppTest, kind: str, label: str):
    return next(each for each in getattr(at, kind) if each.label == label)


def test_the_plan_shows_every_task_and_milestone_and_takes_a_tick_and_a_first_day(page, conn, collection):
    at = page(TASKS)
    shown = words(at)
    assert len(re.findall(r'data-task="', shown)) == 32 and "시작일을 적으면" in shown and 'data-phase="5"' in shown
    pressed(at, "1.1 마쳤음")
    assert re.search(r'data-task="1.1" data-done="1"', words(at)) and "태스크 1.1" in words(at)
    field(at, "date_input", "Day 1").set_value(date(2026, 11, 16))
    field(at, "text_input", "주말 말고 쉬는 날").set_value("2026-11-18")
    pressed(at, "저장")
    assert "11-16–11-17" in words(at) and "11-19–11-20" in words(at), "the day off moves what follows"
    said = plan_events.latest(conn, collection.id)
    assert said["task", "1.1"].by == TF.name and said["start", "start"].value["off"] == ["2026-11-18"]


def test_a_date_that_is_none_is_said_and_nothing_stored(page, conn, collection):
    at = page(TASKS)
    field(at, "text_input", "주말 말고 쉬는 날").set_value("<script>")
    pressed(at, "저장")
    assert "날짜가 아닙니다" in html.unescape("\n".join(each.value for each in at.markdown)).replace("\\", "")
    assert not plan_events.latest(conn, collection.id)


def test_a_risk_is_stated_and_a_meeting_held_with_its_snapshot_and_minutes(page, conn, collection):
    at = page(TASKS)
    field(at, "text_input", "메모").set_value("<b>4-bit</b>로 돌림")
    pressed(at, "적기")
    assert risks.stated(conn, collection.id)["R1"].note == "<b>4-bit</b>로 돌림" and "<b>4-bit" not in "".join(m.value for m in at.markdown)
    pressed(at, "열었다고 적기")
    field(at, "text_area", "회의록").set_value("다음 주에 다시")
    pressed(at, "회의록 저장")
    assert "다음 주에 다시" in words(at)
    with conn.transaction():
        held = progress.of(conn, collection, today=date.today()).meetings[0]
    assert held.snapshot is not None and held.snapshot["of"] == 32 and held.snapshot["verdict"].startswith("판정 불가")
    assert 'data-meeting="day2" data-held="1"' in words(at)


@pytest.mark.parametrize(("who", "demanded"), [(VIEWER, True), (None, True), (None, False)],
                         ids=["viewer", "nameless in a team", "nameless"])
def test_who_may_not_write_sees_the_same_without_a_button(page, conn, collection, who, demanded):
    stating.tick(conn, collection.id, "1.1", done=True, by="나")
    meetings.hold(conn, collection.id, "day2", on=date(2026, 11, 17), snapshot=progress.as_json(
        progress.of(conn, collection, today=date.today())), by="나")
    at = page(TASKS, who, demanded=demanded)
    assert re.search(r'data-task="1.1" data-done="1"', words(at)) and not at.button
    decision = page(DECISION, who, demanded=demanded)
    assert "아직 적은 결정이 없습니다" in words(decision) and not decision.button


def test_a_decision_is_recorded_with_its_reason_signed_verified_and_found_out_after_tampering(page, conn, database, collection):
    at = page(DECISION)
    assert "판정 불가" in words(at)
    next(each for each in at.button_group if each.label == "결정").select("hold").run()
    assert next(each for each in at.button if each.label == "결정 적기").disabled, "it differs from what was computed"
    next(each for each in at.text_area if each.label.startswith("이유")).set_value("모델이 <i>없습니다</i>")
    at.run()
    pressed(at, "결정 적기")
    (made,) = decisions.listing(conn, collection.id)
    assert (made.choice, made.by, made.reason) == ("hold", TF.name, "모델이 <i>없습니다</i>")
    shown = words(at)
    assert 'data-differs="1"' in shown and "서명 전" in shown
    field(at, "text_input", "이름").set_value("김 리더")
    at.run()
    pressed(at, "서명")
    (signed,) = decisions.signatures(conn, made.id)
    assert (signed.role, signed.name, signed.account) == ("tf_lead", "김 리더", TF.name)
    assert "김 리더" in words(at) and not [each for each in at.button if each.label == "서명"], "a TF account signs one line"
    pressed(at, "근거가 그대로인지 확인")
    assert 'data-unchanged="1"' in words(at)
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE items SET content_hash = 'x' WHERE collection_id = %s", [collection.id])
    at.run()
    assert 'data-unchanged="0"' in words(at) and 'data-kind="items" data-state="changed"' in words(at)


def test_a_superseded_decision_stays_in_the_history_and_a_viewer_reads_all(page, conn, database, collection):
    deciding.record(database, collection.name, "hold", reason="하나", by="나")
    deciding.record(database, collection.name, "no_go", reason="둘", by="나")
    shown = words(page(DECISION, VIEWER, demanded=True))
    assert "이유: 둘" in shown and re.search(r"<td[^>]*>하나</td>", shown) and "No-Go" in shown
