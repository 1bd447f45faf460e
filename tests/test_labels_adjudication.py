"""The rule for the final grade, and a senior's decisions above it."""

import json
from itertools import permutations

import pytest

from core.cli.main import main
from core.errors import InputError, NotFoundError
from core.labels.consensus import adjudication, final
from core.store import items, queries
from tests.label_data import Bank
from tests.test_store_items import new

PAIR = ("q01", "m-001")
NO = None


@pytest.fixture
def bank(conn, collection):
    return Bank(conn, collection)


def graded(bank):
    return {(each.query_id, each.item_id): (each.grade, each.origin, each.rule, each.raters)
            for each in final.grades(bank.conn, bank.collection.id)}


@pytest.mark.parametrize(("said", "expected"), [
    ([2], (2, "single", 1)),
    ([2, 2], (2, "agreed", 2)),
    ([0, 0, 0], (0, "agreed", 3)),
    ([1, 2], (1, "median", 2)),
    ([0, 3], (0, "median", 2)),
    ([0, 2, 3], (2, "median", 3)),
    ([3, 3, 0], (3, "median", 3)),
    ([0, 1, 2, 3], (1, "median", 4)),
    ([NO, 2], (2, "single", 1)),
    ([NO, 2, 3], (2, "median", 2)),
    ([NO, NO, 2], None),
    ([NO], None),
])
def test_the_rule_whoever_said_what_first(bank, said, expected):
    for number, order in enumerate(sorted(set(permutations(said), ), key=repr)[:6], start=1):
        pair = (f"q{number:02d}", "m-001")
        for rater, grade in zip("ABCD", order, strict=False):
            bank.say(rater, *pair, grade, unrateable=grade is NO)
        found = graded(bank).get(pair)
        assert found == (None if expected is None else (expected[0], "human", *expected[1:])), order


def test_people_come_before_what_was_constructed_and_that_before_a_model(bank):
    bank.say("model", *PAIR, 3, origin="model")
    assert graded(bank) == {PAIR: (3, "model", "single", 1)}
    bank.say("import:constructed", *PAIR, 2, origin="constructed")
    assert graded(bank) == {PAIR: (2, "constructed", "single", 1)}
    bank.say("가람", *PAIR, 0)
    assert graded(bank) == {PAIR: (0, "human", "single", 1)}
    bank.say("가람", *PAIR, None, unrateable=True)
    assert graded(bank) == {}, "what a person cannot rate, a constructed grade does not bring back"
    bank.say("가람", *PAIR, None)
    assert graded(bank) == {PAIR: (2, "constructed", "single", 1)}, "withdrawn: as if nothing had been said"


def test_only_what_holds_for_query_and_item_as_they_are_now_counts(bank):
    bank.say("가람", *PAIR, 3)
    bank.say("가람", "q02", "m-002", 1)
    bank.say("가람", "q03", "m-003", 2)
    for what in ({"blinded": False}, {"purpose": "repeat"}, {"purpose": "calibration"}):
        bank.say("나래", *PAIR, 0, **what)
    assert set(graded(bank).values()) == {(3, "human", "single", 1), (1, "human", "single", 1), (2, "human", "single", 1)}
    queries.put(bank.conn, bank.collection.id, query_id="q01", text="다른 글", query_type="natural_language", origin="human")
    items.upsert(bank.conn, bank.collection.id, [new(2, content_hash="edited")])
    queries.put(bank.conn, bank.collection.id, query_id="q03", text="찾는 글 3", query_type="natural_language", origin="human",
                retired=True)
    assert graded(bank) == {}


def test_a_query_that_is_an_item_is_another_one_when_that_item_changes(bank):
    asked = queries.put(bank.conn, bank.collection.id, query_id="q-item", source_item_id="m-005", query_type="similar_item",
                        origin="human")
    bank.queries["q-item"] = asked.content_hash
    bank.say("가람", "q-item", "m-006", 3)
    bank.say("나래", "q-item", "m-006", 1)
    assert graded(bank) == {("q-item", "m-006"): (1, "human", "median", 2)}
    items.upsert(bank.conn, bank.collection.id, [new(5, content_hash="edited")])
    assert graded(bank) == {} and adjudication.cases(bank.conn, bank.collection.id) == []


def test_cases_are_the_pairs_that_raters_judged_differently_widest_first(bank):
    for pair, said in {PAIR: [1, 2], ("q01", "m-002"): [0, 3], ("q02", "m-001"): [2, 2], ("q03", "m-001"): [1, NO],
                       ("q04", "m-001"): [NO, NO], ("q05", "m-001"): [3]}.items():
        for rater, grade in zip(("가람", "나래"), said, strict=False):
            bank.say(rater, *pair, grade, unrateable=grade is NO, note=f"{rater}의 까닭")
    bank.say("가람", "q06", "m-001", 3, origin="constructed")
    bank.say("나래", "q06", "m-001", 0, origin="constructed")
    found = adjudication.cases(bank.conn, bank.collection.id, by="가람")
    assert [(case.query_id, case.item_id, case.spread, case.mixed) for case in found] == [
        ("q03", "m-001", 0, True), ("q01", "m-002", 3, False), ("q01", "m-001", 1, False)]
    assert [opinion.alias for opinion in found[1].opinions] == ["라벨러 1", "라벨러 2"]
    assert sorted(opinion.grade for opinion in found[1].opinions) == [0, 3] and found[1].provisional.grade == 0
    assert all(case.own for case in found)
    assert "가람" not in repr([(opinion.alias, opinion.rater) for case in found for opinion in case.opinions])
    named = adjudication.cases(bank.conn, bank.collection.id, named=True, by="다온")
    assert {opinion.rater for opinion in named[0].opinions} == {"가람", "나래"} and not named[0].own


def test_the_first_rater_is_not_always_the_same_person(bank):
    for query in bank.queries:
        bank.say("가람", query, "m-001", 0)
        bank.say("나래", query, "m-001", 1)
    named = adjudication.cases(bank.conn, bank.collection.id, named=True)
    assert {case.opinions[0].rater for case in named} == {"가람", "나래"}
    assert adjudication.cases(bank.conn, bank.collection.id, named=True) == named


@pytest.fixture
def case(bank):
    bank.say("가람", *PAIR, 0)
    bank.say("나래", *PAIR, 3, note="같은 유형")
    (found,) = adjudication.cases(bank.conn, bank.collection.id)
    return found


def test_a_decision_stands_above_the_rule_and_can_be_changed_and_taken_back(bank, case):
    cases, pair = (lambda **what: adjudication.cases(bank.conn, bank.collection.id, **what)), PAIR
    assert graded(bank)[pair] == (0, "human", "median", 2)
    made = adjudication.decide(bank.conn, case, 2, "유형은 같고 수가 다름", "선임")
    assert adjudication.decide(bank.conn, case, 2, "유형은 같고 수가 다름", "선임") == made, "pressed twice"
    assert graded(bank)[pair] == (2, "human", "adjudicated", 2)
    (decided,) = cases(decided=True)
    assert cases() == [] and decided.decision == made and decided.provisional.grade == 0
    adjudication.decide(bank.conn, decided, None, "그림이 잘못됨", "다른 선임")
    assert graded(bank) == {}
    (decided,) = cases(decided=True)
    assert decided.decision.unrateable and decided.decision.rater == "다른 선임"
    adjudication.withdraw(bank.conn, decided, "선임")
    assert graded(bank)[pair] == (0, "human", "median", 2), "no earlier decision comes back"
    assert [found.decision for found in cases()] == [None]


def test_a_decision_on_something_else_than_was_seen_is_refused(bank, case):
    adjudication.decide(bank.conn, case, 1, "", "선임")
    with pytest.raises(InputError, match="다른 사람이"):
        adjudication.decide(bank.conn, case, 2, "", "다른 선임")
    (seen,) = adjudication.cases(bank.conn, bank.collection.id, decided=True)
    bank.say("가람", *PAIR, 1)
    with pytest.raises(InputError, match="바뀌었습니다"):
        adjudication.decide(bank.conn, seen, 2, "", "선임")
    bank.say("가람", *PAIR, 3)
    with pytest.raises(NotFoundError, match="갈린 판정이 없습니다"):
        adjudication.withdraw(bank.conn, seen, "선임")
    assert graded(bank)[PAIR] == (1, "human", "adjudicated", 2)


@pytest.mark.parametrize(("grade", "by", "note"), [(4, "선임", ""), (1, "  ", ""), (1, "선임", "가" * 2001)])
def test_what_cannot_be_a_decision_is_refused(bank, case, grade, by, note):
    with pytest.raises(InputError):
        adjudication.decide(bank.conn, case, grade, note, by)
    assert graded(bank)[PAIR] == (0, "human", "median", 2)


def test_the_same_from_the_command_line(bank, case, capsys):
    words = ("--collection", bank.collection.name)
    assert main(["labels", "adjudicate", "list", *words]) == 0
    out, err = capsys.readouterr()
    assert "라벨러 1" in out and "가람" not in out and "중앙값" in err
    assert main(["labels", "adjudicate", "decide", *PAIR, "3", "--by", "선임", *words]) == 0
    assert main(["labels", "agreement", *words]) == 0
    out, err = capsys.readouterr()
    assert "전체" in out and "가람" in out and "측정 안 됨" in out
    assert graded(bank)[PAIR] == (3, "human", "adjudicated", 2)
    assert main(["labels", "adjudicate", "list", "--decided", "--names", "--json", *words]) == 0
    (told,) = json.loads(capsys.readouterr().out)["cases"]
    assert {opinion["rater"]: opinion["grade"] for opinion in told["opinions"]} == {"가람": 0, "나래": 3}
    assert (told["decision"]["grade"], told["decision"]["by"], told["provisional"]) == (3, "선임", 0)
    assert main(["labels", "agreement", "--json", *words]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["pairs"][0]["raters"] == ["가람", "나래"] and measured["disagreements"][0]["spread"] == 3
    assert main(["labels", "agreement", "--round", "999999", *words]) == 1
    assert main(["labels", "adjudicate", "decide", "q09", "m-001", "3", "--by", "선임", *words]) == 1
