"""The shipped 100 items and their constructed ground truth are what the plan asks for, and what the generator makes."""

import json
from collections import Counter
from itertools import combinations

import pytest

from core.items.generator import build
from core.items.generator.family import SPLITS, of_split
from core.items.record import Kind
from core.settings import PROJECT_DIR

DATA = PROJECT_DIR / "data"


@pytest.fixture(scope="module")
def shipped():
    return build.sample()


@pytest.fixture(scope="module")
def truth():
    return json.loads((DATA / "ground_truth.json").read_text(encoding="utf-8"))


def test_quotas_types_and_difficulties(shipped):
    assert Counter(made.item.kind for made in shipped) == {Kind.IMAGE: 35, Kind.TEXT: 35, Kind.LATEX: 30}
    assert {made.item.item_type for made in shipped} == {"객관식", "단답형", "서술형"}
    assert {made.item.difficulty for made in shipped} == {"하", "중하", "중", "상중", "상"}
    assert len({made.item.text for made in shipped}) == 100


def test_items_of_different_families_share_at_most_half_their_words(shipped):
    words = {made.item.id: (made.family.key, set(made.item.text.split())) for made in shipped}
    alike = [(one, other) for one, other in combinations(words, 2)
             if words[one][0] != words[other][0]
             and len(words[one][1] & words[other][1]) > 0.5 * min(len(words[one][1]), len(words[other][1]))]
    assert not alike


@pytest.mark.slow
def test_the_shipped_files_are_what_the_generator_makes(shipped, truth, tmp_path):
    build.write(tmp_path)
    for name in ("items.json", "ground_truth.json"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()
    figures = sorted(path.name for path in (DATA / "images").glob("*.png"))
    assert figures == sorted(path.name for path in (tmp_path / "images").glob("*.png")) and len(figures) == 35


def test_the_ground_truth_is_constructed_and_follows_its_rule(shipped, truth):
    assert truth["metadata"]["origin"] == "constructed"
    assert len(truth["queries"]) == 100
    assert set(Counter(query["query_type"] for query in truth["queries"])) == {"natural_language", "similar_item", "image", "text_image"}
    by_id = {made.item.id: made for made in shipped}
    for query in truth["queries"]:
        source = by_id[query["source_item_id"]].item
        listed = {relevant["id"]: relevant["relevance"] for relevant in query["relevant_items"]}
        assert 3 <= len(listed) <= 5 and source.id not in listed
        for item_id, grade in listed.items():
            other = by_id[item_id].item
            same = [source.metadata[key] == other.metadata[key] for key in ("family", "concept")]
            same.append(source.unit == other.unit)
            assert grade == 3 - same.index(True)


def test_nothing_shipped_is_in_the_training_split(shipped):
    for made in shipped:
        for split in SPLITS[1:]:
            texts = [wording.format(**made.facts) for wording in of_split(made.family.wordings, split)]
            assert made.item.text not in texts
