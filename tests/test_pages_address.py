"""A link to the playground says the same wherever it is opened, and a damaged one says what is left out."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.systems import SYSTEMS
from core.store.filters import Filters
from pages.widgets.address import (
    DEFAULT_SYSTEMS,
    DEPTHS,
    FILTER_FIELDS,
    MOST_SYSTEMS,
    RERANK_DEPTHS,
    Address,
    ordered,
    parse,
)

WORDS = st.text(alphabet="가나다 a,&=#%+/?<>\"'", min_size=1, max_size=12).map(str.strip).filter(bool)
VARIANTS = ["kure+siglip@w0.3", "kure+siglip@rrf", "kure+siglip@concat@w0.05", "qwen3-vl@64", "qwen3-vl@nf4@512@px256@text-only",
            "qwen3-vl@image-only", "qwen3-vl+rerank@fp16", "kure-v1@bf16", "kovre"]
ADDRESSES = st.builds(
    lambda q, item, names, k, n, filters, collection: Address(
        q="" if item else q, item=item, systems=ordered(names), k=k, n=n, filters=filters, collection=collection,
    ),
    q=st.just("") | WORDS, item=st.just("") | WORDS,
    names=st.lists(st.sampled_from([*SYSTEMS, *VARIANTS]), min_size=1, max_size=MOST_SYSTEMS),
    k=st.sampled_from(DEPTHS), n=st.sampled_from(RERANK_DEPTHS), collection=st.just("") | WORDS,
    filters=st.builds(Filters, **{name: st.lists(WORDS, unique=True, max_size=3).map(tuple) for name in FILTER_FIELDS}),
)


@given(ADDRESSES)
def test_a_link_opened_elsewhere_is_the_same_search(address):
    found, notes = parse(parse_qs(address.link().removeprefix("?")))
    assert (found, notes) == (address, [])


def test_the_names_and_letters_of_systems_are_both_read_and_letters_written():
    found, _ = parse({"systems": ["d,qwen3-vl,bm25"]})
    assert found.systems == ("qwen3-vl", "kure+siglip", "bm25")
    assert found.parameters()["systems"] == ["A,D,bm25"]


def test_variants_keep_their_suffixes_and_stand_by_their_system():
    found, notes = parse({"systems": ["D@w0.30,bm25,a@512,A,D,A@512@nf4"]})
    assert found.systems == ("qwen3-vl", "qwen3-vl@512", "qwen3-vl@nf4@512", "kure+siglip@w0.3", "kure+siglip", "bm25")
    assert found.parameters()["systems"] == ["A,A@512,A@nf4@512,D@w0.3,D,bm25"]
    assert not notes


def test_an_address_with_more_systems_than_fit_says_so():
    found, notes = parse({"systems": [",".join(f"D@w0.{number}" for number in range(1, 10))], "n": ["20"]})
    assert len(found.systems) == MOST_SYSTEMS and len(notes) == 1
    assert found.n == 20


def test_defaults_leave_the_address_bare():
    assert Address().parameters() == {}


@pytest.mark.parametrize(("parameters", "said"), [
    ({"systems": ["Z"]}, 1), ({"systems": ["A,<script>"]}, 1), ({"systems": ["A@w0.3"]}, 1), ({"n": ["7"]}, 1),
    ({"k": ["999"]}, 1), ({"k": ["-1"]}, 1), ({"k": ["٥"]}, 1),
    ({"k": ["9" * 5000]}, 1), ({"q": ["가" * 9000]}, 1), ({"unknown": ["x"]}, 0), ({"k": [""]}, 0), ({"systems": [""]}, 0),
])
def test_what_cannot_be_used_is_left_out_and_said(parameters, said):
    found, notes = parse(parameters)
    assert len(notes) == said
    assert (found.k, found.n) == (10, 50)
    assert found.systems == DEFAULT_SYSTEMS
    assert len(found.q) <= 4000


def test_nul_and_endless_filters_do_not_reach_the_database():
    found, _ = parse({"unit": ["일차\x00함수", "일차함수", *(str(number) for number in range(500))], "q": ["가\x00나"]})
    assert found.filters.unit[0] == "일차함수"
    assert len(found.filters.unit) < 60
    assert found.q == "가나"


def test_an_item_goes_before_a_text():
    found, _ = parse({"q": ["글"], "item": ["MATH_001"]})
    assert (found.item, found.q) == ("MATH_001", "")
    assert Address(q="글", k=20).similar_to("M 1&2").link() == "?item=M+1%262&k=20"
