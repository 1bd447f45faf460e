"""Error cases: which queries are ones, what may have caused them, what staff says of them."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from core.errors import InputError
from core.evaluation.analysis import cases, causes
from core.evaluation.analysis.causes import Seen
from core.evaluation.results import Evaluation, ScoredQuery
from core.evaluation.scenarios import GATE, TUNED
from core.items.record import Item
from core.store import error_cases, items, queries
from core.store.queries import QueryRevision
from tests import evaluation_data
from tests.test_evaluation_slices import scored
from tests.test_store_items import new

A, D = "qwen3-vl", "kure+siglip"
FILL = [f"m-{number:03d}" for number in range(21, 31)]
"""Ten items that nobody judged."""


def item(number: int, *, unit: str = "확률", text: str = "주사위를 던지는 문제", picture: bool = False, concept: str = "") -> Item:
    return Item(f"m-{number:03d}", "수학", "중2", unit, "객관식", "중", text, ("a.png",) if picture else (),
                metadata={"concept": concept} if concept else {})


def seen(*, text: str = "주사위 두 개를 던져서 나오는 눈의 수의 합에 대한 문제", picture: bool = False, typed: bool = True,
         wanted: list[Item], got: list[Item | tuple[Item, int | None]], found: int = 0, unlisted_zero: bool = False) -> Seen:
    """``found``: how many of the wanted, from the first, are among the first ten."""
    graded = [each if isinstance(each, tuple) else (each, 0) for each in got]
    return Seen(text, picture, typed, wanted, wanted[found:], graded, unlisted_zero)


def told(*args, **rest) -> dict[str, str]:
    return {suggestion.cause: suggestion.why for suggestion in causes.suggest(seen(*args, **rest))}


def test_a_unit_is_confused_from_half_of_what_was_got():
    here, there = [item(n) for n in (1, 2)], [item(n, unit="일차함수") for n in (3, 4)]
    assert "2개" in told(wanted=here[:1], got=[*there, here[1], here[1]])["unit"] and "일차함수" in told(wanted=here[:1], got=there)["unit"]
    assert "unit" not in told(wanted=here[:1], got=[there[0], here[1], here[1]])


@pytest.mark.parametrize("query, wanted, got, expected", [
    ("공 3개를 꺼낼 때의 확률을 구하여라", "공 7개를 꺼낼 때의 확률을 구하여라", "직선의 기울기", "못 찾은 정답 m-001"),
    ("공 3개를 꺼낼 때의 확률을 구하여라", "카드를 뽑는 경우의 수", "공 7개를 꺼낼 때의 확률을 구하여라", "m-002은(는) 쿼리와"),
    ("카드 문제를 찾는 글", "공 3개를 꺼낼 때의 확률을 구하여라", "공 7개를 꺼낼 때의 확률을 구하여라", "정답 m-001와(과) 숫자만"),
    ("공 3개를 꺼낼 때의 확률을 구하여라", "공 3개를 꺼낼 때의 확률을 구하여라", "직선의 기울기", ""),
    ("공 3개를 꺼낼 때의 확률을 구하여라", "바둑돌 7개를 늘어놓는 가짓수", "직선의 기울기", ""),
])
def test_texts_that_are_one_but_for_their_numbers(query, wanted, got, expected):
    why = told(text=query, wanted=[item(1, text=wanted)], got=[item(2, text=got)]).get("numbers", "")
    assert expected in why and bool(why) == bool(expected)


def test_a_figure_is_ignored_where_most_of_what_was_got_has_none():
    wanted, bare, drawn = [item(1, picture=True)], item(2), item(3, picture=True)
    assert "2개" in told(picture=True, wanted=wanted, got=[bare, bare, drawn])["figure"]
    assert "figure" not in told(picture=True, wanted=wanted, got=[bare, drawn, drawn])
    assert "figure" not in told(picture=False, wanted=wanted, got=[bare, bare])
    assert "figure" not in told(picture=True, wanted=[item(1)], got=[bare, bare])


def test_a_figure_is_ignored_where_the_first_five_follow_the_words():
    wanted = [item(1, picture=True, text="도형의 넓이")]
    near = [item(n, picture=True, text="주사위 두 개를 던져서 나오는 눈의 수의 곱") for n in range(2, 7)]
    far = item(9, picture=True, text="넓이")
    assert "낱말" in told(picture=True, wanted=wanted, got=[*near, far])["figure"]
    assert "figure" not in told(picture=True, wanted=wanted, got=[*near[:4], far, near[4]])


def test_formulas_are_missed_or_written_otherwise():
    formula, words = item(1, text="$x^2-4x+3=0$의 해"), item(2, text="글로만 된 문제")
    assert "수식이 없습니다" in told(wanted=[formula], got=[words, words])["formula"]
    assert "formula" not in told(wanted=[formula], got=[formula, formula, words])
    typed = {"text": "x^2-4x+3=0 의 해를 구하는 문제", "wanted": [formula], "got": [formula]}
    assert "LaTeX" in told(**typed)["formula"]
    assert "formula" not in told(**typed, found=1), "the wanted item was found"
    assert "formula" not in told(**typed | {"text": "$x^2-4x+3=0$의 해"}) and "formula" not in told(**typed, typed=False)


def test_a_query_is_vague_by_its_words_not_by_what_stands_for_an_item():
    got = [item(n, unit=unit) for n, unit in enumerate(("확률", "일차함수", "수와 식", "부등식과 방정식"))]
    assert "흩어져" in told(text="확률 문제 찾아줘", wanted=[item(9)], got=got)["vague"]
    assert "흩어져" not in told(text="확률 문제", wanted=[item(9)], got=got[:3])["vague"]
    for other in ({"text": "두 주머니에서 공을 하나씩 꺼내는 확률"}, {"typed": False}, {"picture": True}):
        assert "vague" not in told(**{"text": "확률 문제"} | other, wanted=[item(9)], got=got)


def test_unjudged_items_are_named_where_they_could_be_relevant():
    wanted, near, far = [item(1, concept="경우의 수")], item(2, concept="경우의 수"), item(3, concept="확률의 뜻")
    assert "1개" in told(wanted=wanted, got=[(near, None), (far, None), (near, 0)])["unjudged"]
    assert "unjudged" not in told(wanted=wanted, got=[(far, None)])
    assert "unjudged" not in told(wanted=wanted, got=[(near, None)], unlisted_zero=True)
    assert "단원" in told(wanted=[item(1)], got=[(item(2), None)])["unjudged"]


def test_the_strongest_sign_stands_first_and_nothing_says_nothing():
    wanted, got = [item(1)], [(item(2, unit="일차함수"), 0)] * 6 + [(item(3), None)] * 4
    assert [each.cause for each in causes.suggest(seen(wanted=wanted, got=got))] == ["unit", "unjudged"]
    assert causes.suggest(seen(wanted=wanted, got=[])) == causes.suggest(seen(wanted=[], got=got)) == ()


@pytest.fixture
def evaluated(conn, collection) -> Evaluation:
    """Four queries that want m-001 (3) and m-002 (2): missed, lost in recall, lost in order alone, and won by A."""
    items.upsert(conn, collection.id, [new(number) for number in range(1, 31)])
    grades = {"m-001": 3, "m-002": 2, "m-003": 1, "m-004": 0}
    asked = [ScoredQuery(queries.put(conn, collection.id, query_id=f"q{n}", text=f"찾는 글 {n}", query_type="natural_language",
                                     origin="human"), f"g{n}", {}, grades, 2, 29) for n in range(4)]
    mine = [[*FILL, "m-001"], ["m-001", *FILL[:8], "m-002"], ["m-002", "m-001", *FILL], ["m-001", "m-002", *FILL]]
    its = [["m-001", *FILL], ["m-001", "m-002", *FILL], ["m-001", "m-002", *FILL], [*FILL, "m-001"]]
    result = scored(asked, **{A: mine, D: its})
    found = evaluation_data.evaluation(queries=4)
    return replace(found, collection_id=collection.id, scenarios=found.scenarios | {GATE: result})


def test_cases_are_the_missed_and_the_lost_the_worst_first(conn, evaluated):
    found = cases.of(conn, evaluated)
    assert [(case.query.query_id, case.kind) for case in found] == [("q0", "missed"), ("q1", "lost"), ("q2", "lost")]
    missed, lost, _ = found
    assert [(each.item_id, each.grade, each.rank, each.rank_against) for each in missed.wanted] == [
        ("m-001", 3, 11, 1), ("m-002", 2, None, None)]
    assert [(each.item_id, each.grade, each.rank) for each in missed.got] == [(name, None, n) for n, name in enumerate(FILL, start=1)]
    assert missed.values["cR@5"] == 0 and missed.values_against["cR@5"] == 0.5 and missed.against == D
    assert "10개" in missed.suggested[0].why and "4개" in lost.suggested[0].why, "of a lost query, the first five without the one found"
    assert [each.rank for each in lost.wanted] == [1, 10] and lost.got[0].item.item.id == "m-001" and lost.got[0].grade == 3


@pytest.mark.parametrize("scenario, expected", [(GATE, {"figure"}), ("S1", {"vague"}), ("S3", {"figure"})])
def test_a_cause_is_looked_for_in_the_part_that_the_scenario_searches_with(conn, collection, scenario, expected):
    items.upsert(conn, collection.id, [new(n, images=("a.png",) if n == 1 else ()) for n in range(1, 31)])
    query = QueryRevision("q", 1, "확률 문제", "f" * 64, None, "text_image", "human", "h", False)
    asked = ScoredQuery(query, "g", {}, {"m-001": 3, **dict.fromkeys(FILL, 0)}, 1, 29)
    result = scored([asked], scenario=scenario, **{A: [[*FILL, "m-001"]]})
    found = replace(evaluation_data.evaluation(queries=1), collection_id=collection.id, scenarios={scenario: result})
    (case,) = cases.of(conn, found, scenario=scenario)
    assert {each.cause for each in case.suggested} == expected


def test_without_the_other_system_only_missed_queries_are_cases(conn, evaluated):
    for nobody in ("siglip", A):
        (case,) = cases.of(conn, evaluated, against=nobody)
        assert (case.query.query_id, case.against, dict(case.values_against)) == ("q0", None, {})
        assert {each.rank_against for each in case.wanted} == {None}
    with pytest.raises(ValueError):
        cases.of(conn, evaluated, system="siglip")


def test_d_is_the_tuned_one_where_there_is_one(conn, collection):
    found = replace(evaluation_data.evaluation(queries=30), collection_id=collection.id)
    told = cases.of(conn, found, system="kure-v1")
    assert told and {case.against for case in told} == {TUNED}
    assert told[0].got[0].item is None and told[0].suggested == (), "the collection has no such items (any more)"
    assert {case.system for case in cases.of(conn, found, system=D, against=A)} == {TUNED}


def test_the_last_word_counts_and_all_stay(conn, evaluated):
    case = cases.of(conn, evaluated)[0]
    assert (case.cause, case.note, case.by, case.at) == (None, "", "", None)
    cases.say(conn, evaluated, case, cause="figure", note=" 그림을 안 봄 ", by="김콘텐츠")
    cases.say(conn, evaluated, case, cause="other", note="발문이 다름", by="이콘텐츠")
    now, *others = cases.of(conn, evaluated)
    assert (now.cause, now.cause_shown, now.note, now.by) == ("other", "other", "발문이 다름", "이콘텐츠") and now.at is not None
    assert all(each.cause is None for each in others)
    cases.say(conn, evaluated, case, cause="", note="다시 보기", by="이콘텐츠")
    now = cases.of(conn, evaluated)[0]
    assert now.cause is None and now.note == "다시 보기" and now.cause_shown == (now.suggested[0].cause if now.suggested else None)
    said = error_cases.history(conn, evaluated.collection_id, scenario=GATE, system=A, query_id="q0")
    assert [(each.cause, each.note) for each in said] == [("figure", "그림을 안 봄"), ("other", "발문이 다름"), ("", "다시 보기")]


def test_an_edited_query_starts_without_a_word_and_other_systems_have_their_own(conn, evaluated):
    case = cases.of(conn, evaluated)[0]
    cases.say(conn, evaluated, case, cause="vague", note="", by="김콘텐츠")
    result = evaluated.scenarios[GATE]
    changed = replace(case.query, query=replace(case.query.query, content_hash="other"))
    edited = replace(evaluated, scenarios={GATE: replace(result, queries=(changed, *result.queries[1:]))})
    assert cases.of(conn, edited)[0].cause is None
    assert error_cases.latest(conn, evaluated.collection_id, scenario=GATE, system=D) == {}
    assert error_cases.latest(conn, evaluated.collection_id, scenario="S1", system=A) == {}


def test_what_staff_says_is_checked_and_never_changed(conn, evaluated):
    case = cases.of(conn, evaluated)[0]
    for wrong, words in (({"cause": "moon"}, "moon"), ({"note": "가" * 2001}, "2,001"), ({"by": "  "}, "이름")):
        with pytest.raises(InputError, match=words):
            cases.say(conn, evaluated, case, **{"cause": "unit", "note": "", "by": "김콘텐츠"} | wrong)
    cases.say(conn, evaluated, case, cause="unit", note="", by="김콘텐츠")
    for statement in ("UPDATE error_case_events SET note = 'x'", "DELETE FROM error_case_events"):
        with pytest.raises(psycopg.Error), conn.transaction():
            conn.execute(statement)
