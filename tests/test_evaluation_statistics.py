"""Intervals that cover, p values that are uniform under the null, and TREC files scored as trec_eval scores them."""

import json
import random

import numpy as np
import pytest
import pytrec_eval

from core.cli.main import main
from core.errors import InputError
from core.evaluation import scoring, statistics, trec


def test_holm_by_hand():
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([0.6, 0.9]) == [1.0, 1.0]
    assert statistics.holm([]) == []


def test_equal_systems_do_not_differ_and_the_p_is_never_zero():
    values = np.linspace(0, 1, 30)
    same = statistics.difference(values, values, range(30), draws=200)
    assert (same.value, same.low, same.high, same.p, same.ties) == (0, 0, 0, 1, 30)
    apart = statistics.difference(values + 1, values, range(30), draws=200)
    assert (apart.value, apart.wins, apart.p) == (pytest.approx(1), 30, pytest.approx(1 / 201))


def test_queries_of_one_family_are_drawn_together():
    values = np.array([[0.0, 0.0, 1.0, 1.0]])
    means = statistics.resampled_means(values, ["a", "a", "b", "b"], draws=500)
    assert set(means.ravel()) == {0.0, 0.5, 1.0}, "half a family was drawn"
    assert len(set(statistics.resampled_means(values, "abcd", draws=500).ravel())) == 5


def test_systems_share_their_draws():
    first = np.random.default_rng(0).random(40)
    means = statistics.resampled_means(np.stack([first, first + 0.25]), range(40), draws=100)
    assert np.allclose(means[:, 1] - means[:, 0], 0.25)


@pytest.mark.parametrize("values", [np.zeros((1, 0)), np.array([[np.nan, 1.0]]), np.zeros((1, 3))])
def test_what_cannot_be_resampled_is_refused(values):
    with pytest.raises(ValueError, match="finite|groups"):
        statistics.resampled_means(values, range(min(2, values.shape[1])))


@pytest.mark.slow
def test_intervals_over_correlated_families_cover():
    rng, inside = np.random.default_rng(5), 0
    groups = np.repeat(np.arange(40), 3)
    for number in range(2000):
        values = 0.5 + rng.normal(0, 0.2, 40)[groups] + rng.normal(0, 0.1, 120)
        (found,) = statistics.intervals(values[None, :], groups.tolist(), draws=500, seed=number)
        inside += found.low <= 0.5 <= found.high
    assert 0.92 <= inside / 2000 <= 0.97


@pytest.mark.slow
def test_the_p_is_uniform_under_the_null():
    rng = np.random.default_rng(6)
    told = []
    for number in range(1000):
        a, b = rng.random((2, 30))
        told.append(statistics.difference(a, b, range(30), draws=199, seed=number).p)
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        assert abs(np.mean(np.array(told) <= level) - level) < 3 * np.sqrt(level * (1 - level) / 1000) + 1 / 200


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
