"""The meeting in core: its steps, what is kept for it, what each step says of made-up results."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.accounts.person import Person
from core.errors import ForbiddenError, InputError
from core.evaluation.comparisons import PlannedComparison
from core.evaluation.resampling import Difference
from core.evaluation.scenarios import GATE, SCENARIOS
from core.evaluation.verdict import gates
from core.labels.versions.truth import Truth
from core.meeting import bookmarks, messages, steps
from core.plan.risks import RISKS
from core.settings import PROJECT_DIR
from core.store import collections

DIFFERENCE = Difference(value=-0.0442, low=-0.09, high=-0.002, p=0.01, wins=1, ties=2, losses=3, queries=6)
COMPARED = PlannedComparison(scenario=SCENARIOS[GATE], a="qwen3-vl", b="kure+siglip@tuned", difference=DIFFERENCE, p_holm=0.03)
TRUTH = Truth(None, "0" * 64, 2, "", {"human": 3, "constructed": 2}, {"Q1": {"M-1": 3}, "Q2": {}}, {}, {}, ())


def test_the_steps_go_from_the_question_to_the_signature_and_each_has_its_notes():
    assert steps.NAMES == ("question", "data", "search", "measures", "hardware", "errors", "risks", "verdict", "sign")
    assert all(step.notes and step.minutes > 0 for step in steps.STEPS)
    assert steps.step("nothing of ours").name == "question" and steps.step("risks").title == "위험"


def test_a_comparison_is_kept_renamed_and_taken_out(conn, collection):
    bookmarks.keep(conn, collection.id, "?q=a", "하나", by="김선생")
    bookmarks.keep(conn, collection.id, "?q=b", " 둘 \n 셋 ", by="이선생")
    bookmarks.keep(conn, collection.id, "?q=a", "새 이름", by="박선생")
    assert [(each.address, each.title, each.by) for each in bookmarks.listing(conn, collection.id)] == [
        ("?q=a", "새 이름", "박선생"), ("?q=b", "둘 셋", "이선생")]
    bookmarks.leave(conn, collection.id, "?q=a", by="이선생")
    bookmarks.leave(conn, collection.id, "?q=a", by="이선생")
    bookmarks.leave(conn, collection.id, "?q=never", by="이선생")
    assert [each.address for each in bookmarks.listing(conn, collection.id)] == ["?q=b"]
    other = collections.ensure(conn, f"{collection.name}-other")
    assert bookmarks.listing(conn, other.id) == []


@pytest.mark.parametrize(("address", "title", "by"), [
    ("https://elsewhere.example/", "제목", "김선생"), ("//elsewhere", "제목", "김선생"), ("javascript:alert(1)", "제목", "김선생"),
    ("?q=a\nb", "제목", "김선생"), ("?" + "a" * 6000, "제목", "김선생"), ("", "제목", "김선생"),
    ("?q=a", "  ", "김선생"), ("?q=a", "가" * 121, "김선생"), ("?q=a", "제목", " "),
], ids=["elsewhere", "protocol", "script", "line", "long", "empty", "untitled", "long title", "nameless"])
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(conn, collection, address, title, by):
    with pytest.raises(InputError):
        bookmarks.keep(conn, collection.id, address, title, by=by)
    assert bookmarks.listing(conn, collection.id) == []


@pytest.mark.parametrize(("who", "demanded", "allowed"), [
    (Person("위원", "tf"), True, True), (Person("개발", "developer"), True, True), (Person("선임", "senior"), True, True),
    (Person("손님", "viewer"), False, False), (Person("라벨러", "rater"), True, False), (None, True, False), (None, False, True),
])
def test_who_may_keep_and_take_out(conn, collection, who, demanded, allowed):
    bookmarks.keep(conn, collection.id, "?q=there", "있던 것", by="김선생")
    for act in (lambda: bookmarks.keep(conn, collection.id, "?q=new", "새것", by="이름", who=who, demanded=demanded),
                lambda: bookmarks.leave(conn, collection.id, "?q=there", by="이름", who=who, demanded=demanded)):
        with nullcontext() if allowed else pytest.raises(ForbiddenError):
            act()
    assert [each.address for each in bookmarks.listing(conn, collection.id)] == (["?q=new"] if allowed else ["?q=there"])


def test_the_first_slide_counts_the_registered_conditions():
    file = gates.load()
    said = messages.question(file)
    assert "Go 조건 7개와 No-Go 조건 4개" in said and "A · Qwen3-VL" in said and "가중치" not in said


def test_grades_that_nobody_gave_are_not_called_people_s():
    assert messages.data(TRUTH, items=1200) == "문항 1,200개, 쿼리 2개에 등급 5개가 있고, 사람이 매긴 것은 3개입니다."
    assert messages.data(replace(TRUTH, origins={"human": 5}), items=1).endswith("모두 사람이 매겼습니다.")
    assert "정답은 아직 없습니다" in messages.data(replace(TRUTH, grades={}), items=1)


def test_a_difference_is_called_clear_only_where_the_planned_test_says_so():
    assert messages.measures(COMPARED, title="R@5") == "A의 R@5 값이 D보다 0.044 낮고, 차이가 뚜렷합니다."
    unclear = messages.measures(replace(COMPARED, p_holm=0.05), title="R@5")
    assert unclear == "A와 D의 R@5 차이는 −0.044이고, 뚜렷하지 않습니다."
    assert "돌리지 않았습니다" in messages.measures(replace(COMPARED, difference=None, missing="D를 돌리지 않았습니다."), title="R@5")


def gate(source: str, passed: bool | None, kind: str = "go"):
    return SimpleNamespace(source=source, passed=passed, kind=kind, title=source)


def test_a_missed_gate_of_the_machine_goes_before_one_without_evidence():
    good = [gate("latency", True), gate("vram", True), gate("stability", True)]
    assert "3개를 모두 충족" in messages.hardware([*good, gate("quality", False)])
    assert messages.hardware([gate("latency", True), gate("vram", None), gate("vram", None, "no-go")]) == (
        "하드웨어 기준 2개 가운데 1개는 판정에 쓸 근거가 없습니다: vram.")
    assert "latency이(가) 기준에 못 미칩니다" in messages.hardware([gate("latency", False), gate("vram", None)])


def case(kind: str, cause: str | None, against: str | None = "kure+siglip@tuned"):
    return SimpleNamespace(kind=kind, cause_shown=cause, against=against)


def test_error_cases_are_counted_and_the_commonest_cause_is_named():
    found = [case("missed", "unit"), case("lost", "figure"), case("lost", "figure"), case("lost", None)]
    assert messages.errors(found, queries=50) == (
        "쿼리 50개 가운데 1개에서 상위 10개에 정답이 없고, 3개에서 D보다 못합니다. 가장 많은 원인은 그림 무시(2건)입니다.")
    assert list(messages.causes(found).items()) == [("figure", 2), ("unit", 1)]
    assert messages.errors([], queries=50) == "쿼리 50개 모두 상위 10개에 정답이 있습니다."
    assert messages.errors([case("missed", None, None)], queries=2) == "쿼리 2개 가운데 1개에서 상위 10개에 정답이 없습니다."
    assert "아직" in messages.errors([], queries=0)


def test_risks_nobody_spoke_of_are_not_called_calm():
    assert messages.risks({}) == "위험 7가지의 지금을 아직 적지 않았습니다. 영향과 확률이 모두 높은 것은 R2입니다."
    said = {"R2": SimpleNamespace(status="happened"), "R5": SimpleNamespace(status="handled")}
    assert messages.risks(said) == "위험 7가지 가운데 지금 일어난 것은 R2입니다. 5가지는 아직 적지 않았습니다."
    assert messages.risks({risk.name: SimpleNamespace(status="watched") for risk in RISKS}).endswith("일어난 것은 없습니다.")


def test_who_has_not_signed_yet_is_named():
    decided = SimpleNamespace(choice="no_go")
    assert messages.signed(None, ()).startswith("결정을 적고")
    assert messages.signed(decided, ("developer",)) == "회의의 결정은 No-Go입니다. TF 리더, 콘텐츠 담당의 서명이 남았습니다."
    assert messages.signed(decided, ("developer", "tf_lead", "content_lead")).endswith("세 사람이 모두 서명했습니다.")


def test_an_undetermined_verdict_says_how_much_is_missing():
    open_ = SimpleNamespace(verdict="undetermined", invalid=("a", "b"), missing=("c",), title="판정 불가")
    assert "3가지 남았습니다" in messages.verdict(open_)
    assert messages.verdict(SimpleNamespace(verdict="go", invalid=(), missing=(), title="Go (경계)")).endswith("Go (경계)입니다.")


def test_the_guide_tells_the_steps_and_their_minutes():
    guide = (PROJECT_DIR / "docs" / "meeting.ko.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\d) ([^|]+?) \| [^|]+ \| (\d+)분 \|$", guide, re.MULTILINE)
    assert told == [(str(number), step.title, str(step.minutes)) for number, step in enumerate(steps.STEPS, start=1)]
