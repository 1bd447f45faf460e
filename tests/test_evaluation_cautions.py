"""What must be read together with a verdict: gates that were moved, queries left out, answers and raters that are too much alike."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluation.scenarios import GATE, TUNED
from core.evaluation.verdict import cautions, gates
from core.evaluation.verdict.background import Background
from core.evaluation.verdict.load import decision_for, fingerprint
from core.store import collections, seen_gates
from core.store.seen_gates import SeenGates
from tests.evaluation_data import evaluation
from tests.fixtures_store import another

FILE = gates.load()
TEXT = FILE.path.read_text(encoding="utf-8")


def seen(text: str) -> SeenGates:
    return SeenGates(hashlib.sha256(text.encode()).hexdigest(), text, datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.fixture(scope="module")
def made():
    """Everything is judged, by two people each."""
    told = evaluation(systems=("qwen3-vl", TUNED), scenarios=(GATE,))
    return replace(told, truth=replace(told.truth, rows=tuple(replace(row, raters=2) for row in told.truth.rows)))


def of(made, history=(), *, file=FILE, **background):
    gate_set = made.scenarios[GATE]
    return cautions.of(made.truth, gate_set, file, Background(seen=tuple(history), **background), subject=gate_set.systems[0])


def edited(folder, *changes):
    """Write the shipped gate file with other words in it."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return gates.load(path)


def test_nothing_is_said_where_nothing_is_to_be_said(made):
    assert of(made) == of(made, [seen(TEXT)]) == ()


def test_a_threshold_that_was_moved_after_results_were_seen_is_named_with_both_values(made, tmp_path):
    moved = edited(tmp_path, ("threshold = 0.80", "threshold = 0.60"))
    plan, told = of(made, [seen(TEXT)], file=moved)
    assert "첫 평가(2026-11-20) 뒤에 바뀌었습니다(Top-5 Recall 80.0 % → 60.0 %)" in told
    assert "계획서(2.2)와 다릅니다(Top-5 Recall 80.0 % → 60.0 %)" in plan
    # To evaluate once more does not make the moved one the one that was there first.
    assert of(made, [seen(TEXT), seen(moved.path.read_text(encoding="utf-8"))], file=moved) == (plan, told)
    assert of(made, [seen(TEXT), seen(moved.path.read_text(encoding="utf-8"))]) == ()


@pytest.mark.parametrize(("old", "new", "told"), [
    ("threshold = 0.80", "threshold = 0.60", "Top-5 Recall 80.0 % → 60.0 %"),
    ('measure = "cR@10"', 'measure = "Success@10"', "Top-10 Recall의 지표 cR@10 → Success@10"),
    ('"RTX 2070 SUPER"', '"H100"', "카드 RTX 2070 SUPER → H100"),
    ('system = "kure+siglip@tuned"', 'system = "siglip"', "견줄 시스템 kure+siglip@tuned → siglip")])
def test_gates_that_are_not_the_plans_are_said_of_a_collection_without_a_past(made, tmp_path, old, new, told):
    """The items imported once more have seen no gate file; the plan's table stands in the code as well."""
    (said,) = of(made, file=edited(tmp_path, (old, new)))
    assert f"계획서(2.2)와 다릅니다({told})" in said


@pytest.mark.parametrize(("old", "new", "told"), [
    ("queries = 50 ", "queries = 30 ", "근거의 최소 조건 쿼리 수 50 → 30"),
    ("groups = 20", "groups = 6", "근거의 최소 조건 문항군 수 20 → 6"),
    ('precision = "nf4"\n', 'precision = "fp16"\n', "판정 대상 정밀도 nf4 → fp16")])
def test_what_else_was_moved_is_named_and_other_words_are_not(made, tmp_path, old, new, told):
    (said,) = of(made, [seen(TEXT)], file=edited(tmp_path, (old, new)))
    assert f"뒤에 바뀌었습니다({told})" in said
    words = edited(tmp_path, ("# in the gate set", "# of the gate set"))
    assert words.sha256 != FILE.sha256 and of(made, [seen(TEXT)], file=words) == ()


@pytest.mark.parametrize(("left", "said"), [(15, False), (16, True)])
def test_many_queries_that_do_not_count_are_said(made, left, said):
    """60 count: 15 of 75 are the fifth that goes without saying."""
    gate_set = replace(made.scenarios[GATE], excluded={"쿼리가 바뀜": tuple(f"x{number}" for number in range(left))})
    told = of(replace(made, scenarios={GATE: gate_set}))
    assert bool(told) is said
    if told:
        assert "76개 가운데 16개(21 %)를 세지 않았습니다(쿼리가 바뀜 16개)" in told[0]


def test_queries_taken_out_before_the_freeze_are_left_out_all_the_same(made):
    gate_set = replace(made.scenarios[GATE], excluded={"쿼리가 바뀜": ("x1", "x2")})
    told = replace(made, scenarios={GATE: gate_set})
    assert of(told, dropped=frozenset(f"y{number}" for number in range(13))) == ()
    (said,) = of(told, dropped=frozenset(f"y{number}" for number in range(40)))
    assert "102개 가운데 42개(41 %)" in said and "정답에서 빠진 쿼리 40개" in said


@pytest.mark.parametrize(("number", "said"), [(12, False), (13, True)])
def test_queries_that_were_written_anew_after_they_had_been_judged_are_said(made, number, said):
    """12 of 60 are a fifth; one that does not count is none of them."""
    ids = [query.query_id for query in made.scenarios[GATE].queries]
    told = of(made, rewritten=frozenset([*ids[:number], "elsewhere"]))
    assert bool(told) is said and all("60개 가운데 13개" in each for each in told)


def test_grades_that_nobody_was_asked_for_are_counted(made):
    pairs = [(row.query_id, row.item_id) for row in made.truth.rows]
    (said,) = of(made, unasked=frozenset(pairs[:7]))
    assert f"등급 {len(pairs):,}쌍 가운데 7쌍(" in said and "파일" in said
    machine = replace(made.truth, rows=tuple(replace(row, origin="constructed") for row in made.truth.rows))
    assert of(replace(made, truth=machine), unasked=frozenset(pairs)) == ()


def test_answers_that_are_the_judged_systems_own_first_places_are_said_whoever_gave_them(made):
    """Whatever name stands under the grades: these are A's lists. D, beside it, has others."""
    strong = evaluation(systems=("qwen3-vl", TUNED), scenarios=(GATE,), strengths={"qwen3-vl": 99.0})
    strong = replace(strong, truth=replace(strong.truth, rows=made.truth.rows))
    (said,) = of(strong)
    assert "60개 가운데 60개에서 정답이 A" in said and "(견줄 시스템은 2개)" in said
    assert of(made) == (), "a good system has some of them on top, not all"


def test_queries_that_ask_one_thing_count_once(made):
    """60 in 6 wordings, each with its answers; nobody named their families."""
    gate_set = made.scenarios[GATE]
    first = gate_set.queries[:6]
    same = tuple(replace(query, grades=first[number % 6].grades) for number, query in enumerate(gate_set.queries))
    (said,) = of(replace(made, scenarios={GATE: replace(gate_set, queries=same)}))
    assert "60개 가운데 서로 다른 것은 6개뿐" in said
    words = tuple(replace(query, query=replace(query.query, text=f"물음 {number % 6} !" + " " * (number // 6), image_hash=None))
                  for number, query in enumerate(gate_set.queries))
    assert "6개뿐" in of(replace(made, scenarios={GATE: replace(gate_set, queries=words)}))[0]
    figures = tuple(replace(query, query=replace(query.query, text="그림에서 x의 값은?", image_hash=f"{number:064x}"))
                    for number, query in enumerate(gate_set.queries))
    assert of(replace(made, scenarios={GATE: replace(gate_set, queries=figures)})) == ()


def version(made, number, relevant_from=2):
    return replace(made.truth.version, id=100 + number, number=number, relevant_from=relevant_from)


def test_a_version_chosen_among_several_and_another_line_for_relevant_are_said(made):
    second = replace(made, truth=replace(made.truth, version=version(made, 2)))
    assert of(second, others=(version(made, 1),)) == ()
    (said,) = of(second, others=(version(made, 1, relevant_from=3),))
    assert "버전 1: 3 이상 → 버전 2: 2 이상" in said
    (said,) = of(second, others=(version(made, 1), version(made, 3)))
    assert "마지막 정답 버전(3)이 아니라 버전 2" in said


@pytest.mark.parametrize(("revision", "said"), [
    ("9f2f7e710d6d81056aa5c0a4f04764fec6bb7bda", False), ("9f2f7e710d6d81056aa5c0a4f04764fec6bb7bda+0a1b2c3d4e5f", True),
    ("folder-0123456789ab", True), ("", True)])
def test_a_checkpoint_that_is_not_the_pinned_one_is_said(made, revision, said):
    run = made.scenarios[GATE].systems[0]
    run = replace(run, config=dict(run.config) | {"sets": [dict(run.config["sets"][0]) | {"revision": revision}]})
    told = cautions.of(made.truth, made.scenarios[GATE], FILE, subject=run)
    assert bool(told) is said and all("qwen3-vl-embedding-2b: 9f2f7e710d6d → " in each for each in told)
    assert cautions.of(made.truth, made.scenarios[GATE], FILE, subject=replace(run, miniature=True)) == ()


def test_a_sample_that_is_not_the_frozen_one_is_said(made):
    at = datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert of(made, frozen_at=at) == ()
    (said,) = of(made, frozen_at=at, drifted=4)
    assert "굳힌(2026-11-18) 뒤에 문항 4개" in said


def test_grades_of_one_person_a_pair_are_said_and_one_pair_of_two_is_enough_to_measure(made):
    single = tuple(replace(row, raters=1) for row in made.truth.rows)
    (told,) = of(replace(made, truth=replace(made.truth, rows=single)))
    assert "한 사람씩만" in told and "측정 안 됨" in told
    assert of(replace(made, truth=replace(made.truth, rows=(made.truth.rows[0], *single[1:])))) == ()
    machine = tuple(replace(row, origin="constructed") for row in single)
    assert of(replace(made, truth=replace(made.truth, rows=machine))) == (), "that nobody graded is said as what it is"


@pytest.mark.parametrize(("number", "apart", "said"), [(49, 0, False), (50, 0, True), (50, 1, False)])
def test_raters_who_never_differ_are_said(made, number, apart, said):
    """One grade they differed in is enough; fewer than fifty pairs in common say nothing."""
    rows = tuple(replace(row, raters=1 + (place < number), rule="median" if place < apart else "agreed")
                 for place, row in enumerate(made.truth.rows))
    told = of(replace(made, truth=replace(made.truth, rows=rows)))
    assert bool(told) is said and all("50쌍에서 등급이 한 번도 갈리지" in each for each in told)


def test_decisions_where_there_was_nothing_to_decide_are_said(made):
    """A senior's word stands above every grade."""
    rows = [replace(row, rule="adjudicated", raters=1) if place < 30 else row for place, row in enumerate(made.truth.rows)]
    (said,) = of(replace(made, truth=replace(made.truth, rows=tuple(rows))))
    assert "30쌍 가운데 30쌍은 두 사람이" in said
    rows = [replace(row, raters=2) if place < 15 else row for place, row in enumerate(rows)]
    assert of(replace(made, truth=replace(made.truth, rows=tuple(rows)))) == ()


@pytest.mark.slow
def test_the_first_evaluation_notes_the_file_and_the_decision_hears_of_another(database, tmp_path):
    with another(database) as house, house.connection() as conn:
        found = collections.ensure(conn, "gates")
        before = fingerprint(conn, found.id)
        seen_gates.note(conn, found.id, sha256=FILE.sha256, body=TEXT)
        seen_gates.note(conn, found.id, sha256=FILE.sha256, body=TEXT)
        assert [each.body for each in seen_gates.history(conn, found.id)] == [TEXT]
        assert fingerprint(conn, found.id) != before
        moved = edited(tmp_path, ("threshold = 0.65", "threshold = 0.55"))
        assert decision_for(conn, "gates").cautions == ()
        assert ["MRR 0.650 → 0.550" in each for each in decision_for(conn, "gates", gate_file=moved.path).cautions] == [True, True]
