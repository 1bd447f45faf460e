"""Measures against hand calculation, a plain reference, trec_eval's own code, and every order there is."""

import itertools
import math

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from core.evaluation import bounds, levels, measures
from core.evaluation.measures import CATALOGUE, OF_A_QUERY, Graded, Table, of_query
from core.evaluation.results import ScoredQuery
from core.search.rank import rank
from core.store.queries import QueryRevision

ITEMS = [f"i{number}" for number in range(25)]


def scored(query_id, grades, *, relevant_from=1, candidates=0):
    """A query with these judged items."""
    revision = QueryRevision(query_id, 1, "글", None, None, "natural_language", "human", "hash", False)
    relevant = sum(grade >= relevant_from for grade in grades.values())
    return ScoredQuery(revision, query_id, {}, grades, relevant, candidates or len(grades))


def reference(ranked, grades, relevant_from):
    """The measures of one query in ten lines."""
    relevant = {item for item, grade in grades.items() if grade >= relevant_from}
    judged = [item in grades for item in ranked[:10]]
    told = {"Judged@10": sum(judged) / len(judged) if judged else None}
    if not relevant:
        return dict.fromkeys(OF_A_QUERY) | told
    gains = [grades.get(item, 0) / math.log2(place + 2) for place, item in enumerate(ranked[:10])]
    ideal = [grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:10])]
    first = next((place for place, item in enumerate(ranked, start=1) if item in relevant), None)
    return told | {"cR@5": len(relevant & set(ranked[:5])) / min(5, len(relevant)), "Success@5": float(bool(relevant & set(ranked[:5]))),
                   "RR": 1 / first if first else 0.0, "nDCG@10": sum(gains) / sum(ideal)}


@given(st.lists(st.sampled_from(ITEMS), unique=True, max_size=20), st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 3), max_size=15),
       st.integers(1, 3))
def test_a_query_has_the_measures_of_their_definitions(ranked, grades, relevant_from):
    assert of_query(ranked, grades, relevant_from=relevant_from) == pytest.approx(reference(ranked, grades, relevant_from), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(1, 3))
def test_a_system_has_trec_evals_values_after_our_order_of_ties(data, relevant_from):
    """Scores tie, queries are not answered, items are not judged; the order that ``rank`` gives is what both are told."""
    qrels = {f"q{number}": data.draw(st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 3), min_size=1, max_size=15))
             for number in range(4)}
    qrels = {query: graded | {"i0": 3} for query, graded in qrels.items()}
    found = {query: data.draw(st.dictionaries(st.sampled_from(ITEMS), st.sampled_from([0.0, 0.25, 0.5]), max_size=25)) for query in qrels}
    lists = {query: [hit.item_id for hit in rank(list(scores), np.array(list(scores.values())))]
             for query, scores in found.items() if scores}
    queries = [scored(query, graded, relevant_from=relevant_from) for query, graded in qrels.items()]
    ours = measures.table(queries, lists, relevant_from)
    run = {query: {item: 1 / (2 + place) for place, item in enumerate(ranked)} for query, ranked in lists.items()}
    asked = {"recall", "success", "recip_rank", "map", "ndcg_cut"}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, asked, relevance_level=relevant_from).evaluate(run)
    keys = {"RR": "recip_rank", "AP": "map", **{f"nDCG@{k}": f"ndcg_cut_{k}" for k in (5, 10, 20)},
            **{f"R@{k}": f"recall_{k}" for k in (5, 10, 20)}, **{f"Success@{k}": f"success_{k}" for k in (1, 5, 10)}}
    gains = {query: {item: 2**grade - 1 for item, grade in graded.items()} for query, graded in qrels.items()}
    steep = pytrec_eval.RelevanceEvaluator(gains, {"ndcg_cut"}).evaluate(run)
    for place, query in enumerate(queries):
        exponential = steep[query.query_id]["ndcg_cut_10"] if query.query_id in lists else 0.0
        assert ours["nDCG@10 exp"][place] == pytest.approx(exponential, abs=1e-9)
        for name, key in keys.items():
            wanted = theirs[query.query_id][key] if query.query_id in lists else 0.0
            assert ours[name][place] == pytest.approx(wanted, abs=1e-9), name


def test_every_measure_of_a_case_by_hand():
    query = scored("q", {"a": 3, "b": 0, "c": 1, "d": 2, "e": 2, "f": 1}, relevant_from=2)
    told = {name: float(values[0]) for name, values in measures.table([query], {"q": ["b", "d", "x", "a", "c"]}, 2).items()}
    at = [1 / math.log2(place + 1) for place in range(1, 6)]
    linear = (2 * at[1] + 3 * at[3] + 1 * at[4]) / (3 * at[0] + 2 * at[1] + 2 * at[2] + 1 * at[3] + 1 * at[4])
    steep = (3 * at[1] + 7 * at[3] + 1 * at[4]) / (7 * at[0] + 3 * at[1] + 3 * at[2] + 1 * at[3] + 1 * at[4])
    assert told == pytest.approx({
        "R@1": 0, "R@3": 1 / 3, "R@5": 2 / 3, "R@10": 2 / 3, "R@20": 2 / 3, "cR@1": 0, "cR@3": 1 / 3, "cR@5": 2 / 3, "cR@10": 2 / 3,
        "cR@20": 2 / 3, "Success@1": 0, "Success@3": 1, "Success@5": 1, "Success@10": 1, "Success@20": 1, "RR": 1 / 2,
        "AP": (1 / 2 + 2 / 4) / 3, "nDCG@5": linear, "nDCG@10": linear, "nDCG@20": linear,
        "nDCG@10 exp": steep, "Judged@10": 4 / 5})
    assert told.keys() == CATALOGUE.keys()


def test_a_query_case_by_hand():
    told = of_query(["a", "b", "c", "d"], {"a": 1, "b": 2, "c": 3}, relevant_from=1)
    assert told == pytest.approx({"cR@5": 1, "Success@5": 1, "RR": 1, "nDCG@10": 0.789998, "Judged@10": 0.75}, abs=1e-6)
    strict = of_query(["a", "b", "c", "d"], {"a": 1, "b": 2, "c": 3}, relevant_from=3)
    assert (strict["RR"], strict["cR@5"], strict["nDCG@10"]) == (pytest.approx(1 / 3), 1, told["nDCG@10"])


def test_ndcg_is_scikit_learns():
    grades = {"a": 2, "b": 0, "c": 3, "d": 1, "e": 3}
    ranked = ["b", "d", "c", "a", "e"]
    expected = ndcg_score([[grades[item] for item in ranked]], [[5, 4, 3, 2, 1]], k=10)
    assert of_query(ranked, grades, relevant_from=1)["nDCG@10"] == pytest.approx(expected)


def test_capped_recall_is_one_when_five_of_seven_fill_the_first_five():
    query = scored("q", {f"i{n}": 2 for n in range(7)})
    told = measures.table([query], {"q": [f"i{n}" for n in range(7)]}, 1)
    assert (told["cR@5"][0], told["R@5"][0]) == (1, pytest.approx(5 / 7))


def test_the_order_counts_and_never_the_name():
    """Equal or single-precision scores would fall back on the ids."""
    many = [f"i{n:04d}" for n in range(1000)]
    for wanted in (many[0], many[999]):
        assert of_query(many, {wanted: np.int64(3)}, relevant_from=1)["RR"] == pytest.approx(1 / (many.index(wanted) + 1))


def test_an_unanswered_query_counts_nothing_in_every_measure():
    queries = [scored("q1", {"a": 3}), scored("q2", {"a": 3}), scored("q3", {"a": 3})]
    told = measures.table(queries, {"q1": ["a"], "q3": []}, 1)
    assert all(values.tolist()[1:] == [0, 0] for values in told.values())
    assert told["RR"].tolist() == [1, 0, 0]


def test_what_cannot_be_measured_is_refused():
    for wrong in ((["a", "a"], 1), (["a"], 0), (["a"], 4)):
        with pytest.raises(ValueError):
            of_query(wrong[0], {"a": 1}, relevant_from=wrong[1])
    for queries in ([Graded("q", {"a": 0}, 0)], [Graded("q", {"a": 1}, 1)] * 2):
        with pytest.raises(ValueError):
            Table(queries, relevant_from=1)


@pytest.mark.parametrize("depth", [100, 3])
@pytest.mark.parametrize("relevant_from", [1, 2])
def test_chance_is_the_mean_over_every_order(monkeypatch, relevant_from, depth):
    monkeypatch.setattr(levels, "DEPTH", depth)
    orders = list(itertools.permutations("abcdef"))
    queries = [scored(f"q{place}", {"a": 3, "b": 2, "c": 1, "d": 0}, relevant_from=relevant_from, candidates=6)
               for place in range(len(orders))]
    told = measures.table(queries, {f"q{place}": order[:depth] for place, order in enumerate(orders)}, relevant_from)
    for name in [name for name in CATALOGUE if depth == 100 or name in ("RR", "AP", "R@3", "cR@1", "Success@3")]:
        assert measures.chance(name, queries) == pytest.approx(told[name].mean(), abs=1e-12), name
    assert measures.chance("RR", []) is None
    assert measures.chance("RR", [ScoredQuery(queries[0].query, "g", {}, {"a": 3}, 1, 0)]) is None


def test_the_best_order_reaches_the_ceiling_and_no_further():
    queries = [scored("q1", {f"i{n}": 2 for n in range(4)} | {f"j{n}": 0 for n in range(8)}), scored("q2", {f"i{n}": 3 for n in range(12)})]
    best = {query.query_id: sorted(query.grades, key=lambda item, query=query: -query.grades[item]) for query in queries}
    for name, values in measures.table(queries, best, 1).items():
        assert measures.ceiling(name, queries) == pytest.approx(values.mean()), name
    assert measures.ceiling("R@1", queries[:1]) == 0.25
    assert measures.ceiling("R@1", []) is None


def test_unjudged_items_of_any_system_are_counted_both_ways_for_all():
    query = scored("q", {"a": 3, "b": 0})
    lists = {"one": {"q": ("a", "x", "b")}, "other": {"q": ("b", "a")}, "silent": {}}
    values = {name: np.stack([measures.table([query], each, 1)[name] for each in lists.values()]) for name in CATALOGUE}
    told = bounds.of([query], lists, values, relevant_from=1, declared=False)
    assert told.keys() == set(measures.BOUNDED)
    low, high = told["cR@5"]
    assert low[:, 0].tolist() == [1, 1, 0]
    assert high[:, 0].tolist() == [1, 0.5, 0], "x is now missing from the other's list"
    assert bounds.unjudged(query, lists) == ("x",)
    low, high = bounds.of([query], lists, values, relevant_from=1, declared=True)["cR@5"]
    assert low.tolist() == high.tolist()


def test_an_unjudged_item_below_the_tenth_place_stays_open():
    query = scored("q", {"a": 3})
    assert bounds.unjudged(query, {"one": {"q": ["a", *(f"j{n}" for n in range(9)), "x"]}}) == tuple(f"j{n}" for n in range(9))
