"""Agreement: the coefficients against scikit-learn's and krippendorff's, and what may enter a report."""

import math
import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ndtr, stdtrit
from sklearn.metrics import cohen_kappa_score

from core.labels.consensus import agreement, coefficients
from core.labels.consensus.agreement import krippendorff_alpha, weighted_kappa
from tests.label_data import Bank

GRADE = st.integers(0, 3)
# Few values on purpose in some draws: one rater who gives one grade, everybody who gives the same.
SERIES = st.integers(1, 4).flatmap(
    lambda kinds: st.lists(st.tuples(st.integers(0, kinds - 1), st.integers(0, kinds - 1)), min_size=1, max_size=60))
RATINGS = st.tuples(st.integers(1, 5), st.integers(1, 15)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, math.nan, math.nan])))


@pytest.fixture
def bank(conn, collection):
    return Bank(conn, collection)


@settings(max_examples=150, deadline=None)
@given(SERIES)
def test_kappa_is_scikit_learns(pairs):
    a, b = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = float(cohen_kappa_score(a, b, weights="quadratic", labels=[0, 1, 2, 3]))
    ours = weighted_kappa(a, b)
    if len({*a, *b}) == 1:
        assert ours is None, "nothing but one grade: not defined"
    else:
        assert ours == pytest.approx(theirs, abs=1e-12)


@settings(max_examples=250, deadline=None)
@given(RATINGS)
def test_alpha_is_krippendorffs_with_missing_ratings(matrix):
    ours = krippendorff_alpha(matrix)
    graded_twice = matrix[:, (~np.isnan(matrix)).sum(axis=0) > 1]
    if len(np.unique(graded_twice[~np.isnan(graded_twice)])) < 2:
        assert ours is None, "nothing graded twice, or always the same grade: not defined"
    else:
        assert ours == pytest.approx(float(krippendorff.alpha(matrix, level_of_measurement="ordinal")), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_who_is_who_or_which_pair_comes_first(matrix, random):
    rows, columns = list(range(matrix.shape[0])), list(range(matrix.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    ours, shuffled = krippendorff_alpha(matrix), krippendorff_alpha(matrix[rows][:, columns])
    assert ours == shuffled or ours == pytest.approx(shuffled, abs=1e-9)


def test_coefficients_of_nothing_are_not_defined_and_a_wrong_scale_is_refused():
    assert weighted_kappa([], []) is None
    assert krippendorff_alpha(np.full((2, 0), np.nan)) is None
    assert weighted_kappa([0, 3], [0, 3]) == 1 and weighted_kappa([0, 3], [3, 0]) == -1
    for a, b in [([4], [0]), ([-1], [0]), ([0, 1], [0])]:
        with pytest.raises(ValueError):
            weighted_kappa(a, b)
    for matrix in ([[4.0, 1.0]], [[0.5, 1.0]], [1.0, 2.0]):
        with pytest.raises(ValueError):
            krippendorff_alpha(matrix)


@pytest.mark.parametrize("coefficient", ["kappa", "alpha"])
def test_the_interval_is_that_of_resampled_queries_counted_one_by_one(coefficient):
    rng = np.random.default_rng(7)
    queries = np.repeat(np.arange(8), 6)
    first = rng.integers(0, 4, queries.size)
    second = np.where(rng.random(queries.size) < 0.6, first, rng.integers(0, 4, queries.size))
    matrix = np.array([first, second], dtype=float)
    ours = (coefficients.kappa_estimate(first, second, queries) if coefficient == "kappa"
            else coefficients.alpha_estimate(matrix, queries))
    tail, drawn = coefficients.expanded_tail(8), []
    for weights in coefficients._weights(8):
        taken = np.concatenate([np.flatnonzero(queries == query) for query in range(8) for _ in range(int(weights[query]))])
        drawn.append(weighted_kappa(first[taken], second[taken]) if coefficient == "kappa"
                     else krippendorff_alpha(matrix[:, taken]))
    assert (ours.low, ours.high) == pytest.approx(tuple(np.percentile(drawn, (100 * tail, 100 - 100 * tail))), abs=1e-9)
    assert (ours.n, ours.queries) == (48, 8) and ours.low < ours.value < ours.high
    assert coefficients._weights(8).sum(axis=1).tolist() == [8] * coefficients.RESAMPLES


@pytest.mark.parametrize("queries", [5, 6, 10, 30, 1000])
def test_the_tail_is_students(queries):
    wanted = ndtr(-math.sqrt(queries / (queries - 1)) * stdtrit(queries - 1, 0.975))
    assert coefficients.expanded_tail(queries) == pytest.approx(wanted, rel=0.05)


def test_too_few_queries_or_only_one_grade_give_no_interval_and_say_why():
    few = coefficients.kappa_estimate([0, 1, 2, 3], [0, 1, 2, 2], ["a", "a", "b", "c"])
    assert few.value is not None and (few.low, few.high) == (None, None) and "쿼리" in few.reason
    flat = coefficients.alpha_estimate(np.zeros((2, 9)), list("abcdefghi"))
    assert (flat.value, flat.low, flat.n) == (None, None, 9) and "하나뿐" in flat.reason
    rare = coefficients.kappa_estimate([0] * 9 + [3], [0] * 9 + [3], list("abcdefghij"))
    assert rare.value == 1 and rare.low is None and rare.reason, "a third of the resamples has one grade only"


PAIRS = [(f"q{query:02d}", f"m-{item:03d}") for query in range(1, 7) for item in (1, 2, 3, 4)]


def grades_of(seed, noise):
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(0).integers(0, 4, len(PAIRS))
    given = np.where(rng.random(len(PAIRS)) < noise, rng.integers(0, 4, len(PAIRS)), truth)
    return {pair: int(grade) for pair, grade in zip(PAIRS, given, strict=True)}


def test_a_report_measures_pairs_overall_units_and_kinds(bank):
    given = {"가람": grades_of(1, 0.2), "나래": grades_of(2, 0.5), "다온": dict(list(grades_of(3, 0.3).items())[:10])}
    bank.say_all(given)
    report = agreement.report(bank.conn, bank.collection.id)
    assert [(work.rater, work.graded) for work in report.raters] == [("가람", 24), ("나래", 24), ("다온", 10)]
    assert report.raters[0].mean == pytest.approx(np.mean(list(given["가람"].values())))
    matrix = np.array([[given[rater].get(pair, math.nan) for pair in PAIRS] for rater in sorted(given)])
    assert report.overall.value == pytest.approx(krippendorff.alpha(matrix, level_of_measurement="ordinal"))
    assert (report.overall.n, report.overall.queries) == (24, 6)
    assert report.overall.low < report.overall.value < report.overall.high
    assert [(pair.first, pair.second, pair.kappa.n) for pair in report.pairs] == [
        ("가람", "나래", 24), ("가람", "다온", 10), ("나래", "다온", 10)]
    both = [[given[rater][pair] for pair in PAIRS] for rater in ("가람", "나래")]
    assert report.pairs[0].kappa.value == pytest.approx(cohen_kappa_score(*both, weights="quadratic", labels=[0, 1, 2, 3]))
    odd = [place for place, (_, item) in enumerate(PAIRS) if item in ("m-001", "m-003")]
    by_unit = {part.name: part.alpha for part in report.by_unit}
    assert by_unit["확률"].value == pytest.approx(krippendorff.alpha(matrix[:, odd], level_of_measurement="ordinal"))
    assert set(by_unit) == {"확률", "일차함수"} and {part.name for part in report.by_kind} == {"latex", "text"}
    counts = np.array(report.confusion.counts)
    assert (counts == counts.T).all() and report.confusion.n == 2 * (24 + 10 + 10)
    assert [each.spread for each in report.disagreements] == sorted((each.spread for each in report.disagreements), reverse=True)
    apart = [pair for pair in PAIRS if len({given[rater][pair] for rater in given if pair in given[rater]}) > 1]
    assert sorted((each.query_id, each.item_id) for each in report.disagreements) == apart


def test_one_rater_alone_has_no_agreement_but_a_consistency(bank):
    bank.say_all({"가람": grades_of(1, 0)})
    again = dict(list(grades_of(1, 0).items())[::2])
    changed = next(iter(again))
    again[changed] = 3 - again[changed]
    bank.say_all({"가람": again}, purpose="repeat")
    report = agreement.report(bank.conn, bank.collection.id)
    assert report.overall.value is None and report.overall.reason == "라벨러가 한 명뿐입니다."
    assert (report.pairs, report.disagreements) == ((), ())
    (own,) = report.consistency
    assert own.kappa.n == 12 and own.confusion.exact == pytest.approx(11 / 12) and own.kappa.value < 1


@pytest.mark.parametrize("what", [
    {"blinded": False}, {"purpose": "repeat"}, {"purpose": "calibration"}, {"purpose": "adjudication"},
    {"origin": "constructed"},
])
def test_judgments_that_were_not_independent_never_enter(bank, what):
    bank.say_all({"가람": grades_of(1, 0.3), "나래": grades_of(2, 0.3)}, **what)
    report = agreement.report(bank.conn, bank.collection.id)
    assert report.overall.value is None and report.overall.reason and report.raters == () and report.pairs == ()
    bank.say_all({"다온": grades_of(3, 0.3)})
    assert agreement.report(bank.conn, bank.collection.id).overall.reason == "라벨러가 한 명뿐입니다."


@pytest.mark.parametrize("what", [{"blinded": False}, {"purpose": "adjudication"}])
def test_who_has_seen_the_systems_or_the_grades_of_a_pair_is_not_blind_to_it_afterwards(bank, what):
    given = {"가람": grades_of(1, 0.3), "나래": grades_of(2, 0.3)}
    bank.say_all({"가람": {PAIRS[0]: 3}}, **what)
    bank.say_all(given)
    bank.say_all({"나래": {PAIRS[1]: 3}}, **what)
    bank.say_all({"가람": {PAIRS[0]: 2}}, **what)
    assert agreement.report(bank.conn, bank.collection.id).overall.n == 23, "one was labelled before anything was seen"


def test_imported_withdrawn_unrateable_and_other_states_of_an_item_do_not_pair(bank):
    bank.say("import:human", "q01", "m-001", 0)
    bank.say("가람", "q01", "m-001", 2)
    bank.say("가람", "q01", "m-002", 2)
    bank.say("나래", "q01", "m-002", 3)
    bank.say("나래", "q01", "m-002", None)
    bank.say("가람", "q01", "m-003", None, unrateable=True)
    bank.say("나래", "q01", "m-003", 1)
    bank.say("가람", "q01", "m-004", 1, item_hash="as it was before")
    bank.say("나래", "q01", "m-004", 1)
    report = agreement.report(bank.conn, bank.collection.id)
    assert [(work.rater, work.graded, work.unrateable) for work in report.raters] == [("가람", 3, 1), ("나래", 2, 0)]
    assert report.overall.value is None and report.overall.reason == coefficients.NOTHING_TWICE
    assert report.pairs == ()


def test_a_round_is_measured_by_itself(bank):
    bank.say_all({"가람": grades_of(1, 0.3), "나래": grades_of(2, 0.3)})
    assert agreement.report(bank.conn, bank.collection.id).overall.n == 24
    assert agreement.report(bank.conn, bank.collection.id, round_id=2**31 - 1).overall.n == 0
