"""D's weight chosen by labels: folds that keep groups together, a choice that never sees what it is scored on, a derived run."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation import assembling
from core.evaluation.execution import evaluating, folds, plan, tuning
from core.evaluation.results import ScoredQuery
from core.evaluation.scenarios import TUNED
from core.labels.versions import truth as truths
from core.search import run_choice, running
from core.store import items, run_lists, runs
from core.store.queries import QueryRevision
from tests.scenario_bank import fill, judge
from tests.stored_engine import FakeEngine
from tests.test_store_items import new

pytestmark = pytest.mark.slow

GRADES = {"text": {"m-001": 3, "m-002": 2, "m-008": 0}, "both": {"m-007": 3}, "image": {"m-009": 2}, "item": {"m-001": 2, "m-005": 1},
          "item-plain": {"m-002": 3}, "written": {"m-011": 3, "m-006": 1}}


def scored(groups):
    return [ScoredQuery(QueryRevision(f"q{place:02d}", 1, "글", None, None, "", "", "", False), group, {}, {"m": 3}, 1, 10)
            for place, group in enumerate(groups)]


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60))
def test_folds_keep_groups_together_and_are_even(groups):
    named = {f"q{place}": group for place, group in enumerate(groups)}
    dealt = folds.of(named)
    assert dealt.keys() == named.keys()
    assert len({(named[query], fold) for query, fold in dealt.items()}) == len(set(groups)), "one fold a group"
    sizes = [list(dealt.values()).count(fold) for fold in range(max(dealt.values()) + 1)]
    assert len(sizes) == min(folds.FOLDS, len(set(groups))) and max(sizes) - min(sizes) <= max(map(groups.count, groups))
    assert folds.of(dict(reversed(named.items()))) == dealt, "whatever the order"


def test_a_fold_gets_the_weight_that_the_others_prefer():
    # Two groups, so two folds: each is ranked by the weight that is best for the other one, which is worst for itself.
    queries = scored("aabb")
    values = {0.0: np.array([1.0, 1, 0, 0]), 0.5: np.array([0.4, 0.4, 0.4, 0.4]), 1.0: np.array([0.0, 0, 1, 1])}
    choice = tuning.choose(queries, values)
    weight = {query.group: choice.weights[choice.folds[query.query_id]] for query in queries}
    assert weight == {"a": 1.0, "b": 0.0}


def test_equal_means_take_the_weight_nearest_a_half_and_then_the_smaller():
    queries, flat = scored("abcde"), np.full(5, 0.3)
    assert set(tuning.choose(queries, dict.fromkeys(plan.WEIGHTS, flat)).weights) == {0.5}
    better = {weight: flat + (0.2 if weight in (0.1, 0.4, 0.6, 1.0) else 0.0) for weight in plan.WEIGHTS}
    assert set(tuning.choose(queries, better).weights) == {0.4}


@given(st.integers(0, 2**32 - 1))
def test_no_query_has_a_say_in_its_own_weight(seed):
    rng = np.random.default_rng(seed)
    queries = scored("aabbccddeeffgg")
    values = {weight: rng.random(len(queries)) for weight in plan.WEIGHTS}
    choice = tuning.choose(queries, values)
    own = np.array([choice.folds[query.query_id] == 0 for query in queries])
    others = {weight: np.where(own, rng.random(len(queries)), each) for weight, each in values.items()}
    assert tuning.choose(queries, others).weights[0] == choice.weights[0]


def test_one_group_cannot_choose_for_itself():
    with pytest.raises(InputError, match="두 묶음"):
        tuning.choose(scored("aaa"), {weight: np.zeros(3) for weight in plan.WEIGHTS})


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def bank(conn, collection):
    fill(conn, collection)
    return collection


@pytest.fixture
def ran(database, engine, bank):
    """All of D's weights over every item."""
    running.run_together(database, engine, list(plan.WEIGHTS.values()), collection=bank.name)
    return bank


def test_tuned_lists_are_those_of_the_chosen_weights(ran, database, conn):
    truth = judge(conn, ran, GRADES)
    made, notes = tuning.retune(database, ran, truth, ["all"])
    run_id = made["all"]
    run = runs.get(conn, run_id)
    derived = run.config["derived"]
    assert not notes and run.system == TUNED and derived["truth"] == truth.sha256 and derived["folds"].keys() == GRADES.keys()
    sources = run_lists.read(conn, list(derived["runs"].values()))
    for query_id, found in run_lists.read(conn, [run_id])[run_id].items():
        weight = derived["weights"][derived["folds"][query_id]]
        assert found == sources[derived["runs"][f"{weight:g}"]][query_id]
    assert len(run_lists.queries(conn, run_id)) == len(GRADES) and run.config["sets"] and run.config["miniature"] is True


def test_the_same_inputs_are_the_same_run_and_another_truth_another_one(ran, database, conn):
    first = judge(conn, ran, GRADES)
    made = tuning.retune(database, ran, first, ["all"])[0]["all"]
    assert tuning.retune(database, ran, first, ["all"]) == ({"all": made}, {})
    second = judge(conn, ran, {"text": {"m-010": 3}}, rater="나")
    assert second.sha256 != first.sha256 and tuning.of_truth(conn, ran.id, "all", second) is None
    again = tuning.retune(database, ran, second, ["all"])[0]["all"]
    assert again != made
    assert tuning.of_truth(conn, ran.id, "all", first).id == made and tuning.of_truth(conn, ran.id, "all", second).id == again
    assert tuning.of_truth(conn, ran.id, "S2", second) is None
    assert TUNED not in run_choice.of_scope(conn, ran.id, "all"), "it holds for one ground truth only"


def test_a_tuned_run_is_as_stale_as_what_it_was_made_of(ran, database, conn):
    truth = judge(conn, ran, GRADES)
    run_id = tuning.retune(database, ran, truth, ["all"])[0]["all"]
    assert not run_choice.stale(conn, runs.get(conn, run_id))
    items.upsert(conn, ran.id, [new(12, content_hash="edited")])
    assert run_choice.stale(conn, runs.get(conn, run_id))


def test_a_tuning_that_lacks_something_says_what(database, engine, bank, conn):
    truth = judge(conn, bank, GRADES)
    made, notes = tuning.retune(database, bank, truth, ["all"])
    assert not made and "11개 가운데 11개" in notes["all"]
    running.run_together(database, engine, list(plan.WEIGHTS.values())[:6], collection=bank.name)
    items.upsert(conn, bank.id, [new(12, content_hash="edited")])
    running.run_together(database, engine, list(plan.WEIGHTS.values())[6:], collection=bank.name)
    made, notes = tuning.retune(database, bank, truth, ["all"])
    assert not made and "서로 다른" in notes["all"]
    running.run_together(database, engine, list(plan.WEIGHTS.values()), collection=bank.name)
    made, notes = tuning.retune(database, bank, replace(truth, grades=dict.fromkeys(GRADES, {}) | {"text": {"m-001": 3}}), ["all"])
    assert not made and "두 묶음" in notes["all"]


def test_evaluating_against_another_truth_asks_no_engine(database, engine, bank, conn):
    def never():
        raise AssertionError("the engine was asked for")

    judge(conn, bank, GRADES)
    first = evaluating.evaluate(database, lambda: engine, collection=bank.name, scenarios=["gate"], systems=["A", "D"])
    truth = judge(conn, bank, {"text": {"m-010": 3}, "image": {"m-012": 3}}, rater="나")
    assert truths.load(conn, bank.id).sha256 == truth.sha256
    second = evaluating.evaluate(database, never, collection=bank.name, scenarios=["gate"], systems=["A", "D"])
    assert first.execution.added == 6 * 12 and second.execution.added == 0 and first.tuned != second.tuned
    found = assembling.load(conn, bank.name).scenarios["gate"]
    assert {run.system: run.run_id for run in found.systems}[TUNED] == second.tuned[0] and found.stands_for("kure+siglip") == TUNED
    third = judge(conn, bank, {"text": {"m-012": 3}}, rater="다")
    silent = evaluating.evaluate(database, None, collection=bank.name, systems=["A"], scenarios=["S1"])
    assert silent.execution is None and tuning.of_truth(conn, bank.id, "all", third).id in silent.tuned and not silent.notes


def test_a_cancelled_evaluation_tunes_nothing(database, engine, bank, conn):
    judge(conn, bank, GRADES)
    counted = iter(range(1000))
    done = evaluating.evaluate(database, lambda: engine, collection=bank.name, scenarios=["gate"], systems=["D"],
                               cancelled=lambda: next(counted) > 10)
    assert done.cancelled and not done.tuned
