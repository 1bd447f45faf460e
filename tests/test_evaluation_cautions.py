"""What must be read together with a verdict: thresholds moved after the first evaluation, queries left out, one rater a pair."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.evaluation.scenarios import GATE
from core.evaluation.verdict import cautions, gates
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
    told = evaluation(systems=("qwen3-vl",), scenarios=(GATE,))
    return replace(told, truth=replace(told.truth, rows=tuple(replace(row, raters=2) for row in told.truth.rows)))


def of(made, history=(), *, file=FILE):
    return cautions.of(made.truth, made.scenarios[GATE], file, history)


def test_nothing_is_said_where_nothing_is_to_be_said(made):
    assert of(made) == of(made, [seen(TEXT)]) == ()


def test_a_threshold_that_was_moved_after_results_were_seen_is_named_with_both_values(made, tmp_path):
    moved = tmp_path / "gates.toml"
    moved.write_text(TEXT.replace("threshold = 0.80", "threshold = 0.60"), encoding="utf-8")
    (told,) = of(made, [seen(TEXT)], file=gates.load(moved))
    assert "첫 평가(2026-11-20) 뒤에 바뀌었습니다(Top-5 Recall 80.0 % → 60.0 %)" in told
    # To evaluate once more does not make the moved one the one that was there first.
    assert of(made, [seen(TEXT), seen(moved.read_text(encoding="utf-8"))], file=gates.load(moved)) == (told,)
    assert of(made, [seen(TEXT), seen(moved.read_text(encoding="utf-8"))]) == ()


def test_another_content_without_another_threshold_is_named_and_other_words_are_not(made, tmp_path):
    other = tmp_path / "gates.toml"
    other.write_text(TEXT.replace("queries = 50 ", "queries = 30 "), encoding="utf-8")
    (told,) = of(made, [seen(TEXT)], file=gates.load(other))
    assert "기준값이 아닌 내용" in told
    other.write_text(TEXT.replace("# in the gate set", "# of the gate set"), encoding="utf-8")
    assert gates.load(other).sha256 != FILE.sha256 and of(made, [seen(TEXT)], file=gates.load(other)) == ()


@pytest.mark.parametrize(("left", "said"), [(15, False), (16, True)])
def test_many_queries_that_do_not_count_are_said(made, left, said):
    """60 count: 15 of 75 are the fifth that goes without saying."""
    gate_set = replace(made.scenarios[GATE], excluded={"쿼리가 바뀜": tuple(f"x{number}" for number in range(left))})
    told = of(replace(made, scenarios={GATE: gate_set}))
    assert bool(told) is said
    if told:
        assert "76개 가운데 16개(21 %)를 세지 않았습니다(쿼리가 바뀜 16개)" in told[0]


def test_grades_of_one_person_a_pair_are_said_and_one_pair_of_two_is_enough_to_measure(made):
    single = tuple(replace(row, raters=1) for row in made.truth.rows)
    (told,) = of(replace(made, truth=replace(made.truth, rows=single)))
    assert "한 사람씩만" in told and "측정 안 됨" in told
    assert of(replace(made, truth=replace(made.truth, rows=(made.truth.rows[0], *single[1:])))) == ()
    machine = tuple(replace(row, origin="constructed") for row in single)
    assert of(replace(made, truth=replace(made.truth, rows=machine))) == (), "that nobody graded is said as what it is"


@pytest.mark.slow
def test_the_first_evaluation_notes_the_file_and_the_decision_hears_of_another(database, tmp_path):
    with another(database) as house, house.connection() as conn:
        found = collections.ensure(conn, "gates")
        before = fingerprint(conn, found.id)
        seen_gates.note(conn, found.id, sha256=FILE.sha256, body=TEXT)
        seen_gates.note(conn, found.id, sha256=FILE.sha256, body=TEXT)
        assert [each.body for each in seen_gates.history(conn, found.id)] == [TEXT]
        assert fingerprint(conn, found.id) != before
        moved = tmp_path / "gates.toml"
        moved.write_text(TEXT.replace("threshold = 0.65", "threshold = 0.55"), encoding="utf-8")
        assert decision_for(conn, "gates").cautions == ()
        assert "MRR 0.650 → 0.550" in decision_for(conn, "gates", gate_file=moved).cautions[0]
