"""유리수와 순환소수: a recurring decimal as a fraction, and a far digit of a recurring decimal."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from core.items.generator.distractors import four_wrong
from core.items.generator.family import Facts, Family
from core.items.generator.korean import said
from core.items.generator.latex_terms import frac, recurring

_UNIT = "수와 식"
_CONCEPT = "유리수와 순환소수"
_CODE = "9수01-06"


def _draw_fraction(rng: Random) -> Facts:
    while True:
        whole = rng.randint(0, 2)
        fixed = str(rng.randint(0, 9)) if rng.random() < 0.6 else ""
        cycle = str(rng.randint(1, 98)).zfill(rng.randint(1, 2))
        if len(set(cycle)) == 1 and (len(cycle) > 1 or cycle == "9"):
            continue  # 0.33… and 0.99… are written with another cycle, or none
        if fixed and fixed == cycle[-1]:
            continue  # the cycle would start one place earlier
        break
    long, short = 10 ** (len(fixed) + len(cycle)), 10 ** len(fixed)
    top = int(f"{whole}{fixed}{cycle}") - int(f"{whole}{fixed}")
    bottom = long - short
    value = Fraction(top, bottom)
    decimal = recurring(whole, fixed, cycle)
    reduced = frac(value.numerator, value.denominator)
    same = value.denominator == bottom
    return {
        "decimal": said(decimal),
        "cycle": cycle,
        "whole": whole,
        "fixed": fixed,
        "long": long,
        "short_x": "x" if short == 1 else f"{short}x",
        "bottom": bottom,
        "top": top,
        "value": f"{frac(top, bottom)}" if same else f"{frac(top, bottom)}={reduced}",
        "answer": f"${reduced}$",
        "numerator": value.numerator,
        "denominator": value.denominator,
    }


def _check_fraction(facts: Facts) -> None:
    top, bottom = facts["numerator"], facts["denominator"]
    assert Fraction(top, bottom).denominator == bottom, "not in lowest terms"
    whole, rest = divmod(top, bottom)
    digits = ""
    for _ in range(14):
        digit, rest = divmod(rest * 10, bottom)
        digits += str(digit)
    expected = (facts["fixed"] + facts["cycle"] * 14)[:14]
    assert (whole, digits) == (facts["whole"], expected), "long division gives another decimal"
    assert facts["answer"] == rf"$\frac{{{top}}}{{{bottom}}}$"


_FRACTION = Family(
    key="numbers.recurring.to_fraction",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="계산",
    item_type="단답형",
    difficulties=("하", "중하"),
    draw=_draw_fraction,
    wordings=(
        "순환소수 ${decimal}${decimal.eul} $x$로 놓은 다음, 소수 부분이 같은 두 식을 변끼리 빼는 방법을 써서 이 수를 기약분수로 "
        "나타내시오.",
        "어떤 기약분수의 분자를 분모로 나누었더니 몫이 ${decimal}$처럼 {cycle}만 한없이 되풀이되었다. 처음의 기약분수를 "
        "찾아 쓰시오.",
        "유리수 ${decimal}$의 분모와 분자를 서로소인 자연수로 적으려고 한다. 알맞은 분수를 구하여라.",
        "$x={decimal}$일 때, $x$에 $10$의 거듭제곱을 곱하여 순환하는 부분을 없애면 분수 꼴을 얻는다. 약분까지 마친 결과는 "
        "무엇인가?",
        "끝없이 이어지는 소수 ${decimal}$도 유리수이므로 분수로 바꿀 수 있다. 더 이상 약분되지 않는 꼴로 바꾸어라.",
        "순환마디가 {cycle}인 소수 ${decimal}$의 값과 같은 기약분수를 답하시오.",
        "소수점 아래의 숫자가 규칙적으로 반복되는 수 ${decimal}${decimal.eul} 가장 간단한 분수로 고치면 얼마인가?",
        "친구가 계산 결과를 ${decimal}${decimal.euro} 적어 주었다. 이를 기약분수로 바꾸어 쓰면 어떻게 되는지 구하시오.",
        "${decimal}${decimal.gwa} 크기가 같은 분수 가운데 분모가 가장 작은 자연수인 것을 말하여라.",
        "점이 찍힌 수 ${decimal}$의 분수 표현을 구하고, 반드시 약분하여 나타내어라.",
        "${decimal}${decimal.eul} 분수로 변형하는 과정에서 분모에 9나 0이 늘어선 수가 나온다. 그 분수를 약분한 값을 쓰시오.",
        "무한소수 ${decimal}$에서는 점이 찍힌 숫자가 계속 반복된다. 이 소수를 두 정수의 비로 표현한 기약분수를 구하시오.",
        "$a={decimal}${decimal.ira}고 하자. $a$의 값을 정수의 나눗셈 꼴인 기약분수로 바르게 표현하시오.",
        "수학 일기에 적힌 순환소수 ${decimal}$의 정체는 어떤 분수인가? 기약분수로 대답하시오.",
    ),
    queries=(
        "순환소수를 기약분수로 나타내는 문제",
        "되풀이되는 소수를 분수로 고치기",
        "순환마디가 있는 무한소수의 분수 표현 구하기",
        "10의 거듭제곱을 곱해 빼서 순환소수를 분수로 바꾸는 문항",
        "점이 찍힌 소수를 분수로 바꾸는 계산 연습",
        "순환하는 무한소수가 유리수임을 이용해 분수로 변형",
        "분모가 9나 90이 되는 순환소수의 분수 변환",
        "순환소수에서 분수로 바꾼 뒤 약분하는 단답형",
        "소수 부분이 같은 두 식을 빼서 분수를 얻는 유형",
    ),
    solution=(
        "$x={decimal}${decimal.euro} 놓으면 ${long}x$와 ${short_x}$의 소수 부분이 같다. "
        "두 식을 변끼리 빼면 ${bottom}x={top}$이므로 $x={value}$이다."
    ),
    check=_check_fraction,
)


def _long_division(top: int, bottom: int) -> str:
    digits, rest = "", top
    while True:
        digit, rest = divmod(rest * 10, bottom)
        digits += str(digit)
        if rest == top:
            return digits


def _draw_digit(rng: Random) -> Facts:
    bottom = rng.choice((7, 13, 27, 37, 41, 101))
    top = rng.randint(1, bottom - 1)
    while Fraction(top, bottom).denominator != bottom:
        top = rng.randint(1, bottom - 1)
    cycle = _long_division(top, bottom)
    length = len(cycle)
    place = rng.randint(30, 100)
    answer = cycle[(place - 1) % length]
    others = [cycle[place % length], cycle[(place - 2) % length], *cycle, *rng.sample("0123456789", 10)]
    left = place % length
    return {
        "top": said(top),
        "bottom": said(bottom),
        "place": place,
        "length": length,
        "cycle": cycle,
        "reason": (
            f"{place}{said(place).eun} {length}의 배수이므로 순환마디의 마지막 숫자"
            if left == 0
            else f"{place}{said(place).eul} {length}{said(length).euro} 나눈 나머지가 {left}이므로 "
            f"순환마디의 {left}번째 숫자"
        ),
        "answer": answer,
        "wrong": four_wrong(answer, others),
    }


def _check_digit(facts: Facts) -> None:
    exact = 10 ** facts["place"] * int(facts["top"]) // int(facts["bottom"])
    assert facts["answer"] == str(exact % 10)


_DIGIT = Family(
    key="numbers.recurring.far_digit",
    unit=_UNIT,
    concept=_CONCEPT,
    curriculum_code=_CODE,
    cognitive_level="추론",
    item_type="객관식",
    difficulties=("중",),
    draw=_draw_digit,
    wordings=(
        "{top}{top.eul} {bottom}{bottom.euro} 나누면 나누어떨어지지 않고 소수점 아래에 같은 숫자의 배열이 되풀이된다. 이 소수의 소수점 아래 "
        "{place}번째 자리에 놓이는 숫자는?",
        "어느 미술관의 전광판은 {bottom}분의 {top}의 값을 소수로 바꾸어 소수 첫째 자리부터 1초에 한 숫자씩 차례로 보여 준다. "
        "작동을 시작하고 {place}번째로 켜지는 숫자를 고르면?",
        "지우는 분자가 {top}, 분모가 {bottom}인 분수를 소수로 고치다가 순환마디를 알아내고는, 나눗셈을 더 하지 않고도 소수점 아래 "
        "{place}번째 숫자를 맞혔다. 지우가 말한 숫자는 무엇인가?",
        "분수 {bottom}분의 {top}의 순환마디를 이용하여 소수점 아래 {place}번째 자리의 숫자를 구하면?",
        "수아는 {top} 나누기 {bottom}의 몫을 소수점 아래로 길게 적은 띠를 만들었다. 띠의 소수점 뒤에서 {place}번째 칸에 적힌 "
        "숫자로 옳은 것은?",
        "분모 {bottom}, 분자 {top}인 수는 순환소수로 나타난다. 소수 {place}째 자리에 해당하는 숫자는 다음 중 어느 것인가?",
        "계산기로는 몇 자리밖에 볼 수 없지만 {top}{top.eul} {bottom}{bottom.euro} 나눈 값은 일정하게 반복된다. 반복되는 규칙으로 알아낸 소수점 "
        "이하 {place}번째 숫자를 고르시오.",
        "하준이는 비밀번호의 마지막 숫자를 {bottom}분의 {top}의 소수점 아래 {place}번째 수로 정하였다. 마지막 숫자는 무엇일까?",
        "순환하는 마디의 길이를 알면 먼 자리도 알 수 있다. {bottom}분의 {top}의 소수 표현에서 {place}번째 소수 자리 값은?",
        "소수로 고친 {bottom}분의 {top}에서 순환마디의 숫자가 몇 개인지 세어, 소수점에서 오른쪽으로 {place}칸 떨어진 자리의 "
        "숫자를 찾으면?",
        "{top}{top.i} 분자이고 {bottom}{bottom.euro} 나누는 분수를 순환소수로 썼다. 소수점 아래 {place}번째에 위치한 숫자로 알맞은 것을 "
        "고르시오.",
        "피아노 건반에 0부터 9까지 번호를 붙이고 {bottom}분의 {top}의 소수점 아래 숫자를 순서대로 연주한다. {place}번째로 누르는 "
        "건반의 번호는?",
        "끝없이 되풀이되는 소수의 {place}번째 자리를 맞히는 놀이를 한다. 문제로 나온 수가 {bottom}분의 {top}일 때, 정답은?",
        "{bottom}분의 {top}만큼을 소수로 계속 적어 나갈 때 소수점 바로 뒤부터 세어 {place}번째에 쓰게 되는 숫자는 얼마인가?",
    ),
    queries=(
        "순환소수에서 소수점 아래 먼 자리의 숫자를 찾는 문제",
        "순환마디의 길이를 이용해 몇 번째 자리 숫자 구하기",
        "분수를 소수로 나타낼 때 백 번째쯤의 숫자를 묻는 문항",
        "나머지를 이용하여 순환소수의 자리 숫자 알아내기",
        "나누어떨어지지 않는 나눗셈의 규칙성을 찾는 객관식",
        "되풀이되는 숫자 배열에서 특정 자리 수 찾기",
        "소수점 아래 몇 번째 자리 숫자를 고르는 문제",
        "순환마디 개수로 나눈 나머지를 따지는 유형",
        "수식 없이 말로 설명된 순환소수 규칙 문제",
    ),
    solution=(
        "{top}{top.eul} {bottom}{bottom.euro} 나누면 {cycle}의 {length}개 숫자가 순환마디가 된다. {reason}와 같다. "
        "따라서 구하는 숫자는 {answer}이다."
    ),
    check=_check_digit,
)

FAMILIES: tuple[Family, ...] = (_FRACTION, _DIGIT)
