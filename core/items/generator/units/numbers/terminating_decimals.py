"""유한소수: the smallest factor that makes a fraction terminate, and terminating points of a divided number line."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random
from typing import TYPE_CHECKING

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import frac

if TYPE_CHECKING:
    from core.items.generator.canvas import Canvas

_UNIT = "수와 식"
_CONCEPT = "유한소수로 나타낼 수 있는 분수"
_CODE = "9수01-06"
_LETTERS = "ABCDE"


def _without_two_and_five(number: int) -> int:
    for prime in (2, 5):
        while number % prime == 0:
            number //= prime
    return number


def _terminates(value: Fraction) -> bool:
    digits = 10**12  # every denominator drawn here is far below 2^12 and 5^12
    return (value * digits).denominator == 1


def _factored(number: int) -> str:
    parts = []
    for prime in (2, 3, 5, 7, 11, 13):
        times = 0
        while number % prime == 0:
            number, times = number // prime, times + 1
        if times:
            parts.append(str(prime) if times == 1 else f"{prime}^{{{times}}}")
    return r"\times ".join(parts)


def _draw_factor(rng: Random) -> Facts:
    while True:
        odd = rng.choice((9, 21, 27, 33, 39, 63, 77, 7, 11, 13))
        bottom = 2 ** rng.randint(1, 4) * 5 ** rng.randint(0, 2) * odd
        top = rng.choice((1, 3, 7, 9, 11, 13, 21))
        reduced = Fraction(top, bottom)
        answer = _without_two_and_five(reduced.denominator)
        if 20 < bottom <= 900 and top < bottom and answer >= 3:
            break
    shown = frac(top, bottom)
    kept = reduced.denominator
    step = "" if kept == bottom else f"={frac(reduced.numerator, kept)}"
    return {
        "fraction": said(shown),
        "top": top,
        "bottom": bottom,
        "steps": f"{shown}{step}={frac(reduced.numerator, _factored(kept))}",
        "odd_factors": _factored(answer),
        "answer": str(answer),
        "wrong": four_wrong(answer, [w for w in (
            _without_two_and_five(bottom), kept, answer * 2, gcd(kept, 10), answer * 3, answer * 5, answer + 2, answer + 4,
        ) if w > 1]),
    }


def _check_factor(facts: Facts) -> None:
    value = Fraction(facts["top"], facts["bottom"])
    smallest = next(n for n in range(1, 2000) if _terminates(value * n))
    assert facts["answer"] == str(smallest)


_FACTOR = Family(
    key="numbers.terminating.smallest_factor",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="이해",
    item_type="객관식",
    difficulties=("중하", "중"),
    draw=_draw_factor,
    wordings=(
        "분수 ${fraction}$에 자연수 $n$을 곱하여 유한소수가 되게 하려고 한다. $n$의 값 중 가장 작은 것은?",
        r"기약분수로 고친 뒤 분모를 소인수분해하면 유한소수인지 판별할 수 있다. ${fraction}\times a$가 유한소수로 나타내어지도록 "
        "하는 자연수 $a$의 최솟값을 고르면?",
        "민서는 ${fraction}$의 분자에 어떤 자연수를 곱했더니 소수점 아래 숫자가 유한개인 수로 바뀌었다고 한다. 민서가 곱했을 수 있는 "
        "가장 작은 자연수는 얼마인가?",
        "무한히 계속되는 소수 ${fraction}$에 될 수 있는 한 작은 자연수 $k$를 곱해 끝이 있는 소수로 만들었다. $k$의 값은?",
        r"${fraction}\times n$의 값이 유한소수가 되게 하는 자연수 $n$ 중 제일 작은 수를 고르시오.",
        r"분모의 소인수가 2나 5뿐이어야 한다는 조건을 생각할 때, ${fraction}\times x$를 유한소수로 만드는 최소의 자연수 $x$로 "
        "옳은 것은?",
        "${fraction}$의 몇 배가 되어야 처음으로 유한소수가 나타나는가? 자연수 배만 생각한다.",
        r"$A={fraction}\times m$이고 $A$는 유한소수이다. 자연수 $m$으로 가능한 수 가운데 가장 작은 것은 무엇인가?",
        "수 카드에 적힌 자연수를 ${fraction}$에 곱한 결과가 유한소수이면 이기는 놀이가 있다. 이길 수 있는 카드의 수 중 최솟값은?",
        "분모에 남은 방해되는 소인수를 모두 약분하기 위하여 ${fraction}$에 곱해야 할 가장 작은 자연수를 찾으시오.",
        "${fraction}${fraction.eun} 순환소수이다. 여기에 곱해서 순환하지 않게, 곧 소수점 아래가 끝나게 만드는 자연수들 중 가장 작은 수는?",
        r"자연수 $p$에 대하여 ${fraction}\times p$의 분모를 10의 거듭제곱으로 고칠 수 있다. 이런 $p$ 중 최소인 것을 고르면?",
        "어떤 수를 곱해야 ${fraction}$의 소수 표현이 유한하게 끝날까? 알맞은 자연수의 최솟값을 아래에서 고르시오.",
        "유한소수로 바꾸려면 ${fraction}$에 적어도 얼마를 곱해야 하는지 자연수로 답하면?",
    ),
    queries=(
        "분수에 자연수를 곱해 유한소수가 되게 하는 가장 작은 수를 묻는 문제",
        "유한소수가 되도록 하는 자연수의 최솟값 구하기",
        "분모의 소인수가 2와 5뿐이라는 조건을 이용하는 객관식",
        "어떤 수를 곱하면 소수점 아래가 끝나는지 찾는 문항",
        "약분한 뒤 분모를 소인수분해하여 곱할 수 찾기",
        "순환소수에 수를 곱해 유한소수로 만드는 유형",
        "유한소수가 되기 위한 분모의 조건 문제",
        "기약분수의 분모에 남은 소인수를 없애는 수 고르기",
    ),
    solution=(
        "${steps}$이므로 곱한 뒤 분모의 소인수가 2나 5뿐이려면 곱하는 수가 ${odd_factors}$의 배수이어야 한다. "
        "따라서 가장 작은 자연수는 {answer}이다."
    ),
    check=_check_factor,
)


def _draw_points(rng: Random) -> Facts:
    parts = rng.choice((12, 12, 14, 15, 15, 18))
    start = rng.randint(0, 3)
    good = [place for place in range(1, parts) if _without_two_and_five(parts // gcd(place, parts)) == 1]
    bad = [place for place in range(1, parts) if place not in good]
    count = min(len(good), rng.randint(1, 3))
    while True:
        places = sorted(rng.sample(good, count) + rng.sample(bad, 5 - count))
        if all(right - left > 1 for left, right in zip(places, places[1:], strict=False)):
            break
    named = [letter for letter, place in zip(_LETTERS, places, strict=True) if place in good]
    values = [f"{letter}({frac(start * parts + place, parts)})" for letter, place in zip(_LETTERS, places, strict=True)]
    return {
        "parts": parts,
        "start": said(start),
        "end": said(start + 1),
        "places": tuple(places),
        "values": ", ".join(f"$\\mathrm{{{value[0]}}}{value[1:]}$" for value in values),
        "answer": ", ".join(named),
    }


def _check_points(facts: Facts) -> None:
    values = [int(facts["start"]) + Fraction(place, facts["parts"]) for place in facts["places"]]
    assert facts["answer"] == ", ".join(
        letter for letter, value in zip(_LETTERS, values, strict=True) if _terminates(value)
    )


def _figure_points(canvas: Canvas, facts: Facts) -> None:
    parts, length = facts["parts"], 9.0
    canvas.segment((-0.7, 0), (length + 0.7, 0), arrow=True)
    for tick in range(parts + 1):
        x, half = length * tick / parts, 0.28 if tick in (0, parts) else 0.14
        canvas.segment((x, -half), (x, half), width=1.0)
    canvas.text((0, 0), str(facts["start"]), offset=(0, -17))
    canvas.text((length, 0), str(facts["end"]), offset=(0, -17))
    for letter, place in zip(_LETTERS, facts["places"], strict=True):
        canvas.dot((length * place / parts, 0), letter, offset=(0, 13))


_POINTS = Family(
    key="numbers.terminating.number_line",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="추론",
    item_type="단답형",
    difficulties=("상중",),
    draw=_draw_points,
    wordings=(
        "그림은 수직선에서 {start}{start.gwa} {end} 사이를 {parts}등분한 것이다. 다섯 점 A, B, C, D, E가 나타내는 수 가운데 유한소수로 "
        "나타낼 수 있는 것의 기호를 모두 쓰시오.",
        "수직선 위의 눈금은 {start}부터 {end}까지의 길이를 똑같이 {parts}칸으로 나눈다. 점 A부터 E까지에 대응하는 분수를 각각 소수로 "
        "고칠 때, 소수점 아래가 끝나는 점을 전부 찾아라.",
        "줄자의 {start}{start.gwa} {end} 사이에 같은 간격으로 {parts}개의 칸을 새기고 다섯 곳에 깃발 A, B, C, D, E를 꽂았다. 깃발이 꽂힌 "
        "눈금의 값이 순환소수가 아닌 깃발은 어느 것인지 모두 구하여라.",
        "오른쪽 수직선의 {start}{start.gwa} {end} 사이는 {parts}등분되어 있다. 표시된 점 A, B, C, D, E 중에서 좌표가 유한소수인 점을 모두 고르시오.",
        "이웃한 두 정수 {start}, {end}{end.eul} 잇는 선분을 {parts}개의 같은 부분으로 나누고 점에 이름을 붙였다. 분모의 소인수를 조사하여 "
        "유한소수에 대응하는 점의 이름을 빠짐없이 적어라.",
        "다음 그림과 같이 {parts}등분한 눈금 위에 점 A, B, C, D, E가 있다. 기약분수로 고쳤을 때 분모의 소인수가 2와 5뿐인 점은 "
        "어느 것인가?",
        "{start}에서 {end}까지 {parts}칸으로 나뉜 수직선을 보고, A에서 E까지의 점이 나타내는 유리수 중 유한소수가 되는 점을 말하시오.",
        "선분을 {parts}등분한 점 중 다섯 개를 골라 A, B, C, D, E라 하였다. 이 점들의 좌표를 소수로 쓸 때 무한히 이어지지 않는 점을 "
        "모두 쓰시오.",
        "그림의 수직선에서 한 칸의 길이는 {parts}분의 1이다. 좌표를 소수로 바꾸었을 때 나누어떨어지는 점의 기호를 찾으시오.",
        "눈금이 고르게 매겨진 수직선에 점 다섯 개가 찍혀 있다. 두 정수 사이가 {parts}등분되었을 때 유한소수인 점을 모두 찾아 쓰면?",
        "A, B, C, D, E는 {start}{start.gwa} {end} 사이의 {parts}등분점이다. 그림을 보고 각 점의 좌표를 분수로 읽어, 유한소수로 고칠 수 있는 "
        "점만 골라 쓰시오.",
        "달리기 코스 1km를 {parts}구간으로 나누어 그린 수직선이다. 안내판 A, B, C, D, E의 위치 중 유한소수로 적을 수 있는 위치의 기호를 답하여라.",
        "수직선의 두 정수 사이를 {parts}개로 똑같이 나눈 그림에서, 순환소수가 되는 점을 빼고 남는 점을 A, B, C, D, E 중 모두 고르면?",
        "아래 그림에서 다섯 점의 좌표를 약분해 보고 유한소수인 점이 어느 것인지 알아내어 그 이름을 차례로 적으시오.",
    ),
    queries=(
        "수직선을 등분한 점 중에서 유한소수를 나타내는 점을 찾는 문제",
        "수직선 그림에서 유한소수가 되는 점 모두 고르기",
        "눈금을 분수로 읽고 유한소수인지 판별하는 문항",
        "두 정수 사이를 똑같이 나눈 눈금과 순환소수 구별하기",
        "점 A부터 E까지 유한소수인 좌표를 고르는 그림 문제",
        "수직선 위의 점의 좌표를 약분하여 유한소수 판단",
        "등분점의 좌표가 순환소수가 아닌 것을 찾는 유형",
        "수직선 눈금을 이용한 유리수의 소수 표현 문제",
    ),
    solution=(
        "점의 좌표는 차례로 {values}이다. 기약분수로 고쳤을 때 분모의 소인수가 2나 5뿐인 것만 유한소수로 "
        "나타낼 수 있으므로 구하는 점은 {answer}이다."
    ),
    check=_check_points,
    figure=_figure_points,
)

FAMILIES: tuple[Family, ...] = (_FACTOR, _POINTS)
