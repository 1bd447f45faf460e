"""The ranking rule, fusion and the keyword baseline on cases small enough to check by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError, NotFoundError
from core.search import fusion, systems
from core.search.keyword import KeywordIndex, bigrams
from core.search.rank import rank, tie_key


def test_ties_follow_the_seeded_hash_not_the_id():
    ids = [f"MATH_{number:03d}" for number in range(40)]
    ranked = [hit.item_id for hit in rank(ids, np.ones(40))]
    assert ranked == sorted(ids, key=tie_key)
    assert ranked != ids


def test_scores_are_compared_as_fp32():
    """0.900000001 and 0.9 are one number in fp32, so the hash decides."""
    first, second = sorted(["a", "b"], key=tie_key)
    hits = rank([second, first], np.array([0.900000001, 0.9]))
    assert [hit.item_id for hit in hits] == [first, second]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 45), st.sets(st.integers(0, 45), max_size=4))
def test_the_best_few_are_the_first_of_all(scores, k, left_out):
    ids = [f"m-{place}" for place in range(len(scores))]
    exclude = [f"m-{place}" for place in left_out]
    every = rank(ids, np.array(scores), exclude=exclude)
    assert rank(ids, np.array(scores), k=k, exclude=exclude) == every[:k]
    assert [hit.item_id for hit in every] == sorted(set(ids) - set(exclude), key=lambda item: (-scores[int(item[2:])], tie_key(item)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_no_number_is_refused(bad):
    with pytest.raises(ModelError):
        rank(["a", "b"], np.array([0.5, bad]))


def test_the_source_item_is_never_among_its_own_hits():
    hits = rank(["a", "b", "c"], np.array([1.0, 0.5, 0.4]), k=2, exclude=("a",))
    assert [(hit.rank, hit.item_id) for hit in hits] == [(1, "b"), (2, "c")]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.randoms())
def test_the_order_of_the_input_does_not_matter(scores, random):
    pairs = [(f"item-{number}", float(score)) for number, score in enumerate(scores)]
    shuffled = random.sample(pairs, len(pairs))
    ranked, again = (rank([item for item, _ in some], np.array([score for _, score in some])) for some in (pairs, shuffled))
    assert ranked == again


def test_fusion_is_the_weighted_sum_of_z_scores():
    """z(1, 3) = (−1, 1); z(10, 30, 20) = (−√1.5, √1.5, 0)."""
    fused = fusion.fuse({"a": 1.0, "b": 3.0}, {"a": 10.0, "b": 30.0, "c": 20.0}, weight=0.25)
    root = 1.5**0.5
    assert fused == pytest.approx({"a": -0.25 - 0.75 * root, "b": 0.25 + 0.75 * root, "c": 0.0})


def test_an_item_without_a_channel_gets_its_mean():
    """'c' has no image: it stands where an average image would put it, between 'a' and 'b'."""
    fused = fusion.fuse({"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 0.2, "b": 0.4})
    assert fused["a"] < fused["c"] == 0.0 < fused["b"]


def test_a_channel_that_does_not_vary_adds_nothing():
    assert fusion.fuse({"a": 0.7, "b": 0.7}, {"a": 0.7, "b": 0.7}) == {"a": 0.0, "b": 0.0}


def test_systems_are_found_by_letter_and_name_and_misses_get_a_hint():
    assert systems.find("d") is systems.find("kure+siglip")
    with pytest.raises(NotFoundError, match="kure-v1"):
        systems.find("kure-v2")


def test_a_candidate_model_is_a_system_by_its_key_that_takes_what_the_model_takes():
    contents = {key: system.channels[0].content for key, system in systems.candidates().items()}
    assert contents["bge-m3"] == "text" and contents["siglip2-base"] == "image" and contents["kovre"] == "all"
    assert systems.find("bge-m3").channels[0].model == "bge-m3"
    assert "bge-m3" not in systems.SYSTEMS


def test_bigrams_and_keyword_scores():
    assert bigrams("일차 함수 X") == ["일차", "함수", "x"]
    index = KeywordIndex.build({"one": "일차함수의 그래프", "two": "확률의 뜻", "three": ""})
    scores = dict(zip(index.item_ids, index.scores("일차함수"), strict=True))
    assert scores["one"] > 0 == scores["two"] == scores["three"]
    assert not index.scores("zzz").any()
