"""Intervals that cover, p values that are uniform under the null, and TREC files scored as trec_eval scores them."""

import json
import random
from dataclasses import astuple

import numpy as np
import pytest
import pytrec_eval

from core.cli.main import main
from core.errors import InputError
from core.evaluation import planning, resampling, scoring, statistics, trec
from core.evaluation.resampling import Resampling


def difference(a, b, groups, **draws):
    """Two systems over the same queries."""
    return Resampling(groups, **draws).differences(a[None], b[None])[0]


def test_holm_by_hand():
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([0.6, 0.9]) == [1.0, 1.0]
    assert statistics.holm([]) == []


@pytest.mark.slow
def test_holm_and_the_number_of_queries_are_statsmodels():
    from statsmodels.stats.multitest import multipletests  # slow to import
    from statsmodels.stats.power import TTestPower

    rng = np.random.default_rng(4)
    for _ in range(25):
        p_values = rng.choice(rng.random(4), size=rng.integers(1, 9))  # with ties
        assert statistics.holm(p_values.tolist()) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-12)
    for effect, spread in ((0.05, 0.3), (-0.02, 0.2), (0.08, 0.25)):
        theirs = TTestPower().solve_power(effect_size=abs(effect) / spread, power=0.8, alpha=0.05)
        assert abs(planning.groups_to_settle(effect, spread) - theirs) <= 3


def test_equal_systems_do_not_differ_and_the_p_is_never_zero():
    values = np.linspace(0, 1, 30)
    same = difference(values, values, range(30), draws=200)
    assert (same.value, same.low, same.high, same.p, same.ties) == (0, 0, 0, 1, 30)
    apart = difference(values + 1, values, range(30), draws=200)
    assert (apart.value, apart.wins, apart.p) == (pytest.approx(1), 30, pytest.approx(1 / 201))


def test_queries_of_one_family_are_drawn_together():
    values = np.array([[0.0, 0.0, 1.0, 1.0]])
    means = Resampling(["a", "a", "b", "b"], draws=500).means(values)
    assert set(means.ravel()) == {0.0, 0.5, 1.0}, "half a family was drawn"
    assert len(set(Resampling("abcd", draws=500).means(values).ravel())) == 5


def test_systems_share_their_draws():
    first = np.random.default_rng(0).random(40)
    means = Resampling(range(40), draws=100).means(np.stack([first, first + 0.25]))
    assert np.allclose(means[:, 1] - means[:, 0], 0.25)


def test_a_mask_counts_only_its_queries_and_leaves_out_draws_without_any():
    values = np.array([[0.0, 0.2, 1.0, 0.6]])
    drawn = Resampling("aabc", draws=400)
    (found,) = drawn.intervals(values, np.array([True, True, False, True]))
    assert (found.value, found.queries, found.groups) == (pytest.approx(0.8 / 3), 3, 2)
    means = drawn.means(values, np.array([[False, False, True, False]]))
    taken = drawn.times[:, 1] > 0
    assert np.isnan(means[~taken, 0]).all()
    assert set(means[taken, 0]) == {1.0}
    (alone,) = drawn.intervals(values, np.array([False, False, True, False]))
    assert (alone.low, alone.high, alone.queries) == (1, 1, 1)
    (nothing,) = drawn.intervals(values, np.zeros(4, dtype=bool))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_rows_of_one_call_are_those_of_single_calls():
    """A slice beside the whole, a measure beside another: all share the draws, whoever asks with whom."""
    rng = np.random.default_rng(3)
    values, other, groups = rng.random((3, 30)), rng.random((3, 30)), rng.integers(9, size=30).tolist()
    drawn = Resampling(groups, draws=300)
    for found, row in zip(drawn.intervals(values), values, strict=True):
        assert astuple(found) == pytest.approx(astuple(Resampling(groups, draws=300).intervals(row[None])[0]))
    for found, a, b in zip(drawn.differences(values, other), values, other, strict=True):
        assert astuple(found) == pytest.approx(astuple(difference(a, b, groups, draws=300)))
    assert drawn.group_means(values)[1, 0] == pytest.approx(values[1, [each == groups[0] for each in groups]].mean())


def test_a_ratio_is_paired_and_refuses_a_mean_of_nothing():
    base = np.linspace(0.2, 0.8, 20)
    found, drawn = Resampling(range(20), draws=200).ratio(base * 0.9, base)
    assert (found.value, found.low, found.high) == (pytest.approx(-0.1),) * 3
    assert resampling.share(resampling.reaches(drawn, -0.1)) == 1, "the last bit decided"
    assert resampling.share(drawn > -0.05) == 0
    with pytest.raises(ZeroDivisionError):
        Resampling(range(20)).ratio(base, np.zeros(20))


def test_conditions_on_shared_draws_hold_together():
    """Two measures that never are high at once: each passes often, both never."""
    first = np.array([1.0, 0.0] * 10)
    means = Resampling(range(20), draws=2000).means(np.stack([first, 1 - first]))
    passing = resampling.reaches(means, 0.55)
    assert resampling.share(passing[:, 0]) > 0.2 < resampling.share(passing[:, 1])
    assert resampling.share(passing.all(axis=1)) == 0


def test_queries_that_would_settle_it_by_hand():
    assert planning.groups_to_settle(0.05, 0.3) == 283  # ((1.96 + 0.8416) * 0.3 / 0.05) ** 2 = 282.6
    assert planning.queries_to_settle(0.05, 0.3, queries=120, groups=60) == (283 - 60) * 2
    assert planning.queries_to_settle(0.5, 0.3, queries=120, groups=60) == 0
    assert planning.queries_to_settle(0.0, 0.3, queries=120, groups=60) is None
    assert planning.groups_to_settle(0.05, 0.3, alpha=0.05 / 6) > 283
    assert planning.groups_to_settle(0.05, 0.3, two_sided=False) < 283


@pytest.mark.parametrize("values", [np.zeros((1, 0)), np.array([[np.nan, 1.0]]), np.zeros((1, 3))])
def test_what_cannot_be_resampled_is_refused(values):
    with pytest.raises(ValueError, match="finite|groups"):
        Resampling(range(min(2, values.shape[1]))).means(values)


@pytest.mark.slow
@pytest.mark.parametrize("families", [10, 40])
def test_intervals_over_correlated_families_cover(families):
    rng, inside = np.random.default_rng(5), 0
    groups = np.repeat(np.arange(families), 3)
    for number in range(2000):
        values = 0.5 + rng.normal(0, 0.2, families)[groups] + rng.normal(0, 0.1, len(groups))
        (found,) = Resampling(groups.tolist(), draws=500, seed=number).intervals(values[None, :])
        inside += found.low <= 0.5 <= found.high
    assert 0.92 <= inside / 2000 <= 0.97


def test_few_groups_widen_the_interval_by_the_t_table():
    assert resampling.tail(10_000) == pytest.approx(0.025, abs=1e-4)
    # t(9) = 2.262, times the root of 10/9 = 2.385; the normal distribution has 0.85 % beyond it
    assert resampling.tail(10) == pytest.approx(0.00855, abs=1e-5)
    assert resampling.tail(1) == pytest.approx(0.025)


@pytest.mark.slow
def test_the_p_is_uniform_under_the_null():
    rng = np.random.default_rng(6)
    told = []
    for number in range(1000):
        a, b = rng.random((2, 30))
        told.append(difference(a, b, range(30), draws=199, seed=number).p)
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        assert abs(np.mean(np.array(told) <= level) - level) < 3 * np.sqrt(level * (1 - level) / 1000) + 1 / 200


@pytest.mark.slow
def test_that_many_queries_find_the_difference_four_times_of_five():
    effect, spread = 0.1, 0.3
    number, found, rng = planning.groups_to_settle(effect, spread), 0, np.random.default_rng(8)
    for draw in range(400):
        a = rng.normal(effect, spread, number)
        found += difference(a, np.zeros(number), range(number), draws=199, seed=draw).p < 0.05
    assert 0.74 < found / 400 < 0.86


def generated(folder, seed):
    """Write qrels and two runs with ties, unanswered queries and a query nobody can answer."""
    rng = random.Random(seed)
    lines = [f"q{query} 0 d{item} {0 if query == 7 else rng.choice([0, 0, 1, 2, 3])}"
             for query in range(12) for item in rng.sample(range(60), 10)]
    (folder / "truth.qrels").write_text("\n".join(lines), encoding="utf-8")
    for name in ("one", "two"):
        lines = [f"q{query} Q0 d{item} {rank} {rng.randint(0, 9) / 3} {name}" for query in range(12) if query != 4
                 for rank, item in enumerate(rng.sample(range(60), rng.randint(1, 30)), start=1)]
        (folder / f"{name}.run").write_text("\n".join(lines), encoding="utf-8")
    return folder / "truth.qrels", [folder / "one.run", folder / "two.run"]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("relevant_from", [1, 2])
def test_outside_files_score_as_trec_eval_scores_them(tmp_path, seed, relevant_from):
    qrels_file, run_files = generated(tmp_path, seed)
    qrels, runs = trec.read_qrels(qrels_file), [trec.read_run(path) for path in run_files]
    scores = scoring.score(qrels, runs, relevant_from=relevant_from, draws=50)
    asked = [query for query, graded in qrels.items() if max(graded.values()) >= relevant_from]
    assert (scores.queries, scores.excluded) == (len(asked), len(qrels) - len(asked))
    theirs = pytrec_eval.RelevanceEvaluator(
        {query: qrels[query] for query in asked}, {"recall", "success", "recip_rank", "map", "ndcg_cut"},
        relevance_level=relevant_from)
    names = {"R@5": "recall_5", "R@20": "recall_20", "Success@5": "success_5", "RR": "recip_rank", "AP": "map",
             "nDCG@10": "ndcg_cut_10"}
    for run, ours in zip(runs, scores.runs, strict=True):
        per_query = theirs.evaluate(run.scores)
        assert ours.missing == len(set(asked) - run.scores.keys())
        for name, key in names.items():
            wanted = sum(values[key] for values in per_query.values()) / len(asked)
            assert ours.measures[name].value == pytest.approx(wanted, abs=1e-9), name


def test_the_command_prints_every_run_and_every_pair(tmp_path, capsys):
    qrels, runs = generated(tmp_path, 1)
    assert main(["measures", "--qrels", str(qrels), "--run", *map(str, runs), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["run"] for each in told["runs"]] == ["one", "two"]
    found = told["runs"][0]["measures"]["nDCG@10"]
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert {(each["a"], each["b"]) for each in told["comparisons"]} == {("one", "two")}


@pytest.mark.parametrize(("line", "words"), [
    ("q1 0 d1", "3개"), ("q1 0 d1 good", "정수"), ("q1 0 d1 1\nq1 0 d1 2", "2번째 줄.*두 가지"), ("", "비어"),
])
def test_a_broken_qrels_line_is_named(tmp_path, line, words):
    (tmp_path / "t.qrels").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        trec.read_qrels(tmp_path / "t.qrels")


@pytest.mark.parametrize(("line", "words"), [
    ("q1 Q0 d1 1 nan x", "유한"), ("q1 Q0 d1 1 0.5 x\nq1 Q0 d1 2 0.4 x", "두 번"), ("q1 d1 0.5", "3개"),
])
def test_a_broken_run_line_is_named(tmp_path, line, words):
    (tmp_path / "t.run").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        trec.read_run(tmp_path / "t.run")
