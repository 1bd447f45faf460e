"""Every family keeps the promises of ``Family``: mathematics, splits, kinds, wording."""

import itertools
from random import Random

import pytest

from core.items.generator.family import SPLITS, of_split
from core.items.generator.generate import families, make
from core.items.record import DIFFICULTIES, ITEM_TYPES, Kind

UNITS = {"수와 식", "부등식과 방정식", "일차함수", "삼각형과 사각형의 성질", "닮음과 피타고라스 정리", "확률"}
ids = [family.key for family in families()]


@pytest.mark.slow
@pytest.mark.parametrize("family", families(), ids=ids)
def test_every_wording_of_a_family_makes_a_sound_item(family):
    kinds = set()
    for seed, wording in enumerate(family.wordings):
        made = make(family, Random(seed), item_id="X_1", wording=wording, split="train", with_figure=False)
        item = made.item
        kinds.add(item.kind)
        for text in (item.text, item.solution, *item.choices):
            assert "{}" not in text and "+ -" not in text and "+-" not in text, text
            assert text.count("$") % 2 == 0, text
        assert item.answer and item.solution
        assert item.item_type in ITEM_TYPES and item.difficulty in DIFFICULTIES
        assert (len(item.choices) == 5) == (item.item_type == "객관식")
    assert len(kinds) == 1, f"a family has one kind, this has {kinds}"


@pytest.mark.parametrize("family", families(), ids=ids)
def test_a_family_has_enough_wordings_and_queries_for_every_split(family):
    assert len(set(family.wordings)) == len(family.wordings) >= 12
    assert len(set(family.queries)) == len(family.queries) >= 6
    splits = [set(of_split(family.wordings, split)) for split in SPLITS]
    assert all(not one & other for one, other in itertools.combinations(splits, 2))
    assert set().union(*splits) == set(family.wordings)


def test_a_wrong_answer_is_caught_by_every_check():
    unnoticed = []
    for family in families():
        facts = dict(family.draw(Random(7)))
        facts["answer"] = f"{facts['answer']}9"
        try:
            family.check(facts)
            unnoticed.append(family.key)
        except Exception:  # a check that cannot even read the answer has noticed it too
            continue
    assert not unnoticed


def test_all_units_are_there_with_every_kind():
    assert {family.unit for family in families()} == UNITS
    kinds = {make(f, Random(1), item_id="X", wording=f.wordings[0], split="train", with_figure=False).item.kind for f in families()}
    assert kinds == set(Kind)
