"""확률의 뜻과 성질: a numbered spinner; how many there must be for a given probability."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import sympy

from core.items.generator.family import Facts, Family
from core.items.generator.latex_terms import frac, number
from core.items.generator.spoken import spoken

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

UNIT = "확률"
CONCEPT = "확률의 뜻과 성질"
_NUMBERS = {
    "소수": lambda n: n in (2, 3, 5, 7, 11),
    "3의 배수": lambda n: n % 3 == 0,
    "4의 배수": lambda n: n % 4 == 0,
    "6의 약수": lambda n: 6 % n == 0,
    "8의 약수": lambda n: 8 % n == 0,
    "10의 약수": lambda n: 10 % n == 0,
    "4보다 작은 수": lambda n: n < 4,
    "5보다 큰 수": lambda n: n > 5,
    "자연수의 제곱인 수": lambda n: n in (1, 4, 9),
}


def _draw_spinner(rng: Random) -> Facts:
    while True:
        sectors, condition = rng.choice((6, 8, 9, 10, 12)), rng.choice(list(_NUMBERS))
        hits = [n for n in range(1, sectors + 1) if _NUMBERS[condition](n)]
        chance = Fraction(len(hits), sectors)
        slips = (1 - chance, Fraction(1, sectors), Fraction(1, len(hits)), Fraction(len(hits), sectors - len(hits)),
                 Fraction(len(hits) + 1, sectors), Fraction(len(hits) - 1, sectors))
        wrong = [slip for slip in dict.fromkeys(slips) if 0 < slip < 1 and slip != chance]
        if len(wrong) >= 4:
            break
    return spoken({
        "sectors": sectors, "condition": condition, "hits": ", ".join(map(str, hits)), "count": len(hits),
        "steps": "=".join(dict.fromkeys((frac(len(hits), sectors), number(chance)))), "answer": f"${number(chance)}$", "wrong": tuple(f"${number(slip)}$" for slip in wrong[:4]),
    })


def _check_spinner(facts: Facts) -> None:
    n = facts["sectors"]
    listed = {"소수": list(sympy.primerange(n + 1)), "자연수의 제곱인 수": [k * k for k in range(1, math.isqrt(n) + 1)],
               "4보다 작은 수": [1, 2, 3], "5보다 큰 수": list(range(6, n + 1))}
    condition = str(facts["condition"])
    if condition.endswith("배수"):
        expected = list(range(int(condition[0]), n + 1, int(condition[0])))
    elif condition.endswith("약수"):
        expected = [d for d in sympy.divisors(int(condition.split("의")[0])) if d <= n]
    else:
        expected = listed[condition]
    assert facts["hits"] == ", ".join(map(str, expected))
    assert facts["answer"] == f"${sympy.latex(sympy.Rational(len(expected), int(n)))}$"
    assert facts["answer"] not in facts["wrong"]


def _figure_spinner(canvas: Canvas, facts: Facts) -> None:
    from core.items.generator.canvas import INK

    sectors, step = facts["sectors"], 360 / facts["sectors"]

    def at(radius: float, degrees: float) -> tuple[float, float]:
        turn = math.radians(degrees)
        return radius * math.sin(turn), radius * math.cos(turn)

    if sectors % 2 == 0:
        for place in range(0, sectors, 2):
            rim = [at(2, (place - 0.5 + part / 12) * step) for part in range(13)]
            canvas.polygon([(0, 0), *rim], shade=True)
    canvas.circle((0, 0), 2)
    for place in range(sectors):
        canvas.segment((0, 0), at(2, (place - 0.5) * step), width=1.2)
        canvas.text(at(1.55, place * step), f"${place + 1}$", size=13)
    canvas.dot((0, 0))
    canvas.axes.fill((0, 0.2, 0.07, 0.07, -0.07, -0.07, -0.2), (1.98, 2.3, 2.26, 2.7, 2.7, 2.26, 2.3), color=INK)


SPINNER = Family(
    key="probability.chance.numbered_spinner",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-05",
    cognitive_level="이해",
    item_type="객관식",
    difficulties=("하",),
    draw=_draw_spinner,
    wordings=(
        "그림과 같이 {sectors}등분된 원판에 1부터 {sectors}까지의 자연수가 하나씩 적혀 있다. 원판을 돌려 멈추었을 때 "
        "화살표가 {condition:을/를} 가리킬 확률은? (단, 경계선에서 멈추는 경우는 없다.)",
        "학교 축제에서 회전판 놀이를 한다. 판을 돌려 위쪽 화살표가 가리키는 칸의 수가 {condition}이면 상품을 받는다. "
        "한 번 돌린 손님이 상품을 받을 가능성을 수로 나타낸 것을 고르시오.",
        "크기가 같은 {sectors}개의 부채꼴로 나누어진 돌림판이 있다. 어느 칸에서 멈추는 것도 같은 정도로 기대된다고 할 "
        "때, 멈춘 칸에 {condition:이/가} 쓰여 있을 확률을 구하면?",
        "룰렛을 힘껏 돌렸다. 룰렛이 멈추고 나서 화살표 끝에 오는 수가 {condition}일 확률로 옳은 것은?",
        "태윤이는 말판 놀이를 하면서 주사위 대신 번호가 적힌 바퀴를 돌린다. {condition:이/가} 나오면 한 칸 앞으로 "
        "간다. 태윤이가 이번 차례에 앞으로 갈 확률은 얼마인가?",
        "다음 원판의 각 칸은 넓이가 모두 같다. 회전하던 원판이 멈출 때 화살표와 만나는 칸의 번호를 읽는다면, 그 "
        "번호가 {condition}인 사건의 확률은 어느 것인가?",
        "1에서 {sectors}까지의 번호가 매겨진 회전 원판을 한 번 돌리는 실험에서, 일어나는 모든 경우와 {condition}인 "
        "경우를 세어 확률을 구하여라.",
        "방송국 퀴즈에서 출연자가 숫자판을 돌려 문제 번호를 정한다. 정해진 문제의 번호가 {condition}일 확률을 "
        "보기에서 찾으시오.",
        "바늘은 고정되어 있고 원판만 돌아가는 추첨기가 있다. 당첨 번호는 {condition}이다. 추첨기를 한 번 작동하여 "
        "당첨될 확률을 고르면?",
        "같은 크기의 칸 {sectors}개에 번호를 붙인 룰렛이 있다. 룰렛을 한 바퀴 이상 돌릴 때, 화살표가 {condition}의 "
        "칸에 놓일 확률로 알맞은 수를 골라라.",
        "체육 시간에 돌림판으로 출발 번호를 뽑는다. 첫째로 돌린 사람의 번호가 {condition:이/가} 되는 일의 확률은 "
        "얼마라고 할 수 있는가?",
        "원판에 적힌 수를 살펴보고 {condition:이/가} 적힌 칸이 몇 개인지 세어라. 이 원판을 돌려 그러한 칸에서 멈추게 "
        "될 확률은?",
        "피자 모양으로 나뉜 과녁이 천천히 돌고 있다. 눈을 가린 사람이 멈춤 단추를 눌렀을 때 화살표 아래에 있는 수가 "
        "{condition}일 확률을 선택하시오.",
    ),
    queries=(
        "숫자가 적힌 원판을 돌려서 나오는 수에 대한 확률 문제",
        "룰렛이나 회전판 그림이 있는 확률 문항",
        "등분된 돌림판에서 배수나 약수가 나올 확률",
        "화살표가 가리키는 칸의 수가 조건에 맞을 확률 구하기",
        "확률의 뜻을 묻는 쉬운 객관식 문제",
        "소수가 적힌 칸에서 멈출 확률",
        "원판을 한 번 돌리는 실험의 확률",
        "같은 크기의 부채꼴로 나눈 판에서 확률 구하기",
    ),
    solution="일어날 수 있는 모든 경우의 수는 {sectors}이다. {condition}에 해당하는 것은 {hits}의 {count}가지이므로 "
    "구하는 확률은 ${steps}$이다.",
    check=_check_spinner,
    figure=_figure_spinner,
)


def _draw_unknown(rng: Random) -> Facts:
    chance = rng.choice([Fraction(p, q) for p, q in ((1, 3), (2, 3), (1, 4), (3, 4), (2, 5), (3, 5), (3, 7), (4, 7), (3, 8), (5, 8), (4, 9))])
    times = rng.choice((2, 3, 4, 5, 6))
    known, unknown = chance.numerator * times, (chance.denominator - chance.numerator) * times
    return spoken({"known": known, "total": known + unknown, "chance": number(chance), "top": chance.numerator,
                   "bottom": chance.denominator, "answer": f"${unknown}$"})


def _check_unknown(facts: Facts) -> None:
    x = sympy.Symbol("x", positive=True)
    (found,) = sympy.solve(sympy.Eq(sympy.Integer(int(facts["known"])) / (facts["known"] + x), sympy.Rational(int(facts["top"]), int(facts["bottom"]))), x)
    assert facts["answer"] == f"${found}$"


UNKNOWN = Family(
    key="probability.chance.unknown_count",
    unit=UNIT,
    concept=CONCEPT,
    curriculum_code="9수05-05",
    cognitive_level="추론",
    item_type="단답형",
    difficulties=("중하", "중"),
    draw=_draw_unknown,
    wordings=(
        "흰 구슬 ${known}$개와 검은 구슬 $x$개가 들어 있는 통에서 구슬 한 개를 꺼낼 때, 흰 구슬이 나올 확률이 "
        "${chance}$이다. $x$의 값을 구하시오.",
        "상자에 당첨 제비 ${known}$개를 넣고, 제비 한 개를 뽑아 당첨될 확률을 {chance:$으로/로} 맞추려고 한다. 당첨이 "
        "아닌 제비는 몇 개 넣어야 하는지 $x$개라 놓고 $x$를 찾아라.",
        "동아리 회원 중 2학년은 ${known}$명이고 1학년은 $x$명이다. 이름을 적은 쪽지로 대표 한 명을 추첨했을 때 "
        "2학년이 대표가 될 가능성이 {chance:$이라면/라면}, 1학년은 몇 명인가? 수 $x$로 답하여라.",
        "어항 속에 빨간 금붕어 ${known}$마리와 까만 금붕어 $x$마리가 있다. 그물로 한 마리를 건졌을 때 빨간 금붕어일 "
        "확률은 {chance:$이/가} 된다고 한다. 까만 금붕어의 수 $x$를 계산하시오.",
        "공장에서 만든 전구 상자 속에 합격품은 $x$개, 불량품은 ${known}$개이다. 상자에서 임의로 고른 전구가 불량품일 "
        "확률을 조사하니 {chance:$이었다/였다}. 합격품의 개수 $x$는?",
        "숫자 카드 ${known}$장에 그림 카드 $x$장을 섞어 놓고 한 장을 뒤집는다. 뒤집은 카드에 숫자가 있을 확률이 "
        "${chance}$일 때, 섞은 그림 카드는 몇 장인지 $x$의 값으로 말하여라.",
        "사탕 봉지에 딸기 맛은 ${known}$개, 포도 맛은 $x$개 담겨 있다. 동생이 보지 않고 집은 한 개가 딸기 맛일 확률은 "
        "${chance}$이다. 이를 이용하여 $x$를 알아내시오.",
        "주차장의 자동차는 흰 차 ${known}$대와 다른 색의 차 $x$대뿐이다. 어느 차가 먼저 나갈 가능성도 같다고 하면 "
        "가장 먼저 나가는 차가 흰 차일 확률이 ${chance}$이다. $x$는 얼마인가?",
        "노래 목록에 가요가 ${known}$곡, 동요가 $x$곡 저장되어 있다. 무작위 재생을 눌러 첫 곡으로 가요가 나올 확률이 "
        "${chance}$이도록 하는 자연수 $x$를 구하여라.",
        "꽃씨 봉투 $x$개와 채소 씨 봉투 ${known}$개를 자루에 넣었다. 자루에서 꺼낸 봉투가 채소 씨일 확률은 "
        "${chance}$이다. 꽃씨 봉투는 모두 몇 개인지 $x$에 알맞은 수를 쓰시오.",
        "전체 $(x+{known})$개의 초콜릿 중 ${known}$개에는 아몬드가 들어 있다. 고른 초콜릿에 아몬드가 들어 있을 확률이 "
        "{chance:$이라고/라고} 하면 $x$의 값은 무엇인가?",
        "우산꽂이에 긴 우산이 ${known}$개 있고 접는 우산이 $x$개 있다. 급히 하나를 뽑았더니 긴 우산이 나올 확률이 "
        "정확히 ${chance}$인 상황이었다. 접는 우산의 개수 $x$를 식을 세워 구해 보아라.",
        "설문에 찬성한 학생은 ${known}$명, 반대한 학생은 $x$명이다. 설문에 답한 학생 중에서 한 명을 만났을 때 그 "
        "학생이 찬성했을 확률이 {chance:$이라는/라는} 사실에서 반대한 학생 수 $x$를 알 수 있다. 그 수는?",
    ),
    queries=(
        "확률이 주어졌을 때 공의 개수를 구하는 문제",
        "구슬이나 제비의 수를 미지수로 놓고 확률로 식을 세우는 문제",
        "확률에서 거꾸로 전체 개수를 알아내는 문항",
        "확률의 뜻을 이용한 방정식 문제",
        "모르는 개수가 있는 확률 단답형",
        "당첨 확률을 맞추려면 제비를 몇 개 넣어야 하는지 묻는 문제",
        "확률의 값을 알고 인원수 구하기",
        "경우의 수의 비로 미지수를 찾는 확률 문제",
    ),
    solution="모든 경우의 수는 ${known}+x$이고 해당하는 경우의 수는 ${known}$이므로 "
    "$\\frac{{{known}}}{{{known}+x}}={chance}$이다. 곧 ${known}+x={known}\\div {chance}={total}$이므로 $x$의 "
    "값은 {answer}이다.",
    check=_check_unknown,
)

FAMILIES = (SPINNER, UNKNOWN)
