"""확률의 계산: a ball out of each of two bags; at least one of two independent tries."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.latex_terms import frac, number
from core.items.generator.spoken import spoken

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

UNIT = "확률"
CONCEPT = "확률의 계산"
_SAME, _DIFFERENT = "같은 색", "서로 다른 색"


def _draw_bags(rng: Random) -> Facts:
    while True:
        white_a, black_a, white_b, black_b = (rng.randint(1, 4) for _ in range(4))
        total_a, total_b, event = white_a + black_a, white_b + black_b, rng.choice((_SAME, _DIFFERENT))
        partners = (white_b, black_b) if event == _SAME else (black_b, white_b)
        parts = ((white_a, partners[0]), (black_a, partners[1]))
        chances = [Fraction(a * b, total_a * total_b) for a, b in parts]
        right = sum(chances)
        slips = (1 - right, chances[0], chances[1], chances[0] * chances[1], Fraction(white_a + white_b, total_a + total_b),
                 Fraction(1, 2))
        wrong = [slip for slip in dict.fromkeys(slips) if 0 < slip < 1 and slip != right]
        if len(wrong) >= 4 and min(total_a, total_b) >= 3 and total_a != total_b:
            break
    (first_a, first_b), (second_a, second_b) = parts
    names = ("흰", "흰", "검은", "검은") if event == _SAME else ("흰", "검은", "검은", "흰")
    return spoken({
        "white_a": white_a, "black_a": black_a, "white_b": white_b, "black_b": black_b, "event": event,
        "total_a": total_a, "total_b": total_b, "one_a": names[0], "one_b": names[1], "two_a": names[2], "two_b": names[3],
        "product_one": f"{frac(first_a, total_a)}\\times {frac(first_b, total_b)}={number(chances[0])}",
        "product_two": f"{frac(second_a, total_a)}\\times {frac(second_b, total_b)}={number(chances[1])}",
        "sum": f"{number(chances[0])}+{number(chances[1])}", "total": number(right),
        "answer": f"${number(right)}$", "wrong": tuple(f"${number(slip)}$" for slip in wrong[:4]),
    })


def _check_bags(facts: Facts) -> None:
    bag_a, bag_b = ("w" * facts[f"white_{bag}"] + "b" * facts[f"black_{bag}"] for bag in "ab")
    draws = list(product(bag_a, bag_b))
    hits = sum((one == two) == (facts["event"] == _SAME) for one, two in draws)
    assert facts["answer"] == f"${sympy.latex(sympy.Rational(hits, len(draws)))}$"
    assert facts["answer"] not in facts["wrong"]


def _figure_bags(canvas: Canvas, facts: Facts) -> None:
    from matplotlib.patches import Circle

    from core.items.generator.canvas import INK

    for left, name, bag in ((0.0, "A", "a"), (4.4, "B", "b")):
        outline = [(left + 0.9, 3.1), (left + 0.25, 2.3), (left, 1.2), (left + 0.3, 0.2), (left + 1.0, 0.0), (left + 2.2, 0.0),
                   (left + 2.9, 0.2), (left + 3.2, 1.2), (left + 2.95, 2.3), (left + 2.3, 3.1)]
        canvas.polygon(outline)
        canvas.segment((left + 0.9, 3.1), (left + 0.65, 3.6))
        canvas.segment((left + 2.3, 3.1), (left + 2.55, 3.6))
        white, total = facts[f"white_{bag}"], facts[f"total_{bag}"]
        for place in range(total):
            row, column = divmod(place, 3)
            in_row = min(3, total - 3 * row)
            centre = (left + 1.6 + (column - (in_row - 1) / 2) * 0.85, 0.5 + 0.8 * row)
            canvas.axes.add_patch(Circle(centre, 0.33, facecolor="white" if place < white else INK, edgecolor=INK, lw=1.3))
        canvas.text((left + 1.6, -0.5), f"{name} 주머니")


BAGS = Family(
    key="probability.combined.two_bags",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-05",
    cognitive_level="문제해결",
    item_type="객관식",
    difficulties=("중", "상중"),
    draw=_draw_bags,
    wordings=(
        "그림과 같이 A 주머니와 B 주머니에 흰 공과 검은 공이 들어 있다. 두 주머니에서 공을 한 개씩 꺼낼 때, 꺼낸 두 "
        "공이 {event}일 확률은?",
        "왼손으로는 A 주머니에서, 오른손으로는 B 주머니에서 동시에 공 하나씩을 집는 마술이 있다. 마술사는 집은 공의 "
        "색깔이 {event}이면 성공한다. 마술이 성공할 확률로 옳은 것을 고르시오.",
        "A 주머니에는 흰 공 {white_a}개와 검은 공 {black_a}개, B 주머니에는 흰 공 {white_b}개와 검은 공 {black_b}개가 "
        "있다. 민재가 각 주머니에서 하나씩 뽑은 공을 견주어 볼 때 {event:이/가} 나올 확률은 얼마인가?",
        "두 주머니 속을 그린 것이다. 주머니마다 공을 한 번씩 뽑으면 색의 짝은 네 가지가 생긴다. 그중 {event}인 짝을 "
        "얻을 확률을 구하면 어느 것인가?",
        "공이 담긴 두 주머니 A, B가 있다. 눈을 감고 A에서 1개, B에서 1개의 공을 꺼내 탁자에 놓았을 때 두 공이 "
        "{event:이/가} 되는 사건의 확률을 찾으시오.",
        "지원이는 A에서, 유찬이는 B에서 공을 한 개씩 꺼내 보여 준다. 두 사람이 보여 준 공이 {event}이면 청소를 쉰다. "
        "청소를 쉬게 될 확률은 다음 중 무엇인가?",
        "주머니 A의 공 {total_a}개와 주머니 B의 공 {total_b}개는 그림처럼 흰색이거나 검은색이다. 어느 공이든 나올 "
        "가능성이 같다고 하자. 주머니별로 공을 꺼내 {event}의 두 공을 얻을 확률을 골라라.",
        "서로 영향을 주지 않는 두 사건의 확률을 곱하고, 함께 일어날 수 없는 경우끼리는 더한다. 이를 이용하여 두 "
        "주머니에서 나온 공이 {event}일 확률을 구하시오.",
        "놀이 규칙은 간단하다. A와 B에서 공을 하나씩 꺼내어 {event}이면 이긴다. 그림에 보이는 공으로 놀이를 할 때 "
        "이길 확률로 알맞은 것은?",
        "흰 공을 0, 검은 공을 1이라고 적는 기계가 두 주머니에서 각각 공을 뽑는다. 기계가 적은 두 수에 해당하는 공이 "
        "{event}일 확률은 얼마라고 할 수 있는가?",
        "두 반의 대표가 추첨을 한다. 1반 대표는 A 주머니의 공을, 2반 대표는 B 주머니의 공을 하나 뽑는다. 두 대표가 "
        "뽑은 공의 색을 비교하여 {event:으로/로} 판정될 확률을 고르면?",
        "그림을 보고 각 주머니에서 흰 공이 나올 확률과 검은 공이 나올 확률을 먼저 구하여라. 이로부터 한 개씩 꺼낸 두 "
        "공이 {event}일 확률은 얼마로 계산되는가?",
        "색을 볼 수 없는 로봇이 주머니 A, B에 차례로 손을 넣어 공을 하나씩 가져왔다. 가져온 공 두 개가 {event}일 "
        "가능성을 분수로 나타낸 것을 선택하시오.",
        "A, B 두 주머니의 공은 모양과 크기가 똑같다. 두 주머니에서 하나씩 나온 공이 {event}인 경우를 나무 모양 "
        "그림으로 조사하였다. 조사한 확률과 같은 것은?",
    ),
    queries=(
        "두 주머니에서 공을 하나씩 꺼낼 때의 확률 문제",
        "흰 공과 검은 공이 든 주머니 그림에서 색이 같거나 다를 확률",
        "확률의 곱셈과 덧셈을 함께 쓰는 객관식 문항",
        "서로 다른 주머니에서 동시에 꺼낸 두 공의 색에 대한 문제",
        "주머니 두 개 그림이 있는 확률 계산 문제",
        "두 사건이 서로 영향을 주지 않을 때 확률 구하기",
        "공의 색깔이 일치할 확률",
        "각각 한 개씩 뽑는 확률 문제",
    ),
    solution="A에서 {one_a} 공, B에서 {one_b} 공이 나올 확률은 ${product_one}$이고, A에서 {two_a} 공, B에서 {two_b} "
    "공이 나올 확률은 ${product_two}$이다. 두 경우는 함께 일어나지 않으므로 구하는 확률은 "
    "${sum}={total}$이다.",
    check=_check_bags,
    figure=_figure_bags,
)


def _draw_least(rng: Random) -> Facts:
    pool = [Fraction(p, q) for p, q in ((1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (2, 5), (3, 5), (4, 5), (5, 6), (3, 8))]
    first, second = rng.sample(pool, 2)
    miss = (1 - first) * (1 - second)
    return spoken({
        "first": number(first), "second": number(second), "miss_first": number(1 - first), "miss_second": number(1 - second),
        "miss": number(miss), "total": number(1 - miss), "answer": f"${number(1 - miss)}$",
    })


def _check_least(facts: Facts) -> None:
    def value(name: str) -> sympy.Rational:
        top, bottom = str(facts[name]).removeprefix("\\frac{").removesuffix("}").split("}{")
        return sympy.Rational(int(top), int(bottom))

    first, second = value("first"), value("second")
    assert facts["answer"] == f"${sympy.latex(first + second - first * second)}$"


LEAST = Family(
    key="probability.combined.at_least_one",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-05",
    cognitive_level="추론",
    item_type="서술형",
    difficulties=("상중", "상"),
    draw=_draw_least,
    wordings=(
        "두 양궁 선수가 화살을 한 번씩 쏘아 10점을 맞힐 확률이 각각 ${first}$, ${second}$이다. 적어도 한 선수가 "
        "10점을 맞힐 확률을 풀이 과정과 함께 구하시오.",
        "토요일에 비가 올 확률은 ${first}$, 일요일에 비가 올 확률은 {second:$이라고/라고} 한다. 주말 이틀 중 하루라도 "
        "비가 오면 나들이를 미루기로 하였다. 나들이를 미루게 될 확률은 얼마인지 설명하여라.",
        "오디션에서 수아는 ${first}$의 확률로, 건우는 ${second}$의 확률로 합격한다. 둘 다 떨어지는 일만 아니면 축하 "
        "모임을 열 것이다. 여사건을 이용하여 모임이 열릴 확률을 알아내고 과정을 적으시오.",
        "공장의 경보 장치 두 대는 불이 났을 때 각각 ${first}$, ${second}$의 확률로 울린다. 불이 난 순간 경보가 한 대 "
        "이상에서 울릴 확률을 계산하는 방법을 쓰시오.",
        "농구 선수가 자유투를 두 번 던진다. 첫 번째 공이 들어갈 확률은 ${first}$, 두 번째 공이 들어갈 확률은 "
        "${second}$이다. 공이 한 번 이상 들어갈 확률을 구하는 식을 세우고 답하여라.",
        "약속 장소에 하린이가 제때 올 확률이 ${first}$, 시우가 제때 올 확률이 ${second}$이다. 두 사람 가운데 최소한 "
        "한 명은 제때 오는 사건의 확률을 밝히시오.",
        "어떤 문제를 지아와 도현이가 따로 푼다. 지아는 ${first}$, 도현이는 ${second}$의 확률로 문제를 푼다. 문제가 "
        "풀릴 확률, 곧 누군가는 답을 알아낼 확률을 여사건의 확률로 서술하시오.",
        "씨앗 두 개를 심었는데 싹이 틀 확률은 하나가 ${first}$, 다른 하나가 ${second}$이다. 화분에서 싹을 볼 수 있을 "
        "확률은 얼마인가? 아무 싹도 나지 않을 확률부터 구하여 답하라.",
        "치료약 가와 나의 효과는 서로 영향을 주지 않고, 효과가 있을 확률은 가가 ${first}$, 나가 ${second}$이다. 두 "
        "약을 모두 썼을 때 효과를 하나라도 볼 확률을 1에서 빼는 방법으로 찾으시오.",
        "게임에서 보물 상자 두 개를 연다. 금화가 나올 확률은 나무 상자에서 ${first}$, 철 상자에서 ${second}$이다. "
        "금화를 얻지 못하고 끝나지 않을 확률을 이유를 들어 계산하여라.",
        "탐사선에 서로 독립으로 작동하는 통신기가 두 대 실려 있다. 고장 나지 않을 확률이 차례로 ${first}$, "
        "${second}$일 때, 통신이 끊기지 않을 확률을 구하고 그렇게 생각한 까닭을 쓰시오.",
        "두 자격시험에 응시한 이모의 합격 확률은 필기 위주의 시험이 ${first}$, 실기 위주의 시험이 {second:$으로/로} "
        "예상된다. 이모가 자격증을 하나 이상 갖게 될 확률은 무엇인지 논리적으로 나타내시오.",
        "버스와 지하철이 정시에 도착할 확률은 각각 {first:$과/와} ${second}$이다. ‘둘 중 어느 것도 정시에 도착하지 "
        "않는다’의 반대가 되는 사건을 말하고, 그 사건이 일어날 확률을 구해 보아라.",
    ),
    queries=(
        "적어도 한 번 일어날 확률을 여사건으로 구하는 서술형 문제",
        "두 사람 중 적어도 한 명이 성공할 확률",
        "여사건의 확률을 이용하는 문제",
        "둘 다 실패할 확률을 전체에서 빼는 확률 문항",
        "주말에 하루라도 비가 올 확률 문제",
        "명중률이나 합격 확률이 분수로 주어진 문제",
        "하나 이상이라는 조건이 있는 확률 계산",
        "두 사건이 모두 일어나지 않는 경우를 생각하는 어려운 확률 문제",
    ),
    solution="구하는 사건의 여사건은 두 경우가 모두 일어나지 않는 것이고, 그 확률은 "
    "$(1-{first})\\times(1-{second})={miss_first}\\times {miss_second}={miss}$이다. 따라서 구하는 확률은 "
    "$1-{miss}={total}$이다.",
    check=_check_least,
)

FAMILIES = (BAGS, LEAST)
