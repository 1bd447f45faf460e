"""Sampling: quotas, spread, seeds, and what is said about what could not be done."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from core.errors import NotFoundError
from core.items.context import Flag, flags
from core.items.presets import PHASE_1, PHASE_2
from core.items.record import DIFFICULTIES, Item, Kind
from core.items.sampling import sample

UNITS = ("수와 식", "일차함수", "확률")
WORDS = {
    Kind.IMAGE: "오른쪽 그림에서 각의 크기를 구하시오.",
    Kind.TEXT: "두 주사위를 던질 때 눈의 수의 합을 설명하시오.",
    Kind.LATEX: "$2x=6$의 해는?",
}


def item(item_id: str, kind: Kind = Kind.TEXT, **changes: Any) -> Item:
    base: dict[str, Any] = {
        "id": item_id, "subject": "수학", "grade": "중2", "unit": "확률", "item_type": "단답형", "difficulty": "중",
        "text": WORDS[kind], "images": ("a.png",) if kind is Kind.IMAGE else (),
    }  # fmt: skip
    return Item(**{**base, **changes})


def bank(each: int = 40) -> list[Item]:
    """Every kind in every unit and difficulty, with far more easy items of the first unit."""
    made = [
        item(f"{kind}-{unit}-{difficulty}-{number}", kind, unit=unit, difficulty=difficulty)
        for kind in Kind
        for unit in UNITS
        for difficulty in DIFFICULTIES
        for number in range(each if (unit, difficulty) == (UNITS[0], "하") else 4)
    ]
    return made


def test_phase_1_fills_its_quotas_and_spreads_them() -> None:
    items = bank()
    drawn = sample(items)
    by_id = {one.id: one for one in items}
    chosen = [by_id[item_id] for item_id in drawn.ids]
    assert len(drawn.ids) == len(set(drawn.ids)) == 100
    assert Counter(one.kind for one in chosen) == {Kind.IMAGE: 35, Kind.TEXT: 35, Kind.LATEX: 30}
    for kind in Kind:
        of_kind = [one for one in chosen if one.kind is kind]
        units = Counter(one.unit for one in of_kind)
        difficulties = Counter(one.difficulty for one in of_kind)
        assert max(units.values()) - min(units.values()) <= 1
        assert max(difficulties.values()) - min(difficulties.values()) <= 1
    assert drawn.notes == ()


def test_the_seed_decides_and_the_order_of_the_items_does_not() -> None:
    items = bank()
    shuffled = random.Random(1).sample(items, len(items))
    assert sample(items, seed=1).ids == sample(shuffled, seed=1).ids
    assert set(sample(items, seed=1).ids) != set(sample(items, seed=2).ids)


def test_a_quota_that_cannot_be_filled_is_said() -> None:
    few = [one for one in bank() if one.kind is not Kind.IMAGE] + [item(f"P{n}", Kind.IMAGE) for n in range(20)]
    drawn = sample(few)
    assert [(row.name, row.wanted, row.available, row.taken) for row in drawn.quotas][0] == ("이미지형", 35, 20, 20)
    assert drawn.notes == ("이미지형: 35건 가운데 20건만 채웠습니다(조건에 맞는 문항 20건).",)


def test_items_without_context_are_left_out_and_reported() -> None:
    lost = item("LOST", text="부등식을 세우시오.")
    drawn = sample([*bank(), lost])
    assert "LOST" not in drawn.ids
    assert drawn.excluded == (("LOST", (Flag.SHORT,)),)
    assert drawn.notes == ("맥락이 빠진 문항 1건은 뽑지 않았습니다(글이 너무 짧음 1건).",)


def test_other_subjects_are_not_sampled_for_phase_1() -> None:
    assert sample([item("A", subject="과학")]).ids == ()


def test_presets_add_up_to_the_plan() -> None:
    assert sum(quota.wanted for quota in PHASE_1.quotas) == sum(quota.wanted for quota in PHASE_2.quotas) == 100
    by_subject = Counter()
    for quota in PHASE_2.quotas:
        by_subject[quota.name.split()[0]] += quota.wanted
    assert set(by_subject.values()) == {20} and len(by_subject) == 5
    pictures = [quota for quota in PHASE_2.quotas if quota.accepts(probe(quota.name, Kind.IMAGE))]
    assert sum(quota.wanted for quota in pictures) == 50


def probe(name: str, kind: Kind) -> Item:
    """An item that says every word a row may look for."""
    subject = name.split()[0]
    about = "함수 삼각형 방정식 실험 구조 그래프 지도 도표 문법 " * 10
    return item("P", kind, subject=subject, text=about, item_type="서술형")


def test_phase_2_fills_the_scarcest_row_first() -> None:
    def science(prefix: str, count: int, text: str) -> list[Item]:
        return [item(f"{prefix}{n}", Kind.IMAGE, subject="과학", text=text) for n in range(count)]

    items = science("both", 5, "실험 장치의 구조를 나타낸 그림입니다.") + science("plan", 5, "세포의 구조를 나타낸 그림입니다.")
    drawn = sample(items, preset="phase2")
    rows = {row.name: row for row in drawn.quotas}
    assert rows["과학 실험 장치"].taken == rows["과학 다이어그램"].taken == 5
    assert rows["과학 다이어그램"].available == 10
    assert len(drawn.ids) == len(set(drawn.ids)) == 10
    assert len(drawn.notes) == 15


def test_an_unknown_preset_names_the_ones_there_are() -> None:
    with pytest.raises(NotFoundError, match="phase1, phase2"):
        sample([], preset="phase3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("부등식을 세우시오.", (Flag.SHORT,)),
        ("위 문제에서 세운 부등식을 푸시오.", (Flag.SHORT, Flag.REFERS)),
        ("위에서 구한 식 $x=3$을 푸시오.", (Flag.REFERS,)),
        ("앞의 문제에서 구한 확률 $p$를 이용하여 답하시오.", (Flag.REFERS,)),
        ("3번에서 세운 식 $x+1=2$를 푸시오.", (Flag.REFERS,)),
        ("(1)에서 구한 답을 이용하여 $x$를 구하시오.", (Flag.REFERS,)),
        ("(1) 식 $x=1$을 세우시오. (2) (1)에서 구한 식을 푸시오.", ()),
        ("위의 그림에서 각 $x$의 크기를 구하시오.", (Flag.REFERS,)),
        ("직선 위의 점 $A$를 지나는 일차함수의 그래프를 그리시오.", ()),
        ("$y=2x$의 그래프 위의 점을 구하시오.", ()),
        ("주사위를 3번 던질 때 나오는 경우의 수를 구하시오.", ()),
        ("$2x=6$의 해는?", ()),
        ("삼각형의 세 내각의 크기의 합이 180도임을 설명하시오.", ()),
    ],
)
def test_context(text: str, expected: tuple[Flag, ...]) -> None:
    assert flags(item("A", text=text)) == expected


def test_a_figure_or_choices_are_context() -> None:
    assert flags(item("A", Kind.IMAGE, text="값은?")) == ()
    assert flags(item("A", text="옳은 것은?", choices=("가", "나"))) == ()
    assert flags(item("A", Kind.IMAGE, text="위의 그림에서 각의 크기를 구하시오.")) == ()
