"""Ground truth files: the plan's two builds, the variant, grades out of scale, and where judgments come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.items.ground_truth import GroundTruth, Judged, TruthQuery, read

PLAN_4_4 = """
// 계획서 4.4의 꼴
{
  "query_id": "MATH_001",
  "query_text": "이차함수 y = x² - 4x + 3의 그래프를 그리시오. // 지우지 마세요",
  "query_image": "math_001.png",   /* 그림 */
  "relevant_items": [
    {"id": "MATH_042", "relevance": 3},  // 매우 유사
    {"id": "MATH_023", "relevance": 1}   // 관련 있음
  ]
}
"""


def read_text(folder: Path, value: Any, **options: Any) -> GroundTruth:
    path = folder / "truth.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return read(path, **options)


def query(query_id: str = "Q1", *grades: Any, **changes: Any) -> dict[str, Any]:
    relevant = [{"id": f"I{number}", "relevance": grade} for number, grade in enumerate(grades)]
    return {"query_id": query_id, "source_item_id": "S", "query_type": "similar_item", "relevant_items": relevant, **changes}


def test_the_plans_example_with_its_comments(tmp_path: Path) -> None:
    expected = TruthQuery(
        "MATH_001", "text_image", "이차함수 y = x² - 4x + 3의 그래프를 그리시오. // 지우지 마세요", "math_001.png", None,
        (Judged("MATH_042", 3, "human"), Judged("MATH_023", 1, "human")), 1,
    )  # fmt: skip
    assert read_text(tmp_path, PLAN_4_4, origin="human").queries == (expected,)
    assert read_text(tmp_path, f"[{PLAN_4_4}]", origin="human").queries[0].text == expected.text


def test_appendix_12_1(tmp_path: Path) -> None:
    found = read_text(tmp_path, {"metadata": {"origin": "constructed"}, "queries": [query("Q1", 3, 2), query("Q2", 0, 1.0)]})
    assert [(one.query_id, one.source_item_id, one.query_type) for one in found.queries] == [
        ("Q1", "S", "similar_item"), ("Q2", "S", "similar_item"),
    ]  # fmt: skip
    assert [judged.grade for one in found.queries for judged in one.judged] == [3, 2, 0, 1]
    assert (found.judgments, found.origins, found.refused, found.notes) == (4, {"constructed": 4}, (), ())


def test_the_variant_keeps_its_extra_keys_and_counts_as_a_models(tmp_path: Path) -> None:
    relevant = [{"id": "B", "relevance": 2, "similarity_score": 0.91, "reasoning": "같은 유형", "source": "kure"}]
    truth = {"metadata": {}, "ground_truth": [{"query_id": "A", "query_category": "image", "relevant_items": relevant}]}
    (found,) = read_text(tmp_path, truth).queries
    assert (found.source_item_id, found.query_type) == ("A", "similar_item")
    assert found.judged == (Judged("B", 2, "model", {"similarity_score": 0.91, "reasoning": "같은 유형"}),)


def test_origin_is_the_nearest_said_and_never_human_by_default(tmp_path: Path) -> None:
    relevant = [{"id": "B", "relevance": 1, "origin": "human"}, {"id": "C", "relevance": 1, "source": "LLM"}, {"id": "D", "relevance": 1}]
    one = query("Q1", relevant_items=relevant, origin="constructed")
    found = read_text(tmp_path, [one, query("Q2", 1)])
    assert found.origins == {"human": 1, "model": 2, "constructed": 1}
    assert len(found.notes) == 1 and "1건" in found.notes[0]
    told = read_text(tmp_path, [one, query("Q2", 1)], origin="human")
    assert told.origins == {"human": 2, "model": 1, "constructed": 1}
    assert told.notes == ()


def test_single_bad_judgments_are_refused_and_the_rest_stays(tmp_path: Path) -> None:
    relevant = [
        {"id": "A", "relevance": 4}, {"id": "B", "relevance": "3"}, {"id": "C", "relevance": True}, {"id": "D", "relevance": 1.5},
        {"id": "E"}, {"relevance": 3}, 7, {"id": "F", "relevance": 3}, {"id": "F", "relevance": 2}, {"id": "S", "relevance": 3},
    ]  # fmt: skip
    lines = ['{"queries": [', json.dumps(query("Q1", 1, 2, 3)) + ",", json.dumps(query("Q2", relevant_items=relevant)), "]}"]
    found = read_text(tmp_path, "\n".join(lines))
    assert [one.item_id for one in found.queries[1].judged] == ["F"]
    assert {(one.line, one.ordinal, one.id) for one in found.refused} == {(3, 2, "Q2")}
    words = ["4은(는) 0~3에 없습니다", "정수", "정수", "정수", "정수", "id", "객체", "두 번", "자기 쿼리"]
    assert [word in one.reason for word, one in zip(words, found.refused, strict=True)] == [True] * len(words)


def test_a_refused_judgment_is_named_with_its_own_line(tmp_path: Path) -> None:
    found = read_text(tmp_path, PLAN_4_4.replace('"relevance": 1', '"relevance": 9'))
    assert [(one.line, one.id) for one in found.refused] == [(9, "MATH_001")]
    spread = json.dumps({"queries": [query("Q1", 1, 2), query("Q2", 3, 7)]}, indent=1)
    found = read_text(tmp_path, spread)
    assert [spread.splitlines()[one.line - 1].strip() for one in found.refused] == ["{"]
    assert '"relevance": 7' in spread.splitlines()[found.refused[0].line + 1]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (query("Q1", 1), "이미"),
        (query("", 1), "query_id"),
        (query("Q2", 1, query_type="vibes"), "natural_language"),
        (query("Q2", relevant_items=None), "relevant_items"),
        (query("Q2", 1, source_item_id=None), "모두 없습니다"),
        (query("Q2", 1, query_text=3), "query_text"),
        (17, "객체"),
    ],
)
def test_a_bad_query_is_refused_alone(bad: Any, reason: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, [query("Q1", 1), bad])
    assert [one.query_id for one in found.queries] == ["Q1"]
    assert len(found.refused) == 1 and reason in found.refused[0].reason


def test_another_scale_is_refused_whole_until_it_is_mapped(tmp_path: Path) -> None:
    truth = [query(f"Q{number}", 1, 2, 3, 4, 5) for number in range(4)]
    with pytest.raises(InputError, match="4, 5.*대응표"):
        read_text(tmp_path, truth)
    found = read_text(tmp_path, truth, mapping={5: 3, 4: 2, 3: 1, 2: 0})
    assert [judged.grade for judged in found.queries[0].judged] == [0, 1, 2, 3]
    assert len(found.refused) == 4 and "대응표" in found.refused[0].reason


@pytest.mark.parametrize("text", ["", "글", "[{]", '{"queries": [', '{"items": []}'])
def test_a_broken_file_is_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="번째 줄"):
        read_text(tmp_path, text)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="읽을 수 없습니다"):
        read(tmp_path / "none.json")


def test_types_follow_from_what_the_query_has(tmp_path: Path) -> None:
    bare = {"query_type": None}
    given = [
        query("Q1", 1, query_text="글", **bare), query("Q2", 1, query_image="a.png", **bare),
        query("Q3", 1, query_text="글", query_image="a.png", **bare), query("Q4", 1, **bare), query("Q5", 1, query_type="Text+Image"),
    ]  # fmt: skip
    assert [one.query_type for one in read_text(tmp_path, given).queries] == [
        "natural_language", "image", "text_image", "similar_item", "text_image",
    ]  # fmt: skip
