"""A link to the playground says the same wherever it is opened, and a damaged one says what is left out."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.systems import SYSTEMS
from core.store.filters import Filters
from pages.widgets.address import DEFAULT_SYSTEMS, DEPTHS, FILTER_FIELDS, Address, parse

WORDS = st.text(alphabet="가나다 a,&=#%+/?<>\"'", min_size=1, max_size=12).map(str.strip).filter(bool)
ADDRESSES = st.builds(
    lambda q, item, names, k, filters, collection: Address(
        q="" if item else q, item=item, systems=tuple(name for name in SYSTEMS if name in names), k=k,
        filters=filters, collection=collection,
    ),
    q=st.just("") | WORDS, item=st.just("") | WORDS, names=st.sets(st.sampled_from(list(SYSTEMS)), min_size=1),
    k=st.sampled_from(DEPTHS), collection=st.just("") | WORDS,
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


def test_defaults_leave_the_address_bare():
    assert Address().parameters() == {}


@pytest.mark.parametrize(("parameters", "said"), [
    ({"systems": ["Z"]}, 1), ({"systems": ["A,<script>"]}, 1), ({"k": ["999"]}, 1), ({"k": ["-1"]}, 1), ({"k": ["٥"]}, 1),
    ({"k": ["9" * 5000]}, 1), ({"q": ["가" * 9000]}, 1), ({"unknown": ["x"]}, 0), ({"k": [""]}, 0), ({"systems": [""]}, 0),
])
def test_what_cannot_be_used_is_left_out_and_said(parameters, said):
    found, notes = parse(parameters)
    assert len(notes) == said
    assert found.k == 10
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
