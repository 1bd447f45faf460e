"""The plan: its days as dates, tasks by fact or tick, milestones, risks, meetings that keep how things stood."""

from __future__ import annotations

import json
import re
from datetime import date
from uuid import uuid4

import pytest

from core.cli.main import main
from core.errors import InputError, NotFoundError
from core.labels.versions import freezing
from core.plan import calendar, facts, meetings, progress, risks, stating, tasks
from core.plan.facts import Fact
from core.store import measurements, plan_events
from tests.evaluation_data import MADE
from tests.scenario_bank import fill, judge
from tests.test_evaluation_tuning import GRADES

MONDAY = date(2026, 11, 16)


def test_the_records_are_the_plan_s():
    assert [sum(task.phase == phase.number for task in tasks.TASKS) for phase in tasks.PHASES] == [7, 7, 8, 6, 4]
    assert [(each.name, each.day) for each in tasks.MILESTONES] == [("M1", 2), ("M2", 4), ("M3", 7), ("M4", 9), ("M5", 10)]
    assert sorted(name for duty in tasks.DUTIES for name in duty.tasks) == sorted(tasks.BY_NAME), "every task has its line of RACI"
    assert sum(task.hours for task in tasks.TASKS) == 14.5 + 11 + 16 + 10 + 7


@pytest.mark.parametrize(("day", "expected"), [
    (1, date(2026, 11, 16)), (5, date(2026, 11, 20)), (6, date(2026, 11, 23)), (10, date(2026, 11, 27)), (12, date(2026, 12, 1))])
def test_a_day_of_the_plan_is_a_working_day(day, expected):
    assert calendar.date_of(MONDAY, day) == expected and calendar.day_of(MONDAY, expected) == day


def test_days_off_and_a_start_on_a_weekend_move_everything_after_them():
    off = [date(2026, 11, 17), date(2026, 11, 21)]
    assert calendar.date_of(MONDAY, 2, off) == date(2026, 11, 18) and calendar.date_of(MONDAY, 5, off) == date(2026, 11, 23)
    saturday = date(2026, 11, 14)
    assert calendar.date_of(saturday, 1) == MONDAY and calendar.day_of(saturday, date(2026, 11, 15)) == 0
    assert calendar.day_of(MONDAY, date(2026, 11, 1)) == 0 and calendar.day_of(MONDAY, date(2026, 11, 22)) == 5


def event(kind, name, **value):
    return {(kind, name): plan_events.PlanEvent(kind, name, value, "나", MADE)}


def test_a_task_is_late_the_day_after_its_phase_ended_and_a_milestone_with_it():
    said = event("start", "start", date=MONDAY.isoformat(), off=[]) | event("task", "1.1", done=True, note="확인")
    known = {name: Fact(True, "있음") for name in ("1.2", "1.3", "1.4", "1.5", "1.6")} | {"1.7": Fact(False, "없음")}
    on_time = progress.joined("m", known, said, {}, today=date(2026, 11, 17))
    assert not on_time.late and on_time.day == 2 and on_time.milestones[0].due == date(2026, 11, 17)
    after = progress.joined("m", known, said, {}, today=date(2026, 11, 18))
    assert [each.task.name for each in after.late] == ["1.7"] and after.milestones[0].late and not after.milestones[0].reached
    assert (after.milestones[0].done, after.milestones[0].of, after.done) == (6, 7, 6)
    whole = progress.joined("m", known | {"1.7": Fact(True, "굳힘")}, said, {}, today=date(2026, 12, 24))
    assert whole.milestones[0].reached and not whole.milestones[0].late and whole.milestones[1].late


def test_a_fact_counts_whatever_was_ticked_and_without_a_first_day_nothing_is_late():
    said = event("task", "1.7", done=True, note="")
    found = progress.joined("m", {"1.7": Fact(False, "굳힌 정답이 없습니다.")}, said, {}, today=date(2030, 1, 1))
    state = next(each for each in found.tasks if each.task.name == "1.7")
    assert not state.done and state.by_fact and state.words == "굳힌 정답이 없습니다." and not found.late and found.day is None
    assert all(each.due is None for each in (*found.tasks, *found.milestones, *found.meetings))


@pytest.mark.slow
def test_facts_follow_what_is_stored_and_miniatures_fulfil_nothing(conn, collection):
    fill(conn, collection)
    before = facts.of(conn, collection)
    assert facts.KNOWN == before.keys() == set(tasks.BY_NAME) - {"1.1"}
    assert not before["1.6"].done and "16건" in before["1.6"].words
    assert not before["1.7"].done and not before["2.2"].done and "축소 모델" in before["2.2"].words
    assert not before["3.2"].done and not before["5.2"].done and not before["5.4"].done
    judge(conn, collection, GRADES)
    freezing.freeze(conn, collection.id, name="첫 판", relevant_from=2, by="나")
    after = facts.of(conn, collection)
    assert after["1.7"].done and "10개를 사람이" in after["1.7"].words
    assert {name for name in after if after[name] != before[name]} <= {"1.7"}


@pytest.mark.slow
def test_only_a_measurement_on_the_target_card_fulfils_its_task(conn, collection):
    put = {"kind": "stability", "system": "qwen3-vl@nf4", "config": {}, "environment": {}, "measured_at": MADE}
    with conn.transaction(force_rollback=True):
        for device, small, calls, done in (("cpu", True, 1000, False), ("NVIDIA H100", False, 1000, False),
                                           ("NVIDIA GeForce RTX 2070 SUPER", False, 999, False),
                                           ("NVIDIA GeForce RTX 2070 SUPER", False, 1000, True)):
            measurements.add(conn, **put, device=device, miniature=small, result={"calls": calls, "leak": None, "at": str(uuid4())})
            found = facts.of(conn, collection)
            assert found["4.5"].done is done and not found["4.6"].done


@pytest.mark.slow
def test_what_people_state_is_kept_with_their_name_and_facts_are_not_overruled(conn, collection):
    stating.start(conn, collection.id, MONDAY, off=[date(2026, 11, 17)], by="김리더")
    stating.tick(conn, collection.id, "1.1", done=True, note=" 서버 \x00확인 ", by="이개발")
    stating.name(conn, collection.id, "developer", "이 개발", by="김리더")
    stating.risk(conn, collection.id, "R2", status="handled", note="4-bit로", by="이개발")
    found = progress.of(conn, collection, today=date(2026, 11, 18))
    assert (found.start, found.off, found.day) == (MONDAY, (date(2026, 11, 17),), 2) and found.names["developer"] == "이 개발"
    first = found.tasks[0]
    assert (first.done, first.by, first.words) == (True, "이개발", "서버 확인")
    assert risks.stated(conn, collection.id)["R2"].status == "handled" and set(found.risks) == {"R2"}
    stating.tick(conn, collection.id, "1.1", done=False, by="이개발")
    assert not progress.of(conn, collection, today=MONDAY).tasks[0].done
    for refused, error in ((lambda: stating.tick(conn, collection.id, "1.7", done=True, by="나"), InputError),
                           (lambda: stating.tick(conn, collection.id, "9.9", done=True, by="나"), NotFoundError),
                           (lambda: stating.risk(conn, collection.id, "R8", status="gone", by="나"), NotFoundError),
                           (lambda: stating.risk(conn, collection.id, "R1", status="<b>", by="나"), InputError),
                           (lambda: stating.name(conn, collection.id, "boss", "나", by="나"), NotFoundError),
                           (lambda: stating.risk(conn, collection.id, "R1", status="gone", by=" "), InputError)):
        with pytest.raises(error):
            refused()


@pytest.mark.slow
def test_a_meeting_keeps_how_things_stood_when_it_was_held(conn, collection):
    snapshot = progress.as_json(progress.of(conn, collection, today=MONDAY))
    meetings.hold(conn, collection.id, "day2", on=date(2026, 11, 17), snapshot=snapshot, by="김리더")
    stating.tick(conn, collection.id, "1.1", done=True, by="나")
    meetings.write(conn, collection.id, "day2", minutes="데이터를 봤다\n다음은 라벨링", by="이개발")
    held = progress.of(conn, collection, today=MONDAY).meetings[0]
    assert held.held_on == date(2026, 11, 17) and held.minutes.endswith("라벨링") and held.by == "이개발"
    assert held.snapshot == json.loads(json.dumps(snapshot)) and held.snapshot["tasks"][0]["done"] is False
    with pytest.raises(InputError, match="이미"):
        meetings.hold(conn, collection.id, "day2", on=MONDAY, snapshot={}, by="나")
    with pytest.raises(InputError, match="아직 열지 않은"):
        meetings.write(conn, collection.id, "day5", minutes="", by="나")
    with pytest.raises(NotFoundError):
        meetings.hold(conn, collection.id, "day3", on=MONDAY, snapshot={}, by="나")


@pytest.mark.slow
def test_the_command_states_and_prints(collection, capsys):
    assert main(["plan", "--collection", collection.name, "--start", "2026-11-16", "--done", "1.1", "--risk", "R1=gone", "--by", "나",
                 "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["start"], told["of"], told["risks"][0]["status"], told["tasks"][0]["done"]) == ("2026-11-16", 32, "gone", True)
    assert main(["plan", "--collection", collection.name]) == 0
    out = capsys.readouterr().out
    assert re.search(r"M5\s+POC 완료\s+2026-11-27", out) and "Day 10 회의" in out
    assert main(["plan", "--collection", collection.name, "--start", "어제"]) == 1
    assert "날짜가 아닙니다" in capsys.readouterr().err
