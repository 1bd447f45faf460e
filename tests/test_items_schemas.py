"""Both schemas: what is written reads back the same, what is wrong is refused with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.items import content, export
from core.items.importers import read
from core.items.record import Item, Kind
from core.items.schemas import bank, plan
from core.items.validation import Refused, check

ITEM = Item(
    id="MATH_001",
    subject="수학",
    grade="중2",
    unit="일차함수",
    item_type="객관식",
    difficulty="상중",
    text="$△ABC$에서 $\\angle x \\leq a$, $x^{2}$의 값은?",
    images=("images/a.png",),
    choices=("$1$", "$2$", "$3$"),
    answer="② $2$",
    solution="대입하면 $2$이다.",
    metadata={"curriculum_code": "9수02-09", "concept": "기울기", "keywords": ["기울기", "절편"]},
)
ITEMS = [
    ITEM,
    replace(ITEM, id="MATH_002", images=("images/a.png", "b/c.png"), answer="모두", metadata={}),
    replace(ITEM, id="가나", images=(), choices=(), item_type="단답형", answer="$-3$", grade="고1"),
    replace(ITEM, id="X", images=(), choices=(), item_type="서술형", answer="", solution="", grade="기타", text="증명하시오.\n줄"),
]


@pytest.mark.parametrize("write", [export.write_plan, export.write_bank])
def test_what_is_exported_imports_as_the_same_items(write: Any, tmp_path: Path) -> None:
    assert write(ITEMS, tmp_path / "items.json") == len(ITEMS)
    assert list(read(tmp_path / "items.json")) == ITEMS


def test_generated_items_survive_both_schemas(tmp_path: Path) -> None:
    from core.items.generator.generate import items

    made = [generated.item for generated in items(60, seed=3, with_figures=False)]
    export.write_plan(made, tmp_path / "plan.json")
    export.write_bank(made, tmp_path / "bank.json")
    assert list(read(tmp_path / "plan.json")) == made
    assert list(read(tmp_path / "bank.json")) == made


def test_quirks_are_seeded_and_change_nothing_the_encoders_get(tmp_path: Path) -> None:
    from core.items.generator.generate import items

    made = [generated.item for generated in items(120, seed=3, with_figures=False)]
    paths = [tmp_path / name for name in ("one.json", "same.json", "other.json")]
    for path, seed in zip(paths, (5, 5, 6), strict=True):
        export.write_bank(made, path, quirks=seed)
    one, same, other = [path.read_bytes() for path in paths]
    assert one == same != other
    assert one.startswith(b"\xef\xbb\xbf")
    odd = list(read(paths[0]))
    assert sum(a != b for a, b in zip(odd, made, strict=True)) > 30
    assert [content.embedding_text(a) for a in odd] == [content.embedding_text(b) for b in made]
    assert [a.kind for a in odd] == [b.kind for b in made]


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    export.write_plan(ITEMS, path)
    before = path.read_bytes()

    def failing() -> Any:
        yield ITEM
        raise RuntimeError

    with pytest.raises(RuntimeError):
        export.write_plan(failing(), path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["items.json"]


BANK: dict[str, Any] = {
    "id": "0123456789ABCDEF0123456789ABCDEF",
    "metadata": {
        "difficulty": "중하", "difficulty_code": "02", "question_type": "선택형", "question_type_code": "11",
        "curriculum": "2015개정", "school_level": "중학교", "grade": "2학년", "subject": "수학", "subject_detail": "",
        "semester": "1학기", "unit_large": "수와 식", "unit_medium": "단항식", "unit_small": "지수법칙", "keywords": [],
        "keywords_raw": "", "year": "2021", "source": "", "exam_name": "",
    },
    "content": {
        "question": "값은?", "question_latex": [], "choices": ["가", "나", "다"], "answer": 3, "answers": [3], "answer_text": "",
        "explanation": "풀이", "explanation_latex": [],
    },
    "images": {"question": ["ID/DrawObjPic/A.png"], "explanation": [], "verified": [], "missing": []},
    "has_image": True,
    "validation": {"is_valid": True, "errors": []},
    "_source_file": "/nowhere/secret.hwp",
}  # fmt: skip


def test_a_record_of_the_bank() -> None:
    item = bank.read(BANK)
    assert item == Item(
        id="0123456789ABCDEF0123456789ABCDEF", subject="수학", grade="중2", unit="수와 식", item_type="객관식", difficulty="중하",
        text="값은?", images=("ID/DrawObjPic/A.png",), choices=("가", "나", "다"), answer="③ 다", solution="풀이",
        metadata={"curriculum": "2015개정", "semester": "1학기", "unit_medium": "단항식", "unit_small": "지수법칙", "year": "2021"},
    )  # fmt: skip
    assert "secret" not in json.dumps(item.metadata)
    assert item.kind is Kind.IMAGE


def test_answers_of_the_bank() -> None:
    def answer(**changes: Any) -> str:
        return bank.read({**BANK, "content": {**BANK["content"], **changes}}).answer

    assert answer(answer=None, answers=[], answer_text="{  1  1  }\n송이") == "{  1  1  }\n송이"
    assert answer(answer=None, answers=[1, 3]) == "① 가, ③ 다"
    with pytest.raises(Refused, match="없는 보기"):
        answer(answer=4)


def nested(path: str, value: Any) -> dict[str, Any]:
    record = json.loads(json.dumps(BANK))
    *parents, last = path.split(".")
    inner = record
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return record


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (nested("metadata.difficulty", "최상"), "difficulty"),
        (nested("metadata.question_type", "주관식"), "item_type"),
        (nested("metadata.subject", None), "subject"),
        (nested("metadata", []), "metadata"),
        (nested("content.question", None), "그림"),
        (nested("content.question", 3), "question"),
        (nested("content.choices", [1, 2]), "choices"),
        (nested("images.question", []), "그림이 없습니다"),
        (nested("id", 17), "id"),
        (nested("id", "A B"), "공백"),
        (nested("id", "가" * 70), "200바이트"),
        (nested("content.question", "가" * 20_001), "너무 깁니다"),
        (nested("content.question", "가\x00나"), "U\\+0000"),
        (nested("content.explanation", "\ud83d"), "U\\+D83D"),
        (nested("metadata.extra", {"a": ["\x07"]}), "U\\+0007"),
        (nested("metadata.extra", "x" * 100_001), "너무 깁니다"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(record: dict[str, Any], reason: str) -> None:
    if reason == "그림":  # a question that is nothing but its figure is fine
        check(bank.read(record))
        record["images"], record["has_image"] = {}, False
        reason = "question"
    with pytest.raises(Refused, match=reason):
        check(bank.read(record))


PLAN = plan.write(ITEM)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"difficulty": "어려움"}, "하 · 중하 · 중 · 상중 · 상"),
        ({"item_type": "O/X"}, "객관식"),
        ({"unit": " "}, "unit"),
        ({"text": None, "image_path": None, "has_image": False}, "text"),
        ({"text": " ", "image_path": None, "has_image": False}, "글도 그림도"),
        ({"image_path": None}, "has_image"),
        ({"answer": 9}, "없는 보기"),
        ({"answer": True}, "answer"),
        ({"choices": {"1": "a"}}, "choices"),
        ({"metadata": "x"}, "metadata"),
    ],
)
def test_what_is_wrong_with_a_plan_record_is_said(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(plan.read({**PLAN, **changes}))


def test_the_plans_own_example_reads() -> None:
    item = plan.read(
        {
            "id": "MATH_001", "subject": "수학", "grade": "고1", "unit": "이차함수", "item_type": "객관식", "difficulty": "중",
            "text": "이차함수 y = x² - 4x + 3의 그래프를...", "image_path": "images/math_001.png", "has_image": True,
            "metadata": {"curriculum_code": "10수학01-02", "cognitive_level": "적용"},
        }
    )  # fmt: skip
    check(item)
    assert item.images == ("images/math_001.png",)
    assert (item.choices, item.answer, item.solution) == ((), "", "")
