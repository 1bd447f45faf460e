"""Names of variants: what they mean, one name each, and what is refused."""

import pytest

from core.errors import NotFoundError
from core.search import variants


@pytest.mark.parametrize(("name", "canonical", "settings"), [
    ("A", "qwen3-vl", {}),
    ("A@512@nf4", "qwen3-vl@nf4@512", {"precision": "nf4", "dims": 512}),
    ("qwen3-vl@px256", "qwen3-vl@px256", {"max_pixels": 256 * 256}),
    ("A@image-only", "qwen3-vl@image-only", {"content": "image"}),
    ("D@w0.3", "kure+siglip@w0.3", {"weight": 0.3}),
    ("d@w0.50", "kure+siglip", {"weight": 0.5}),
    ("D@concat@w1", "kure+siglip@concat@w1", {"fusion": "concat", "weight": 1.0}),
    ("E@1024", "qwen3-vl+rerank@1024", {"dims": 1024}),
])
def test_a_name_means_its_settings_and_is_spelled_one_way(name, canonical, settings):
    found = variants.find(name)
    assert found.name == canonical
    assert {key: getattr(found, key) for key in settings} == settings
    assert variants.find(found.name) == found


@pytest.mark.parametrize("name", ["A@int3", "B@512", "C@nf4", "D@nf4", "bm25@nf4", "D@w1.5", "A@rrf", "A@px9", "A@16",
                                  "A@nf4@fp16", "A@", "A@text-only@image-only"])
def test_what_a_system_has_not_is_refused_with_what_it_has(name):
    with pytest.raises(NotFoundError, match="쓸 수 있는|변형이 없습니다"):
        variants.find(name)


def test_content_ablation_searches_sets_of_that_part():
    assert [channel.content for channel in variants.find("A@text-only").channels] == ["text"]
