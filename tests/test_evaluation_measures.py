"""Measures of one query against hand calculation and a plain reference."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from core.evaluation.measures import OF_A_QUERY, of_query
from core.search.loss import capped_recall


def reference(ranked, grades, relevant_from):
    """The same measures in ten lines; capped recall as ``core loss`` reports it."""
    relevant = {item for item, grade in grades.items() if grade >= relevant_from}
    judged = [item in grades for item in ranked[:10]]
    told = {"Judged@10": sum(judged) / len(judged) if judged else None}
    if not relevant:
        return dict.fromkeys(OF_A_QUERY) | told
    gains = [grades.get(item, 0) / math.log2(place + 2) for place, item in enumerate(ranked[:10])]
    ideal = [grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:10])]
    first = next((place for place, item in enumerate(ranked, start=1) if item in relevant), None)
    return told | {"cR@5": capped_recall(ranked, relevant), "Success@5": float(bool(relevant & set(ranked[:5]))),
                   "RR": 1 / first if first else 0.0, "nDCG@10": sum(gains) / sum(ideal)}


@given(st.lists(st.sampled_from([f"i{n}" for n in range(25)]), unique=True, max_size=20),
       st.dictionaries(st.sampled_from([f"i{n}" for n in range(25)]), st.integers(0, 3), max_size=15), st.integers(1, 3))
def test_measures_are_their_definitions(ranked, grades, relevant_from):
    assert of_query(ranked, grades, relevant_from=relevant_from) == pytest.approx(reference(ranked, grades, relevant_from), abs=1e-9)


def test_a_case_by_hand():
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
    grades = {f"i{n}": 2 for n in range(7)}
    assert of_query([f"i{n}" for n in range(7)], grades, relevant_from=1)["cR@5"] == 1


def test_the_order_counts_and_never_the_name():
    """Equal or single-precision scores would fall back on the ids."""
    many = [f"i{n:04d}" for n in range(1000)]
    for wanted in (many[0], many[999]):
        assert of_query(many, {wanted: np.int64(3)}, relevant_from=1)["RR"] == pytest.approx(1 / (many.index(wanted) + 1))


def test_a_list_with_an_item_twice_is_refused():
    with pytest.raises(ValueError):
        of_query(["a", "a"], {"a": 1}, relevant_from=1)
    with pytest.raises(ValueError):
        of_query(["a"], {"a": 1}, relevant_from=0)
